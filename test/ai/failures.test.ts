import { APICallError } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { isMemoryError } from "../../src/validators/errors.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { anAgent, messagesOf, transcript, type TestAgent } from "./support.js";

const ask = (helper: TestAgent, more: { abortSignal?: AbortSignal; operationId?: string } = {}) => ({
  as: OWNER,
  threadId: helper.threadId,
  prompt: "Go.",
  ...more,
});

describe("a run that someone else ends", () => {
  test("as failed, in the middle of a turn, tells the caller so", async () => {
    const outcome = { kind: "failed" as const, code: "STOPPED", message: "Enough." };
    const stopper = defineTool({
      description: "Ends its own run.",
      inputSchema: z.object({}),
      execute: (ctx) => ctx.memory.turns.end(ctx, { runId: ctx.runId, outcome }),
    });
    const helper = await anAgent([{ toolCalls: [{ toolName: "stopper", input: {} }] }, { text: "Late." }], {
      tools: { stopper },
    });
    expect(await codeOf(helper.agent.generate(helper.ctx, ask(helper)))).toBe("RUN_ENDED");
    expect(transcript(await messagesOf(helper)).join()).not.toContain("Late.");
  });
});

describe("a tool that goes wrong", () => {
  const broken = defineTool({
    description: "Breaks.",
    inputSchema: z.object({ how: z.string() }),
    execute: (_ctx, { how }) => {
      if (how === "circular") {
        const value: Record<string, unknown> = {};
        value.self = value;
        return value;
      }
      if (how === "long") return "x".repeat(7 * 1024 * 1024);
      throw new TypeError("The disk is full.");
    },
  });

  test.each([
    ["throws", { toolName: "broken", input: { how: "throw" } }, "The disk is full."],
    [
      "is given input that does not fit",
      { toolName: "broken", input: { how: 7 } },
      "does not fit the schema",
    ],
    ["is given input that is no JSON", { toolName: "broken", input: '{"how": ' }, "is not JSON"],
    ["does not exist", { toolName: "missing", input: {} }, "TOOL_NOT_FOUND"],
    ["is called like a method of objects", { toolName: "toString", input: {} }, "TOOL_NOT_FOUND"],
    ["returns what JSON has no text for", { toolName: "broken", input: { how: "circular" } }, "JSON"],
    ["returns more than can be kept", { toolName: "broken", input: { how: "long" } }, "ask for less"],
  ])("tells the model when it %s, and the run goes on", async (_name, call, words) => {
    const helper = await anAgent([{ toolCalls: [call] }, { text: "I could not." }], { tools: { broken } });
    const { text, runId } = await helper.agent.generate(helper.ctx, ask(helper));
    expect(text).toBe("I could not.");
    expect(JSON.stringify(helper.model.calls[1]?.prompt)).toContain(words);
    const [, , result] = await messagesOf(helper);
    expect(result?.parts[0]).toMatchObject({ type: "toolResult", outputKind: "error" });
    const { page } = await helper.owner.runs.listToolCalls(helper.ctx, { runId, cursor: null });
    expect(page[0]?.state.kind).toBe("failed");
  });

  test("keeps a result of 5 MB whole and shows the model its start", async () => {
    const output = "ö".repeat(2_500_000);
    const big = defineTool({ description: "Big.", inputSchema: z.object({}), execute: () => output });
    const helper = await anAgent([{ toolCalls: [{ toolName: "big", input: {} }] }, { text: "Long." }], {
      tools: { big },
    });
    await helper.agent.generate(helper.ctx, ask(helper));
    const shown = JSON.stringify(helper.model.calls[1]?.prompt.at(-1));
    expect(shown.length).toBeLessThan(100_000);
    expect(shown).toContain("of 5000000 bytes");
    const [, , result] = await messagesOf(helper);
    const messageId = result?.messageId ?? "";
    expect(await helper.owner.messages.read(helper.ctx, { messageId, part: 0 })).toBe(output);
  });

  test("does not let results that are too long together lose the step", async () => {
    const big = defineTool({
      description: "Big.",
      inputSchema: z.object({}),
      execute: () => "x".repeat(5_000_000),
    });
    const calls = ["a", "b", "c"].map((callId) => ({ toolName: "big", input: {}, callId }));
    const helper = await anAgent([{ toolCalls: calls }, { text: "Enough." }], { tools: { big } });
    const { text } = await helper.agent.generate(helper.ctx, ask(helper));
    expect(text).toBe("Enough.");
    const results = (await messagesOf(helper)).filter((message) => message.role === "tool");
    expect(results.map(({ parts }) => (parts[0]?.type === "toolResult" ? parts[0].outputKind : ""))).toEqual([
      "text",
      "text",
      "error",
    ]);
  });
});

