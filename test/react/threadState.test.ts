import { describe, expect, test } from "vitest";
import { withSending } from "../../src/react/sentMessages.js";
import { createView, EMPTY_THREAD, reduceThread, type ThreadState } from "../../src/react/threadState.js";
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

test("a page that came anew leaves the messages the same objects that have not changed", () => {
  const view = createView();
  const before = view(seen([prompt, asks]));
  const after = view(
    seen([prompt, asks], structuredClone([prompt, asks]), structuredClone([prompt, asks, steering])),
  );
  expect(after.map((message, index) => message === before[index])).toEqual([true, true, false]);
});

describe("a prompt on its way", () => {
  const sending = { threadId: "thread", prompt: "Which?", operationId: "one", sentAt: 0 };

  test("leaves nothing behind where its answer has filled the newest page before it was seen", () => {
    const sent = reduceThread(EMPTY_THREAD, {
      kind: "recentPage",
      ...withSending({ page: [], cursor: null }, sending),
    });
    const page = [asks, result(0), result(1), result(2)].reverse();
    const state = reduceThread(sent, { kind: "recentPage", page, cursor: "before" });
    expect(steps(state)).toEqual([1, 2, 3, 4]);
    expect(createView()(state).map(({ metadata }) => metadata?.isSending)).toEqual([undefined]);
  });

  test("of which the server keeps the start alone is known by that", () => {
    const words = "A long question. ".repeat(200);
    const payload = { bytes: 3_400, hash: "", pieces: 1 };
    const row = aMessage("user", [{ type: "text", text: words.slice(0, 100), payload }]);
    const sent = reduceThread(EMPTY_THREAD, {
      kind: "recentPage",
      ...withSending({ page: [], cursor: null }, { ...sending, prompt: words }),
    });
    const both = withSending({ page: [row], cursor: null }, { ...sending, prompt: words });
    const view = createView();
    const [before] = view(sent);
    expect(view(reduceThread(sent, { kind: "recentPage", ...both })).map(({ id }) => id)).toEqual([
      before!.id,
    ]);
  });
});
