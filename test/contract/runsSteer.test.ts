import { describe, expect, test } from "vitest";
import {
  RUN_LEASE_MS,
  STEERING_MAX_MESSAGES,
  STEERING_MAX_UNREAD,
  STEP_MAX_TOOL_CALLS,
} from "../../src/shared/limits.js";
import type { RunEngine } from "../../src/validators/run.js";
import type { Part } from "../../src/validators/content.js";
import type { Message } from "../../src/validators/message.js";
import { vi } from "vitest";
import { aThread, call, codeOf, listAll, result, said, text, type TestThread } from "../support/aMemory.js";
import { used } from "../support/turns.js";

/** A thread with a run of the owner's that waits for its first answer. */
async function aRun(engine: RunEngine, options: { stream?: boolean } = {}) {
  const thread = await aThread();
  const { owner, ctx, threadId } = thread;
  const begun = await owner.turns.begin(ctx, {
    ...{ threadId, agentName: "helper", engine, prompt: [text("Books?")], ...options },
  });
  const { runId } = begun;
  const steer = (prompt: string, operationId?: string) =>
    owner.runs.steer(ctx, { runId, prompt, ...(operationId === undefined ? {} : { operationId }) });
  const open = (step: number, more: { stream?: boolean } = {}) =>
    owner.turns.open(ctx, { runId, step, ...more });
  const save = (step: number, parts: Part[], more: { finish?: boolean; nextStream?: boolean } = {}) =>
    owner.turns.saveStep(ctx, {
      ...{ runId, step, message: { parts }, results: [], usage: used, finish: false, ...more },
    });
  return { ...thread, begun, runId, steer, open, save };
}

const messagesOf = ({ owner, ctx, threadId }: TestThread) =>
  listAll(owner.messages, ctx, { threadId, order: "asc", limit: 50 });
const words = (messages: readonly Message[]): string[] =>
  messages.map(({ role, parts }) => {
    const [part] = parts;
    return `${role}: ${part?.type === "text" ? part.text : part?.type === "toolCall" ? part.callId : "result"}`;
  });
const counted = async ({ owner, ctx, threadId }: TestThread): Promise<number> =>
  (await owner.threads.get(ctx, { threadId })).messages;