describe("a model that fails", () => {
  test("ends the run as failed and frees the thread", async () => {
    const helper = await anAgent([{ error: "Overloaded." }, { text: "Better." }]);
    const error: unknown = await helper.agent
      .generate(helper.ctx, ask(helper))
      .catch((thrown: unknown) => thrown);
    expect(isMemoryError(error, "MODEL_FAILED") && error.data.message).toContain("Overloaded.");
    expect((await helper.owner.runs.latest(helper.ctx, { threadId: helper.threadId }))?.state).toMatchObject({
      kind: "failed",
      code: "MODEL_FAILED",
    });
    expect((await helper.agent.generate(helper.ctx, ask(helper))).text).toBe("Better.");
  });

  test("keeps what the provider's error was with run, message and stream, and nothing that may hold a secret", async () => {
    const error = new APICallError({
      message: "You have sent too much.",
      url: "https://api.invalid/v1?key=secret-in-url",
      requestBodyValues: { prompt: "secret-in-request" },
      responseHeaders: { "set-cookie": "secret-in-header" },
      responseBody: "secret-in-body",
      statusCode: 429,
      data: { error: { code: "rate_limit_exceeded", message: "secret-in-data", param: "secret-in-param" } },
    });
    const helper = await anAgent([{ text: "Half of an", error }]);
    expect(await codeOf(helper.agent.stream(helper.ctx, ask(helper)))).toBe("MODEL_FAILED");
    const record = {
      name: "AI_APICallError",
      statusCode: 429,
      code: "rate_limit_exceeded",
      isRetryable: true,
    };
    const run = await helper.owner.runs.latest(helper.ctx, { threadId: helper.threadId });
    expect(run?.state).toMatchObject({ message: "You have sent too much.", error: record });
    const failed = (await messagesOf(helper))[1];
    expect(failed?.state).toMatchObject({ kind: "failed", reason: "You have sent too much.", error: record });
    const rows = await helper.inside(async ({ db }) => [
      ...(await db.query("streams").collect()),
      ...(await db.query("runs").collect()),
      ...(await db.query("messages").collect()),
    ]);
    expect(rows[0]).toMatchObject({ state: { kind: "aborted", code: "MODEL_FAILED", error: record } });
    expect(JSON.stringify(rows)).not.toContain("secret");
  });

  test("without an answer of a provider keeps the error's name, and of what is no word nothing", async () => {
    for (const [thrown, kept] of [
      [Object.assign(new TypeError("No key."), { name: "AI_LoadAPIKeyError" }), "AI_LoadAPIKeyError"],
      [Object.assign(new TypeError("Odd."), { name: "a name with sk-secret in it" }), "Error"],
    ] as const) {
      const helper = await anAgent([{ error: thrown }]);
      await codeOf(helper.agent.generate(helper.ctx, ask(helper)));
      const run = await helper.owner.runs.latest(helper.ctx, { threadId: helper.threadId });
      expect(run?.state).toMatchObject({ error: { name: kept, isRetryable: kept === "Error" } });
    }
  });

  test("in the middle of a stream leaves what it said as a failed message, out of later contexts", async () => {
    const helper = await anAgent([{ text: "Half of an", error: "Connection lost." }, { text: "Whole." }]);
    expect(await codeOf(helper.agent.stream(helper.ctx, ask(helper)))).toBe("MODEL_FAILED");
    const failed = (await messagesOf(helper))[1];
    expect(failed?.state).toMatchObject({ kind: "failed", code: "MODEL_FAILED" });
    expect(transcript(failed === undefined ? [] : [failed])).toEqual(["assistant: Half of an"]);
    await helper.agent.generate(helper.ctx, ask(helper));
    expect(JSON.stringify(helper.model.calls[1]?.prompt)).not.toContain("Half of an");
  });

  test("after a tool keeps the tool's result", async () => {
    const note = defineTool({ description: "Notes.", inputSchema: z.object({}), execute: () => "noted" });
    const helper = await anAgent([{ toolCalls: [{ toolName: "note", input: {} }] }, { error: "Gone." }], {
      tools: { note },
    });
    expect(await codeOf(helper.agent.generate(helper.ctx, ask(helper)))).toBe("MODEL_FAILED");
    expect(transcript(await messagesOf(helper))).toEqual([
      "user: Go.",
      "assistant: note({})",
      "tool: text noted",
    ]);
  });

  test("fails a repeated call with the same operationId alike, without asking again", async () => {
    const helper = await anAgent([{ error: "Overloaded." }]);
    const once = ask(helper, { operationId: "once" });
    expect(await codeOf(helper.agent.generate(helper.ctx, once))).toBe("MODEL_FAILED");
    expect(await codeOf(helper.agent.generate(helper.ctx, once))).toBe("MODEL_FAILED");
    expect(helper.model.calls).toHaveLength(1);
  });
});

