// One JSON line for each transition of a run and each failed call: names, counts and codes, and not a word that was said.
import { generateText, isStepCount } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { AgentMemory, memoryError, type ActionCtx, type LogLevel } from "../../src/client/index.js";
import { closeLog, logRun, warningLine } from "../../src/shared/runLog.js";
import { deterministicEmbedder } from "../../src/testing/deterministicEmbedder.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { aDurableApp } from "./durableApp.js";
import { aLoop, thermometer } from "./middlewareSupport.js";
import { anAgent, asksFor, messagesOf, weather } from "./support.js";

/** Words of a prompt, an answer, a tool and a provider: none may stand in a line. */
const SAID = ["zebrawood", "quokkatail", "axolotlpond", "narwhaltusk"];

let printed: string[];
beforeEach(() => {
  printed = [];
  for (const method of ["log", "info", "error", "warn"] as const)
    vi.spyOn(console, method).mockImplementation((line: unknown) => void printed.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

type Line = Record<string, unknown> & { event: string };
const lines = (): Line[] => {
  const ours = printed.filter((line) => line.startsWith('{"event"')); // Convex logs what an action throws by itself
  for (const line of ours) for (const word of SAID) expect(line).not.toContain(word);
  return ours.map((line) => JSON.parse(line) as Line);
};
const events = (): string[] => lines().map(({ event }) => event);

const breaks = defineTool({
  description: "Breaks.",
  inputSchema: z.object({ city: z.string() }),
  execute: () => {
    throw new TypeError("The axolotlpond is dry.");
  },
});
const script = () => [
  asksFor("quokkatail"),
  { text: "It is zebrawood.", usage: { inputTokens: 10, outputTokens: 5 } },
];

describe("logs of a run in an action", () => {
  const run = async (logs: LogLevel, failing = false) => {
    const asked = failing ? [asksFor("quokkatail"), { error: "narwhaltusk is down" }] : script();
    const helper = await anAgent(asked, { tools: { weather: breaks } }, logs);
    const { agent, ctx, threadId } = helper;
    const code = await codeOf(agent.generate(ctx, { as: OWNER, threadId, prompt: "Where is zebrawood?" }));
    return { ...helper, code, run: await helper.owner.runs.latest(ctx, { threadId }) };
  };

  test("are its transitions and what failed, when all is asked for", async () => {
    const { run: completed } = await run("all");
    const { runId = "", totals } = completed ?? {};
    expect(lines()).toEqual([
      { event: "run.running", runId, agentName: "helper" },
      {
        event: "run.completed",
        runId,
        ms: expect.any(Number) as number,
        tokens: (totals?.inputTokens ?? 0) + (totals?.outputTokens ?? 0),
      },
      { event: "tool.failed", runId, toolName: "weather", ms: expect.any(Number) as number },
    ]);
  });

  test("are only what failed unless told, and nothing when off", async () => {
    await run("errors");
    expect(events()).toEqual(["tool.failed"]);
    printed.length = 0;
    await run("off", true);
    expect(printed).toEqual([]);
  });

  test("tell by codes how a model failed", async () => {
    const { code, run: failed } = await run("errors", true);
    expect(code).toBe("MODEL_FAILED");
    expect(lines()).toMatchObject([
      { event: "model.failed", runId: failed?.runId, agentName: "helper", code: "MODEL_FAILED" },
      { event: "run.failed", runId: failed?.runId, code: "MODEL_FAILED", ms: expect.any(Number) as number },
      { event: "tool.failed", toolName: "weather" },
    ]);
  });

  test("tell who canceled nothing but that it was, once", async () => {
    const { memory, ctx, threadId } = await anAgent([], {}, "all");
    const owner = memory.as(OWNER);
    const { runId } = await owner.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine: "action" },
      prompt: [{ type: "text", text: "zebrawood" }],
    });
    const reason = "because of zebrawood";
    for (let attempt = 0; attempt < 2; attempt++) await owner.runs.cancel(ctx, { runId, reason });
    expect(events()).toEqual(["run.running", "run.canceled"]);
  });

  test("tell of an embedding model that is down", async () => {
    const embedder = deterministicEmbedder();
    const broken = { ...embedder, doEmbed: () => Promise.reject(new TypeError("narwhaltusk")) };
    const helper = await anAgent([{ text: "zebrawood" }], {
      recall: { scopes: ["user"], maxTokens: 100 },
      embeddingModel: () => broken,
      maxRetries: 0,
    });
    const { agent, ctx, threadId } = helper;
    const { warnings } = await agent.generate(ctx, { as: OWNER, threadId, prompt: "zebrawood?" });
    expect(warnings).toHaveLength(1);
    expect(lines()).toMatchObject([
      { event: "embedding.failed", agentName: "helper", code: "EMBEDDING_FAILED" },
    ]);
  });

  test("tell of a stream that stopped short", async () => {
    const helper = await anAgent([{ text: "zebrawood" }], { throttleMs: 0 });
    const { agent, ctx, threadId } = helper;
    const run = ctx.runMutation as (...args: unknown[]) => Promise<unknown>;
    const runMutation = async (...args: unknown[]) => {
      const count = helper.calls.length;
      const done = await run(...args);
      if (helper.calls[count] === "streams.append") throw memoryError("FORBIDDEN", "narwhaltusk");
      return done;
    };
    const failing = { ...ctx, runMutation } as ActionCtx;
    await agent.stream(failing, { as: OWNER, threadId, prompt: "zebrawood?" });
    expect(lines()).toEqual([{ event: "stream.failed", agentName: "helper", code: "FORBIDDEN" }]);
    expect(await messagesOf(helper)).toHaveLength(2);
  });
});