describe("a steering message", () => {
  test("stands behind everything that the call in flight may still write, and keeps its place", async () => {
    const run = await aRun("durable");
    await run.open(0);
    const first = await run.steer("Only new ones.");
    const second = await run.steer("And short ones.");
    const calls = Array.from({ length: STEP_MAX_TOOL_CALLS }, (_, index) => call(`c${index}`));
    const saved = await run.save(0, calls);
    expect(saved.calls.at(-1)?.step).toBe(first.step - 1);
    for (const { callId } of saved.calls)
      await run.owner.turns.saveResult(run.ctx, {
        ...{ runId: run.runId, callId, part: result(callId), failed: false, ms: 1 },
      });
    const { context } = await run.open(1);
    await run.save(1, [text("These.")], { finish: true });
    const all = await messagesOf(run);
    expect(words(all).slice(-4)).toEqual([
      "tool: result",
      "user: Only new ones.",
      "user: And short ones.",
      "assistant: These.",
    ]);
    expect(words(context).slice(-2)).toEqual(["user: Only new ones.", "user: And short ones."]);
    expect(all.find(({ messageId }) => messageId === second.messageId)).toMatchObject({
      ...{ turn: 0, step: second.step, runId: run.runId, state: { kind: "complete" } },
    });
    expect(await counted(run)).toBe(all.length);
  });

  test("is counted and previewed at once, and named in the run until it is read", async () => {
    const run = await aRun("durable");
    await run.steer("Only new ones.");
    await run.steer("And short ones.");
    const { messages, preview } = await run.owner.threads.get(run.ctx, { threadId: run.threadId });
    expect({ messages, preview }).toEqual({
      messages: 3,
      preview: { role: "user", text: "And short ones." },
    });
    const unread = async () => (await run.owner.runs.get(run.ctx, { runId: run.runId })).unreadSteering;
    expect(await unread()).toBe(2);
    await run.open(0);
    expect(await unread()).toBeUndefined();
  });

  test("keeps its author, and is the owner's without one", async () => {
    const run = await aRun("durable");
    await run.writer.runs.steer(run.ctx, { runId: run.runId, prompt: "Mine." });
    await run.memory.asSystem().runs.steer(run.ctx, { runId: run.runId, prompt: "The app's." });
    const authors = (await messagesOf(run)).map(({ author }) => author);
    expect(authors).toEqual(["olga", "wendy", "olga"]);
  });

  test("is found by its words, and its own words alone go with it", async () => {
    const run = await aRun("durable");
    const { messageId } = await run.steer("Prefer the Kierkegaard edition.");
    const { messageId: keptId } = await run.steer("Bound in leather.");
    await run.open(0);
    await run.save(0, [text("Done.")], { finish: true });
    const found = async (query: string) => {
      const { hits } = await run.owner.recall(run.ctx, { query, threadId: run.threadId, scopes: ["thread"] });
      return hits.map((hit) => hit.sourceId);
    };
    expect(await found("Kierkegaard")).toContain(messageId);
    await run.owner.messages.remove(run.ctx, { messageId });
    expect(await found("Kierkegaard")).toEqual([]);
    expect(await found("leather")).toContain(keptId);
  });

  test("is erased from the entry of the next message, and so is an edited one", async () => {
    const run = await aRun("durable");
    const { messageId } = await run.steer("Prefer the Kierkegaard edition.");
    const { messageId: editedId } = await run.steer("Bound in crimson.");
    await run.open(0);
    await run.save(0, [text("Done.")], { finish: true });
    const { owner, ctx, threadId } = run;
    await owner.messages.append(ctx, { threadId, messages: [said("user", "Thank you so much for books.")] });
    await owner.messages.update(ctx, { messageId: editedId, parts: [text("Bound in azure.")] });
    await owner.messages.remove(ctx, { messageId });
    const rows = await run.inside(({ db }) => db.query("recallEntries").collect());
    const stored = JSON.stringify(rows).toLowerCase();
    expect(stored).toContain("azur");
    for (const gone of ["kierkegaard", "crimson"]) expect(stored).not.toContain(gone);
  });

  test("may not be edited while its run is under way", async () => {
    const run = await aRun("durable");
    const { messageId } = await run.steer("Only new ones.");
    expect(await codeOf(run.owner.messages.remove(run.ctx, { messageId }))).toBe("RUN_ACTIVE");
  });
});

describe("the next call of the model reads it", () => {
  test("in a durable run when its step opens, not one that had opened before", async () => {
    const run = await aRun("durable");
    await run.open(0, { stream: true });
    await run.steer("Only new ones.");
    const again = await run.open(0, { stream: true }); // killed while it streamed: its row stands before
    expect(words(again.context)).toEqual(["user: Books?"]);
    const saved = await run.save(0, [text("Old ones.")], { finish: true });
    expect(saved).toMatchObject({ state: { kind: "running" }, calls: [] });
    const { context, steeredAt } = await run.open(1, { stream: true });
    expect(words(context)).toEqual(["user: Books?", "assistant: Old ones.", "user: Only new ones."]);
    expect(steeredAt).toBe(1);
    expect(await run.save(1, [text("New ones.")], { finish: true })).toMatchObject({
      state: { kind: "completed" },
    });
    expect(words(await messagesOf(run))).toEqual([...words(context), "assistant: New ones."]);
  });

  test("in a durable step that was killed before it had written, as it is asked again", async () => {
    const run = await aRun("durable");
    await run.open(0);
    await run.steer("Only new ones.");
    expect(words((await run.open(0)).context)).toEqual(["user: Books?", "user: Only new ones."]);
    expect((await run.save(0, [text("New.")], { finish: true })).state.kind).toBe("completed");
  });

  test("in an action with what the step saves, behind the results of its tools", async () => {
    const run = await aRun("action", { stream: true });
    await run.steer("Only new ones.");
    const saved = await run.save(0, [call("a")], { nextStream: true });
    expect(words(saved.steered?.messages ?? [])).toEqual(["user: Only new ones."]);
    await run.owner.turns.saveStep(run.ctx, {
      ...{ runId: run.runId, step: 1, message: { parts: [text("New.")] }, usage: used, finish: true },
      results: [{ callId: "a", part: result("a"), failed: false, ms: 1 }],
    });
    const all = await messagesOf(run);
    expect(words(all).slice(1)).toEqual([
      "assistant: a",
      "tool: result",
      "user: Only new ones.",
      "assistant: New.",
    ]);
    expect(all.at(-1)?.messageId).toBe(saved.nextMessageId);
    expect(await counted(run)).toBe(all.length);
  });

  test("and is shown long parts as far as those of a prompt", async () => {
    const run = await aRun("action");
    await run.owner.runs.steer(run.ctx, { runId: run.runId, prompt: [text("l".repeat(100_000))] });
    const { steered } = await run.save(0, [call("a")]);
    const [part] = steered?.messages[0]?.parts ?? [];
    expect(part?.type === "text" ? part.text.length : 0).toBe(65_536);
    expect(steered?.long).toEqual([[66, 0, 65_536]]);
  });

  test("whatever the limits of its context", async () => {
    const run = await aRun("durable");
    await run.open(0);
    await run.save(0, [call("a"), call("b")]);
    for (const callId of ["a", "b"])
      await run.owner.turns.saveResult(run.ctx, {
        ...{ runId: run.runId, callId, part: result(callId), failed: false, ms: 1 },
      });
    for (let index = 0; index < STEERING_MAX_UNREAD; index++) await run.steer(`Steer ${index}`);
    const { context } = await run.owner.turns.open(run.ctx, {
      ...{ runId: run.runId, step: 1, limits: { maxMessages: 1 } },
    });
    expect(context).toHaveLength(1 + 3 + STEERING_MAX_UNREAD);
  });
});