describe("an answer that cannot be saved", () => {
  const calls = Array.from({ length: 65 }, (_, index) => ({
    toolName: "note",
    input: {},
    callId: `${index}`,
  }));

  test.each(["generate", "stream"] as const)(
    "is paid for in the ledger, and what it said is kept (%s)",
    async (how) => {
      const note = defineTool({ description: "Notes.", inputSchema: z.object({}), execute: () => "noted" });
      const helper = await anAgent([{ text: "So many.", toolCalls: calls }], { tools: { note } });
      expect(await codeOf(helper.agent[how](helper.ctx, ask(helper)))).toBe("INVALID_ARGUMENT");
      const { threadId, owner, ctx } = helper;
      const run = await owner.runs.latest(ctx, { threadId });
      expect(run).toMatchObject({
        state: { kind: "failed", code: "INVALID_ARGUMENT" },
        totals: { calls: 1 },
      });
      expect((await owner.usage.list(ctx, { threadId, cursor: null })).page).toHaveLength(1);
      expect(transcript(await messagesOf(helper))).toEqual(["user: Go.", "assistant: So many."]);
    },
  );
});

describe("a turn that is canceled", () => {
  test("before its tools start runs none of them", async () => {
    const abort = new AbortController();
    let runs = 0;
    const pay = defineTool({ description: "Pays.", inputSchema: z.object({}), execute: () => ++runs });
    const stopWhen = () => {
      abort.abort();
      return false;
    };
    const helper = await anAgent([{ toolCalls: [{ toolName: "pay", input: {} }] }], {
      tools: { pay },
      stopWhen,
    });
    const { state } = await helper.agent.generate(helper.ctx, ask(helper, { abortSignal: abort.signal }));
    expect(state.kind).toBe("canceled");
    expect(runs).toBe(0);
    expect((await messagesOf(helper)).map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
  });

  test("by its caller while the model streams keeps what was said out of context", async () => {
    const abort = new AbortController();
    const helper = await anAgent([{ text: "one two three four" }], { chunks: 4, delayMs: 20, throttleMs: 0 });
    const running = helper.agent.stream(helper.ctx, ask(helper, { abortSignal: abort.signal }));
    setTimeout(() => abort.abort(), 60);
    expect((await running).state.kind).toBe("canceled");
    const last = (await messagesOf(helper))[1];
    expect(last === undefined || last.state.kind === "failed").toBe(true);
    expect(
      (await helper.owner.threads.get(helper.ctx, { threadId: helper.threadId })).activeRunId,
    ).toBeUndefined();
  });

  test("by its caller before it begins asks no model", async () => {
    const helper = await anAgent([{ text: "Never." }]);
    const result = await helper.agent.generate(helper.ctx, ask(helper, { abortSignal: AbortSignal.abort() }));
    expect(result.state.kind).toBe("canceled");
    expect(helper.model.calls).toEqual([]);
  });

  test("by somebody else while the model streams stops the model", async () => {
    const helper = await anAgent([{ text: "a b c d e f g h i j k l m n o p" }], {
      chunks: 16,
      delayMs: 10,
      throttleMs: 0,
    });
    const running = helper.agent.stream(helper.ctx, ask(helper));
    const run = await untilRunning(helper);
    await new Promise((resolve) => setTimeout(resolve, 40));
    await helper.owner.runs.cancel(helper.ctx, { runId: run });
    const result = await running;
    expect(result.state.kind).toBe("canceled");
    expect(helper.model.calls[0]?.abortSignal?.aborted).toBe(true);
  });

  test("by somebody else while a tool works ends after the tool, and the group is whole", async () => {
    const slow = defineTool({
      description: "Cancels its own run.",
      inputSchema: z.object({}),
      execute: async (ctx) => {
        await ctx.memory.runs.cancel(ctx, { runId: ctx.runId, reason: "Enough." });
        return "done";
      },
    });
    const helper = await anAgent([{ toolCalls: [{ toolName: "slow", input: {} }] }, { text: "Too late." }], {
      tools: { slow },
    });
    const { state } = await helper.agent.generate(helper.ctx, ask(helper));
    expect(state).toMatchObject({ kind: "canceled", reason: "Enough." });
    const messages = await messagesOf(helper);
    expect(messages.map((message) => message.role)).toEqual(["user", "assistant", "tool"]);
  });
});

async function untilRunning(helper: TestAgent): Promise<string> {
  for (;;) {
    const run = await helper.owner.runs.latest(helper.ctx, { threadId: helper.threadId });
    if (run !== null) return run.runId;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
