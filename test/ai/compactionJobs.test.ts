import { describe, expect, test } from "vitest";
import { compactionJob, compactThread, readOutputTool } from "../../src/ai/index.js";
import { estimateTokens } from "../../src/shared/tokens.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { call, OTHER_TENANT, result, said } from "../support/aMemory.js";
import { compact, GOOD, historyOf, turn, withTurns } from "./compactionSupport.js";
import { anAgent, messagesOf } from "./support.js";

describe("compactions of one thread at once", () => {
  test("write one summary; each tells what the thread has", async () => {
    const thread = await withTurns(8);
    const outcomes = await Promise.all([
      compact(thread, { model: scriptedModel([{ text: `${GOOD} one` }], { delayMs: 5 }) }),
      compact(thread, { model: scriptedModel([{ text: `${GOOD} two` }], { delayMs: 1 }) }),
      compact(thread),
    ]);
    expect(await thread.countRows()).toMatchObject({ summaries: 1 });
    expect(new Set(outcomes.map(({ summary }) => summary?.summaryId)).size).toBe(1);
    const { page } = await thread.owner.usage.list(thread.ctx, { threadId: thread.threadId, cursor: null });
    expect(page).toHaveLength(2);
  });

  test("do not meet a turn that is appended meanwhile", async () => {
    const thread = await withTurns(8);
    const { owner, ctx, threadId } = thread;
    const model = scriptedModel(
      [
        () => {
          void owner.messages.append(ctx, { threadId, messages: turn(8) });
          return { text: GOOD };
        },
      ],
      { delayMs: 5 },
    );
    const { summary } = await compact(thread, { model });
    expect(summary?.to).toEqual({ turn: 5, step: 1 });
    const { messages } = await owner.summaries.listUncovered(ctx, { threadId, after: null });
    expect(messages.map((message) => message.turn)).toEqual([6, 6, 7, 7, 8, 8]);
  });

  test("that are late change nothing: a message that was read is gone by then", async () => {
    const thread = await withTurns(8);
    const { owner, ctx } = thread;
    const [first] = await historyOf(thread);
    const model = scriptedModel(
      [
        () => {
          void owner.messages.remove(ctx, { messageId: first!.messageId });
          return { text: GOOD };
        },
      ],
      { delayMs: 5 },
    );
    expect(await compact(thread, { model })).toMatchObject({ summary: null, changed: false });
    expect(await thread.countRows()).not.toHaveProperty("summaries");
  });

  test("that are killed in the middle leave nothing behind, and are made again", async () => {
    const thread = await withTurns(8);
    const abort = new AbortController();
    const model = scriptedModel([
      () => {
        abort.abort(new Error("killed"));
        return { text: GOOD };
      },
      { text: GOOD },
    ]);
    await expect(compact(thread, { model, abortSignal: abort.signal, maxRetries: 0 })).rejects.toThrow(
      "killed",
    );
    expect(await thread.countRows()).not.toHaveProperty("summaries");
    expect((await compact(thread, { model })).summary?.text).toContain("Talk about Oslo");
  });
});

