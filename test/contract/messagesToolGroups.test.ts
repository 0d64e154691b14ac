import { describe, expect, test } from "vitest";
import { readTail } from "../../src/component/model/messages.js";
import type { TailLimits } from "../../src/component/model/messageTail.js";
import type { Message } from "../../src/validators/message.js";
import type { NewMessage } from "../../src/validators/messageWrite.js";
import { aThread, call, codeOf, result, said, text, type TestThread } from "../support/aMemory.js";
import { idOfThread } from "../support/component.js";
import { used } from "../support/turns.js";

const ENOUGH: TailLimits = { maxMessages: 100, maxBytes: 500_000, maxTokens: 100_000 };

const EXCHANGE: NewMessage[] = [
  said("user", "Search twice"),
  { role: "assistant", parts: [{ type: "reasoning", text: "Two searches" }, call("a"), call("b")] },
  { role: "tool", parts: [result("a")] },
  { role: "tool", parts: [result("b")] },
  said("assistant", "Done"),
];

async function appended(messages: NewMessage[]) {
  const thread = await aThread();
  const { places } = await thread.owner.messages.append(thread.ctx, { threadId: thread.threadId, messages });
  return { ...thread, ids: places.map(({ messageId }) => messageId) };
}

const tailOf = ({ inside, threadId }: TestThread, limits: Partial<TailLimits> = {}): Promise<Message[]> =>
  inside(async (ctx) => (await readTail(ctx, idOfThread(threadId), { ...ENOUGH, ...limits })).messages);

const steps = (messages: Message[]): number[] => messages.map(({ step }) => step);

describe("promise 3: tool groups are whole in the end of a thread", () => {
  test("an exchange with two parallel calls comes whole", async () => {
    expect(steps(await tailOf(await appended(EXCHANGE)))).toEqual([0, 1, 2, 3, 4]);
  });

  test("a cut inside a group drops the rest of the group", async () => {
    const thread = await appended(EXCHANGE);
    expect(steps(await tailOf(thread, { maxMessages: 2 }))).toEqual([4]);
    expect(steps(await tailOf(thread, { maxMessages: 3 }))).toEqual([4]);
    expect(steps(await tailOf(thread, { maxMessages: 5 }))).toEqual([0, 1, 2, 3, 4]);
  });

  test("a call without all its results is left out, with its reasoning and its other results", async () => {
    const thread = await appended(EXCHANGE.filter((_, index) => index !== 3));
    expect(steps(await tailOf(thread))).toEqual([0, 3]);
  });

  test("a result without its call is left out, and what else its message says stays", async () => {
    const thread = await appended([
      said("user", "Hi"),
      { role: "tool", parts: [result("lost")] },
      { role: "assistant", parts: [result("lost"), text("Still here")] },
    ]);
    expect((await tailOf(thread)).map(({ parts }) => parts)).toEqual([[text("Hi")], [text("Still here")]]);
  });

  test("a result answers the last call of its id: ids may come again in each turn", async () => {
    const thread = await appended([
      said("user", "One"),
      { role: "assistant", parts: [call("call_0")] },
      { role: "tool", parts: [result("call_0")] },
      said("user", "Two"),
      { role: "assistant", parts: [call("call_0")] },
    ]);
    expect((await tailOf(thread)).map(({ turn, step }) => [turn, step])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
    ]);
  });

  test("a call that a provider ran itself has its result in the same message", async () => {
    const thread = await appended([
      said("user", "Go"),
      { role: "assistant", parts: [call("p"), result("p")] },
    ]);
    expect(steps(await tailOf(thread))).toEqual([0, 1]);
  });

  test("a result of a denied or interrupted tool keeps its call in the context", async () => {
    const stub = { ...result("a", "No"), outputKind: "interrupted" as const };
    const thread = await appended([
      said("user", "Go"),
      { role: "assistant", parts: [call("a")] },
      { role: "tool", parts: [stub] },
    ]);
    expect(steps(await tailOf(thread))).toEqual([0, 1, 2]);
  });

  test("a cut context opens with a prompt where it has one", async () => {
    const thread = await appended([...EXCHANGE, said("user", "More"), said("assistant", "Here")]);
    expect((await tailOf(thread, { maxMessages: 3 })).map(({ role }) => role)).toEqual(["user", "assistant"]);
  });

  test("tokens do not cut the turn that is kept: a run still sees its prompt", async () => {
    const long = (callId: string) => result(callId, JSON.stringify("x".repeat(8_000)));
    const thread = await appended([
      said("user", "Old"),
      said("user", "Read both"),
      { role: "assistant", parts: [call("a"), call("b")] },
      { role: "tool", parts: [long("a")] },
      { role: "tool", parts: [long("b")] },
    ]);
    expect(steps(await tailOf(thread, { maxTokens: 1_000 }))).toEqual([]);
    expect(await tailOf(thread, { maxTokens: 1_000, keepTurn: 1 })).toMatchObject([
      { turn: 1, step: 0 },
      { turn: 1, step: 1 },
      { turn: 1, step: 2 },
      { turn: 1, step: 3 },
    ]);
  });
});

describe("promise 3: tool groups are removed whole", () => {
  test.each([1, 2, 3])(
    "removing message %i of the exchange removes the call and both results",
    async (index) => {
      const { ctx, threadId, owner, ids } = await appended(EXCHANGE);
      expect(await owner.messages.remove(ctx, { messageId: ids[index] ?? "" })).toEqual({ removed: 3 });
      const { page } = await owner.messages.list(ctx, { threadId, cursor: null, order: "asc" });
      expect(steps(page)).toEqual([0, 4]);
      expect(await owner.threads.get(ctx, { threadId })).toMatchObject({ messages: 2 });
    },
  );

  test("a message outside of it goes alone, and removing it again is MESSAGE_NOT_FOUND", async () => {
    const { ctx, owner, ids } = await appended(EXCHANGE);
    const answer = { messageId: ids[4] ?? "" };
    expect(await owner.messages.remove(ctx, answer)).toEqual({ removed: 1 });
    expect(await codeOf(owner.messages.remove(ctx, answer))).toBe("MESSAGE_NOT_FOUND");
  });

  test("not while their run is under way: a result would come to a call that is gone", async () => {
    const { ctx, threadId, owner } = await aThread();
    const turn = { threadId, agentName: "helper", engine: "durable" as const, prompt: [text("Look")] };
    const { runId } = await owner.turns.begin(ctx, turn);
    const step = { runId, step: 0, message: { parts: [call("a")] }, results: [], usage: used, finish: false };
    const { messageId = "" } = await owner.turns.saveStep(ctx, step);
    expect(await codeOf(owner.messages.remove(ctx, { messageId }))).toBe("RUN_ACTIVE");
    expect(await codeOf(owner.messages.update(ctx, { messageId, parts: [text("x")] }))).toBe("RUN_ACTIVE");
    await owner.runs.cancel(ctx, { runId });
    expect(await owner.messages.remove(ctx, { messageId })).toEqual({ removed: 2 });
  });

  test("the words of a removed message leave the list of threads", async () => {
    const { ctx, owner, ids } = await appended(EXCHANGE);
    await owner.messages.remove(ctx, { messageId: ids[4] ?? "" });
    const { page } = await owner.threads.list(ctx, { cursor: null });
    expect(page[0]?.preview).toEqual({ role: "user", text: "Search twice" });
  });
});
