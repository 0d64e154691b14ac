import { describe, expect, test } from "vitest";
import { STEP_MAX_TOOL_CALLS } from "../../src/shared/limits.js";
import { STEERING_MAX_UNREAD } from "../../src/shared/runLimits.js";
import { call, codeOf, result, said, text } from "../support/aMemory.js";
import { aSteeredRun, counted, messagesOf, words } from "../support/steering.js";
import { used } from "../support/turns.js";

describe("a steering message", () => {
  test("stands behind everything that the call in flight may still write, and keeps its place", async () => {
    const run = await aSteeredRun("durable");
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
    const run = await aSteeredRun("durable");
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
    const run = await aSteeredRun("durable");
    await run.writer.runs.steer(run.ctx, { runId: run.runId, prompt: "Mine." });
    await run.memory.asSystem().runs.steer(run.ctx, { runId: run.runId, prompt: "The app's." });
    const authors = (await messagesOf(run)).map(({ author }) => author);
    expect(authors).toEqual(["olga", "wendy", "olga"]);
  });

  test("is found by its words, and its own words alone go with it", async () => {
    const run = await aSteeredRun("durable");
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
    const run = await aSteeredRun("durable");
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
    const run = await aSteeredRun("durable");
    const { messageId } = await run.steer("Only new ones.");
    expect(await codeOf(run.owner.messages.remove(run.ctx, { messageId }))).toBe("RUN_ACTIVE");
  });
});

describe("the next call of the model reads it", () => {
  test("in a durable run when its step opens, not one that had opened before", async () => {
    const run = await aSteeredRun("durable");
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
    const run = await aSteeredRun("durable");
    await run.open(0);
    await run.steer("Only new ones.");
    expect(words((await run.open(0)).context)).toEqual(["user: Books?", "user: Only new ones."]);
    expect((await run.save(0, [text("New.")], { finish: true })).state.kind).toBe("completed");
  });

  test("in an action with what the step saves, behind the results of its tools", async () => {
    const run = await aSteeredRun("action", { stream: true });
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
    const run = await aSteeredRun("action");
    await run.owner.runs.steer(run.ctx, { runId: run.runId, prompt: [text("l".repeat(100_000))] });
    const { steered } = await run.save(0, [call("a")]);
    const [part] = steered?.messages[0]?.parts ?? [];
    expect(part?.type === "text" ? part.text.length : 0).toBe(65_536);
    expect(steered?.long).toEqual([[66, 0, 65_536]]);
  });

  test("whatever the limits of its context", async () => {
    const run = await aSteeredRun("durable");
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
    const run = await aSteeredRun("action");
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
    const run = await aSteeredRun("durable");
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
