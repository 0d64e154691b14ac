import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wholeToolGroups } from "../../src/shared/toolGroups.js";
import type { Part } from "../../src/validators/content.js";
import type { Message } from "../../src/validators/message.js";
import { call, result, text } from "../support/aMemory.js";

/** Few ids, so that calls and results meet, cross and repeat. */
const callId = fc.constantFrom("a", "b", "c");
const part = fc.oneof(
  callId.map((id): Part => call(id)),
  callId.map((id): Part => result(id)),
  fc.constant<Part>(text("words")),
  fc.constant<Part>({ type: "reasoning", text: "thought" }),
);
const messages = fc
  .array(fc.array(part, { minLength: 1, maxLength: 4 }), { maxLength: 12 })
  .map((all) => all.map(messageOf));

function messageOf(parts: Part[], step: number): Message {
  // Each part is an object of its own, as rows read from tables are.
  const own = parts.map((given) => ({ ...given }));
  const place = { messageId: `m${step}`, threadId: "t", turn: 0, step };
  return { ...place, role: "assistant", parts: own, state: { kind: "complete" }, tokens: 1, createdAt: 0 };
}

/** Calls that wait for their result when all messages are read in order, and results that nothing asked for. */
function dangling(list: readonly Message[]): string[] {
  const waiting: string[] = [];
  const faults: string[] = [];
  for (const { type, ...rest } of list.flatMap(({ parts }) => parts)) {
    if (!("callId" in rest)) continue;
    const index = waiting.lastIndexOf(rest.callId);
    if (type === "toolCall") waiting.push(rest.callId);
    else if (index === -1) faults.push(`result ${rest.callId}`);
    else waiting.splice(index, 1);
  }
  return [...faults, ...waiting.map((id) => `call ${id}`)];
}

describe("whole tool groups", () => {
  test("no result lacks its call and no call its result, whatever was read", () => {
    fc.assert(
      fc.property(messages, (list) => {
        expect(dangling(wholeToolGroups(list))).toEqual([]);
      }),
    );
  });

  test("what is whole already stays as it is", () => {
    fc.assert(
      fc.property(messages, (list) => {
        const whole = wholeToolGroups(list);
        expect(wholeToolGroups(whole)).toEqual(whole);
      }),
    );
  });

  test("nothing is added or reordered, and words outside of open groups are kept", () => {
    fc.assert(
      fc.property(messages, (list) => {
        const steps = wholeToolGroups(list).map(({ step }) => step);
        expect(steps).toEqual([...steps].sort((left, right) => left - right));
        for (const message of list)
          if (message.parts.every(({ type }) => type === "text" || type === "reasoning"))
            expect(steps).toContain(message.step);
      }),
    );
  });
});
