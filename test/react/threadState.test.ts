import { describe, expect, test } from "vitest";
import { EMPTY_THREAD, reduceThread, type ThreadState } from "../../src/react/threadState.js";
import type { Message } from "../../src/validators/message.js";
import { aMessage, callPart, resultPart, textPart } from "../parts/aMessage.js";

const LIMIT = 4;
const prompt = aMessage("user", [textPart("Which?")]);
const asks = aMessage("assistant", [callPart("a")], { step: 1, runId: "run" });
const result = (index: number) => aMessage("tool", [resultPart("a", "x")], { step: 2 + index, runId: "run" });
const steering = aMessage("user", [textPart("A newer one.")], { step: 66, runId: "run" });

/** The thread after its newest page was seen at each of these moments. */
const seen = (...moments: Message[][]): ThreadState =>
  moments.reduce(
    (state: ThreadState, messages) =>
      reduceThread(state, {
        kind: "recentPage",
        page: messages.slice(-LIMIT).reverse(),
        cursor: messages.length > LIMIT ? "before" : null,
      }),
    EMPTY_THREAD,
  );
const steps = ({ older, recent }: ThreadState) => [...older, ...(recent ?? [])].map(({ step }) => step);
const results = (count: number) => Array.from({ length: count }, (_, index) => result(index));

describe("messages that are written before one that is known", () => {
  test("join what was seen where nothing can lie between", () => {
    const moments = [0, 1, 2, 3, 4].map((count) => [prompt, asks, ...results(count), steering]);
    const state = seen(...moments);
    expect(steps(state)).toEqual([0, 1, 2, 3, 4, 5, 66]);
    expect(state.cursor).toBeNull();
  });

  test("are loaded again where more came at once than a page holds", () => {
    const state = seen([prompt, asks, steering], [prompt, asks, ...results(6), steering]);
    expect(steps(state)).toEqual([5, 6, 7, 66]);
    expect(state.cursor).toBe("before");
  });
});