describe("a run that ends with a message unread", () => {
  test("because its model answered last goes on; an end that the engine forces does not", async () => {
    const run = await aRun("action");
    await run.save(0, [call("a")]);
    await run.steer("Only new ones.");
    const { owner, ctx, runId } = run;
    const outcome = { kind: "completed" as const };
    const results = [{ callId: "a", part: result("a"), failed: false, ms: 1 }];
    const asked = await owner.turns.end(ctx, { runId, outcome, unlessSteered: true, results });
    expect(asked.state.kind).toBe("running");
    expect(words((await run.open(1)).context)).toEqual([
      ...["user: Books?", "assistant: a", "tool: result", "user: Only new ones."],
    ]);
    await run.steer("And short ones.");
    expect((await owner.turns.end(ctx, { runId, outcome })).state.kind).toBe("completed");
  });

  test.each([
    ["failed", { kind: "failed" as const, code: "MODEL_FAILED", message: "No." }],
    ["canceled", { kind: "canceled" as const }],
  ])("because it %s leaves the message for the next run", async (_name, outcome) => {
    const run = await aRun("durable");
    const { owner, ctx, runId, threadId } = run;
    await run.open(0);
    const { messageId } = await run.steer("Only new ones.");
    await owner.turns.end(ctx, { runId, outcome, partial: [text("Half")] });
    expect(await counted(run)).toBe(3);
    const next = await owner.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine: "action", prompt: [text("Well?")] },
    });
    expect(words(next.context)).toEqual(["user: Books?", "user: Only new ones.", "user: Well?"]);
    await owner.turns.end(ctx, { runId: next.runId, outcome: { kind: "canceled" } });
    // It can be answered by itself too: it is a user message of the thread.
    const anew = await owner.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine: "action", promptMessageId: messageId },
    });
    expect(anew.turn).toBe(0);
    expect(words(anew.context)).toEqual(["user: Books?", "user: Only new ones."]);
  });
});

