// A rendering test fails on all that React, or anyone else, has to say: keys, StrictMode, hydration, unmounted updates.
import { format } from "node:util";
import { afterEach, beforeEach, expect, vi } from "vitest";

const complaints: string[] = [];

/** What React 18 says of each error that a boundary caught; React 19 tells `onCaughtError`, so it stays still. */
const SAID_OF_CAUGHT_ERRORS = /The above error occurred in|^Error: Uncaught|^\[?ConvexError|^\w*Error: /;

/** Called once by the harness: complaints of a test are counted, and it fails when there are any. */
export function failOnComplaints(): void {
  beforeEach(() => {
    complaints.length = 0;
    for (const level of ["error", "warn"] as const)
      vi.spyOn(console, level).mockImplementation((...said: unknown[]) => {
        complaints.push(`console.${level}: ${format(...said)}`);
      });
  });
  afterEach(() => expect(complaints.splice(0)).toEqual([]));
}

/** For a test in which a boundary catches an error: forgets what React 18 says of that, and nothing else. */
export function forgetCaughtErrors(): void {
  const others = complaints.filter(
    (said) => !SAID_OF_CAUGHT_ERRORS.test(said.replace(/^console\.error: /, "")),
  );
  complaints.splice(0, complaints.length, ...others);
}

/** Takes what was said so far, for a test that wants something to be said. */
export const takeComplaints = (): string[] => complaints.splice(0);
