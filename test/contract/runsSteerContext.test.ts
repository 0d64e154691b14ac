import { describe, expect, test } from "vitest";
import { call, result, text } from "../support/aMemory.js";
import { aSteeredRun, messagesOf } from "../support/steering.js";

/** A durable run behind two groups of tools, with a message that it has not read. */
async function aRunBehindTools() {
  const run = await aSteeredRun("durable");
  for (const [step, callId] of ["a", "b"].entries()) {
    await run.open(step);
    await run.save(step, [call(callId)]);
    const saved = { runId: run.runId, callId, part: result(callId), failed: false, ms: 1 };
    await run.owner.turns.saveResult(run.ctx, saved);
  }
  const { step: steeredAt } = await run.steer("Only new ones.");
  return { ...run, steeredAt };
}

describe("a summary", () => {
  test("does not take a run's newest tool group for an old one because of what was said behind it", async () => {
    const { owner, ctx, threadId, steeredAt } = await aRunBehindTools();
    const { head } = await owner.summaries.listUncovered(ctx, { threadId, after: null });
    const commit = (step: number) =>
      owner.summaries.commit(ctx, {
        ...{ threadId, expected: head },
        summary: { from: { turn: 0, step: 0 }, to: { turn: 0, step }, text: "What was done." },
      });
    expect((await commit(4)).committed).toBe(false); // the newest group
    expect((await commit(steeredAt)).committed).toBe(false); // with what was not read
    expect((await commit(2)).committed).toBe(true); // the group before it
  });

  test("that covers a message which was read stands for it in later contexts", async () => {
    const run = await aRunBehindTools();
    const { owner, ctx, threadId, steeredAt } = run;
    await run.open(2);
    await run.save(2, [call("c")]);
    const saved = { runId: run.runId, callId: "c", part: result("c"), failed: false, ms: 1 };
    await owner.turns.saveResult(ctx, saved);
    const { head } = await owner.summaries.listUncovered(ctx, { threadId, after: null });
    const to = { turn: 0, step: steeredAt };
    const summary = { from: { turn: 0, step: 0 }, to, text: "Only new ones are wanted." };
    expect((await owner.summaries.commit(ctx, { threadId, expected: head, summary })).committed).toBe(true);
    const { context } = await run.open(3);
    expect(context.map(({ step }) => step)).toEqual([0, steeredAt + 1, steeredAt + 2]);
  });
});

describe("an extraction", () => {
  test("reads what was said meanwhile as the user's, once the run is over", async () => {
    const run = await aRunBehindTools();
    const { owner, ctx, threadId } = run;
    const read = async () =>
      (await owner.extraction.read(ctx, { threadId })).messages.map((said) => said.text);
    expect(await read()).toEqual([]);
    await run.open(2);
    await run.save(2, [text("These.")], { finish: true });
    expect(await read()).toEqual(["Books?", "Only new ones.", "These."]);
  });
});

describe("removing", () => {
  test("a group beside a steering message takes the group alone, and the message goes alone", async () => {
    const run = await aRunBehindTools();
    await run.open(2);
    await run.save(2, [text("These.")], { finish: true });
    const all = await messagesOf(run);
    const at = (role: string, from = 0) => all.slice(from).find((message) => message.role === role)!;
    expect(await run.owner.messages.remove(run.ctx, { messageId: at("tool", 3).messageId })).toEqual({
      removed: 2,
    });
    expect(await run.owner.messages.remove(run.ctx, { messageId: at("user", 1).messageId })).toEqual({
      removed: 1,
    });
    expect((await run.owner.threads.get(run.ctx, { threadId: run.threadId })).messages).toBe(4);
    expect(await messagesOf(run)).toHaveLength(4);
  });
});