describe("steering is refused", () => {
  test("to who may only read, and to strangers as if there were no run", async () => {
    const run = await aRun("durable");
    const steer = (as: TestThread["owner"], runId = run.runId) =>
      codeOf(as.runs.steer(run.ctx, { runId, prompt: "Stop." }));
    expect(await steer(run.reader)).toBe("FORBIDDEN");
    expect(await steer(run.stranger)).toBe("RUN_NOT_FOUND");
    expect(await steer(run.otherTenant)).toBe("RUN_NOT_FOUND");
    expect(await steer(run.owner, "no id")).toBe("RUN_NOT_FOUND");
    expect(await messagesOf(run)).toHaveLength(1);
  });

  test("without words, and with what is no part", async () => {
    const run = await aRun("durable");
    const steer = (prompt: Part[]) => codeOf(run.owner.runs.steer(run.ctx, { runId: run.runId, prompt }));
    expect(await steer([])).toBe("PROMPT_EMPTY");
    expect(await steer([text("  ")])).toBe("PROMPT_EMPTY");
    expect(await steer([{ type: "sound" } as unknown as Part])).toBe("INVALID_ARGUMENT");
    const foreign: Part = { type: "file", mediaType: "text/plain", file: { kind: "stored", fileId: "none" } };
    expect(await steer([foreign])).toBe("FILE_NOT_FOUND");
  });

  test("once the run has ended, saying how", async () => {
    const run = await aRun("durable");
    await run.owner.runs.cancel(run.ctx, { runId: run.runId });
    await expect(run.steer("More.")).rejects.toMatchObject({
      data: { code: "RUN_ENDED", details: { runId: run.runId, state: "canceled" } },
    });
  });

  test("when the action of the run must have died", async () => {
    const run = await aRun("action");
    const now = vi.spyOn(Date, "now").mockReturnValue(Date.now() + RUN_LEASE_MS + 1_000);
    try {
      expect(await codeOf(run.steer("More."))).toBe("RUN_ENDED");
    } finally {
      now.mockRestore();
    }
  });

  test("past the messages that a run may have unread, and that it may have in all", async () => {
    const run = await aRun("durable");
    let step = 0;
    for (let index = 0; index < STEERING_MAX_MESSAGES; index++) {
      if (index > 0 && index % STEERING_MAX_UNREAD === 0) {
        expect(await codeOf(run.steer("One too many."))).toBe("STEERING_FULL");
        await run.open(step);
        await run.save(step++, [text("On it.")]);
      }
      await run.steer(`Steer ${index}`);
    }
    await run.open(step);
    expect(await codeOf(run.steer("One too many."))).toBe("STEERING_FULL");
    expect(await counted(run)).toBe(1 + STEERING_MAX_MESSAGES);
    await run.save(step, [text("Done.")], { finish: true });
    const all = await messagesOf(run);
    expect(await counted(run)).toBe(all.length);
    expect(new Set(all.map((message) => message.step)).size).toBe(all.length);
  });
});

describe("steering with an operationId", () => {
  test("is done once, also when the run has ended meanwhile", async () => {
    const run = await aRun("durable");
    const first = await run.steer("Only new ones.", "steer-1");
    expect(await run.steer("Only new ones.", "steer-1")).toEqual(first);
    await run.owner.runs.cancel(run.ctx, { runId: run.runId });
    expect(await run.steer("Only new ones.", "steer-1")).toEqual(first);
    expect(await messagesOf(run)).toHaveLength(2);
  });

  test("is refused with other words, for another run, and by another user", async () => {
    const run = await aRun("durable");
    const { owner, writer, ctx, runId, threadId } = run;
    await run.steer("Only new ones.", "steer-1");
    const operation = { operationId: "steer-1", prompt: "Only new ones." };
    expect(await codeOf(run.steer("Only old ones.", "steer-1"))).toBe("OPERATION_MISMATCH");
    expect(await codeOf(writer.runs.steer(ctx, { runId, ...operation }))).toBe("OPERATION_MISMATCH");
    await owner.runs.cancel(ctx, { runId });
    const next = await owner.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine: "action", prompt: [text("Well?")] },
    });
    const another = owner.runs.steer(ctx, { runId: next.runId, ...operation });
    expect(await codeOf(another)).toBe("OPERATION_MISMATCH");
  });
});

describe("whether a run goes on", () => {
  test("is told to who began it, and to nobody else", async () => {
    const run = await aRun("durable");
    const { ctx, runId } = run;
    expect(await run.owner.runs.isActive(ctx, { runId })).toBe(true);
    await run.owner.runs.cancel(ctx, { runId });
    expect(await run.owner.runs.isActive(ctx, { runId })).toBe(false);
    expect(await codeOf(run.stranger.runs.isActive(ctx, { runId }))).toBe("RUN_NOT_FOUND");
    expect(await codeOf(run.owner.runs.isActive(ctx, { runId: "no id" }))).toBe("RUN_NOT_FOUND");
  });
});
