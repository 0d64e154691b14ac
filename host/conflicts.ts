// Contention without concurrency: the host runs one transaction at a time, so whether two mutations would have
// conflicted in Convex is worked out from what each read and wrote.
import type { DocumentWrite } from "./documents.js";
import { writeTouchesRead, type ReadInterval } from "./readSets.js";
import type { Span } from "./spans.js";

/** What one transaction depended on and changed. */
export type Footprint = { reads: ReadInterval[]; writes: DocumentWrite[] };

/** A write of one transaction inside a read of the other. */
export type Conflict = { reader: "first" | "second"; read: ReadInterval; write: DocumentWrite };

/** A mutation's whole transaction: its own reads and writes and those of the functions it called. */
export function footprintOf(span: Span): Footprint {
  const footprint: Footprint = { reads: [...span.reads], writes: span.failed ? [] : [...span.writes] };
  for (const child of span.children) {
    const nested = footprintOf(child);
    footprint.reads.push(...nested.reads);
    // A nested mutation that threw was rolled back; what it read still counts.
    if (!span.failed) footprint.writes.push(...nested.writes);
  }
  return footprint;
}

function touches(reader: "first" | "second", reads: ReadInterval[], writes: DocumentWrite[]): Conflict[] {
  return reads.flatMap((read) =>
    writes.filter((write) => writeTouchesRead(write, read)).map((write) => ({ reader, read, write })),
  );
}

/**
 * Every reason why two mutations that start from one snapshot could not both commit: whichever commits second
 * has read something that the first one wrote. Empty when they are independent.
 */
export function conflictsBetween(first: Span | Footprint, second: Span | Footprint): Conflict[] {
  const a = "children" in first ? footprintOf(first) : first;
  const b = "children" in second ? footprintOf(second) : second;
  return [...touches("first", a.reads, b.writes), ...touches("second", b.reads, a.writes)];
}

/** Whether two mutations, run from one snapshot, would have conflicted. */
export function wouldConflict(first: Span | Footprint, second: Span | Footprint): boolean {
  return conflictsBetween(first, second).length > 0;
}

/** For each named transaction, the names of those it could not have committed beside; sorted as given. */
export function conflictMatrix(named: Record<string, Span | Footprint>): Record<string, string[]> {
  const names = Object.keys(named);
  const beside = (name: string) =>
    names.filter((other) => other !== name && wouldConflict(named[name]!, named[other]!));
  return Object.fromEntries(names.map((name) => [name, beside(name)]));
}