describe("logs of a durable run", () => {
  test("tell each transition once, whatever happens after it", async () => {
    vi.useFakeTimers();
    const app = await aDurableApp(script(), { tools: { weather: breaks } }, "all");
    const { runId } = await app.start("Where is zebrawood?");
    await app.finish();
    expect(lines().map(({ event, runId: of }) => [event, of])).toEqual([
      ["run.running", runId],
      ["tool.failed", runId],
      ["run.completed", runId],
    ]);
  });

  test("tell each failed attempt of a model", async () => {
    vi.useFakeTimers();
    const retry = { maxAttempts: 2, initialBackoffMs: 10, base: 2 };
    const down = { error: "narwhaltusk is down" };
    const app = await aDurableApp([down, down], { tools: { weather }, retry }, "errors");
    await app.start("Where is zebrawood?");
    await app.finish();
    expect(events()).toEqual(["model.failed", "model.failed", "run.failed"]);
  });
});

test("a loop of the AI SDK logs the same", async () => {
  const { weather: reads } = thermometer();
  const loop = await aLoop(script());
  const memory = new AgentMemory(loop.component, { logs: "all" });
  const { model } = loop.bind({}, memory);
  const asked = { model, tools: { weather: reads }, stopWhen: isStepCount(5) };
  await generateText({ ...asked, prompt: "Where is zebrawood?" });
  expect(events()).toEqual(["run.running", "run.completed"]);
});

describe("a function execution", () => {
  test("logs 20 lines at most; the last says how many were left out", () => {
    for (const [count, last] of [
      [20, { event: "tool.failed", ms: 19 }],
      [33, { event: "log.leftOut", lines: 14 }],
    ] as const) {
      printed.length = 0;
      const ctx = {};
      for (let ms = 0; ms < count; ms++) logRun(ctx, "errors", { event: "tool.failed", ms });
      closeLog(ctx);
      closeLog(ctx);
      for (let ms = 0; ms < 3; ms++) logRun(ctx, "errors", { event: "tool.failed", ms });
      closeLog(ctx);
      expect(printed).toHaveLength(20);
      expect(lines().at(-1)).toEqual(last);
    }
  });

  test("has a budget of its own", () => {
    for (let round = 0; round < 3; round++)
      for (let ms = 0; ms < 19; ms++) logRun([round], "errors", { event: "tool.failed", ms });
    const ctx = {};
    for (let ms = 0; ms < 19; ms++) logRun(ctx, "errors", { event: "tool.failed", ms });
    closeLog(ctx);
    expect(printed.length).toBeGreaterThan(20);
  });

  test("logs a warning without what others said in it", () => {
    expect(warningLine("Recall went on by words: EMBEDDING_FAILED: narwhaltusk")).toEqual({
      warning: "Recall went on by words",
      code: "EMBEDDING_FAILED",
    });
    expect(warningLine("The model warns: SECRET_TOKEN: narwhaltusk")).toEqual({ warning: "The model warns" });
  });
});