describe("compaction of a thread", () => {
  test("works through a long history, a bounded part each time, until nothing is over", async () => {
    const thread = await withTurns(450);
    const { owner, ctx, threadId } = thread;
    const total = (await historyOf(thread)).reduce((sum, { tokens }) => sum + tokens, 0);
    expect(total).toBeGreaterThan(100_000);
    const job = {
      memory: owner,
      threadId,
      settings: { triggerTokens: 1_500, keepTokens: 700, minTokens: 100 },
    };
    const first = await compactThread(ctx, job);
    expect(first).toMatchObject({ done: true, warnings: [] });
    expect(first.summaries).toBeGreaterThan(1);
    const { summary, messages } = await owner.summaries.listUncovered(ctx, { threadId, after: null });
    expect(messages.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(700);
    expect(estimateTokens(summary!.text)).toBeLessThanOrEqual(4_000);
    expect(summary!.text).toContain("Question 0");
    expect(await compactThread(ctx, job)).toEqual({ done: true, summaries: 0, warnings: [] });
  });

  test("stops when there is no time, and says so", async () => {
    const thread = await withTurns(8);
    const { owner: memory, ctx, threadId } = thread;
    const job = { memory, threadId, settings: { triggerTokens: 1_500, keepTokens: 700, minTokens: 100 } };
    expect(await compactThread(ctx, { ...job, hasTime: () => false })).toEqual({
      done: false,
      summaries: 0,
      warnings: [],
    });
    expect(await compactThread(ctx, job)).toMatchObject({ done: true, summaries: 1 });
  });
});

describe("a compaction as a job of a worker", () => {
  test("is called again until it is done, with the budget of each call", async () => {
    const thread = await withTurns(8);
    const { memory, ctx, threadId } = thread;
    const settings = { triggerTokens: 1_500, keepTokens: 700, minTokens: 100 };
    const job = compactionJob({ settings });
    const budget = { target: { threadId }, abortSignal: new AbortController().signal };
    let asked = 0;
    expect(await job(ctx, memory, { ...budget, hasTime: () => asked++ < 2 })).toEqual({ done: false });
    expect(await thread.countRows()).toMatchObject({ summaries: 1 });
    expect(await job(ctx, memory, { ...budget, hasTime: () => true })).toEqual({ done: true });
    expect(await thread.countRows()).toMatchObject({ summaries: 1 });
  });

  test("works on its target alone: a user's threads, or everyone's", async () => {
    const thread = await withTurns(8);
    const { memory, ctx, owner } = thread;
    const { threadId } = await memory.as(OTHER_TENANT).threads.create(ctx, {});
    const messages = [0, 1, 2, 3, 4, 5, 6, 7].flatMap(turn);
    await memory.as(OTHER_TENANT).messages.append(ctx, { threadId, messages });
    const job = compactionJob({ settings: { triggerTokens: 1_500, keepTokens: 700, minTokens: 100 } });
    const budget = { hasTime: () => true, abortSignal: new AbortController().signal };
    expect(await job(ctx, memory, { ...budget, target: { as: OTHER_TENANT } })).toEqual({ done: true });
    expect(await memory.as(OTHER_TENANT).summaries.latest(ctx, { threadId })).not.toBeNull();
    expect(await owner.summaries.latest(ctx, { threadId: thread.threadId })).toBeNull();
    expect(await job(ctx, memory, { ...budget, target: {} })).toEqual({ done: true });
    expect(await owner.summaries.latest(ctx, { threadId: thread.threadId })).not.toBeNull();
    expect(await thread.countRows()).toMatchObject({ summaries: 2 });
  });

  test("refuses settings that are no budget when it is made", () => {
    expect(() => compactionJob({ settings: { triggerTokens: 10, keepTokens: 20 } })).toThrow("keepTokens");
  });
});

describe("the tool that reads outputs again", () => {
  const reads = (input: object) => ({ toolCalls: [{ toolName: "readToolOutput", input }] });

  test("gives an agent what was pruned, page by page, of its own thread only", async () => {
    const elsewhere: object[] = [{ messageId: "", part: 0 }];
    const script = [{}, {}, {}, {}].map(
      (_, step) => () => (step < 3 ? reads(elsewhere[step]!) : { text: "Done." }),
    );
    const helper = await anAgent(script, { tools: { readToolOutput: readOutputTool() } });
    const { owner, ctx, threadId } = helper;
    const long = `"${"y".repeat(20_000)}end"`;
    const append = async (thread: string, output: string) =>
      (
        await owner.messages.append(ctx, {
          threadId: thread,
          messages: [
            said("user", "Go"),
            { role: "assistant", parts: [call("a")] },
            { role: "tool", parts: [result("a", output)] },
          ],
        })
      ).places.at(-1)!.messageId;
    const messageId = await append(threadId, long);
    const foreign = await append((await owner.threads.create(ctx)).threadId, '"secret"');
    elsewhere.splice(
      0,
      1,
      { messageId, part: 0 },
      { messageId, part: 0, page: 1 },
      { messageId: foreign, part: 0 },
    );
    await helper.agent.generate(ctx, {
      as: { tenantId: "acme", userId: "olga" },
      threadId,
      prompt: "Read it.",
    });
    const outputs = (await messagesOf(helper))
      .slice(3)
      .flatMap(({ parts }) => parts.flatMap((part) => (part.type === "toolResult" ? [part] : [])));
    expect(outputs[1]).toMatchObject({
      outputKind: "text",
      output: expect.stringMatching(/^y+end"$/) as string,
    });
    expect(outputs[2]).toMatchObject({
      outputKind: "error",
      output: expect.stringContaining("MESSAGE_NOT_FOUND") as string,
    });
    expect(JSON.stringify(helper.model.calls)).toContain("Page 1 of 2: call again with");
    expect(JSON.stringify(helper.model.calls)).not.toContain("secret");
  });
});
