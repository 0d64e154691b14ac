// The promise of the ledger: what its events add up to is what the provider bills, whatever becomes of a run.
import { Output } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { AgentDefinition } from "../../src/ai/index.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { billedModel, type BilledModel, type Request } from "./billedModel.js";
import { aDurableApp, hushed } from "./durableApp.js";
import { eventsIn, ledgerOf, look, type Ledger } from "./ledgerScene.js";
import { anAgent } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "setInterval", "clearInterval"] });
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Scene = Ledger & { runId: string | undefined; code: string };
type Ask = (model: BilledModel, definition?: Partial<AgentDefinition>) => Promise<Scene>;

const inAction =
  (how: "generate" | "stream"): Ask =>
  async (model, definition = {}) => {
    vi.useRealTimers();
    const settings = { model: () => model, tools: { look }, throttleMs: 0, maxRetries: 2, ...definition };
    const helper = await anAgent([], settings);
    const { agent, ctx, threadId, owner } = helper;
    const code = await codeOf(agent[how](ctx, { as: OWNER, threadId, prompt: "Go." }));
    const run = await owner.runs.latest(ctx, { threadId });
    return { ...helper, runId: run?.runId, code };
  };

const durable: Ask = async (model, definition = {}) => {
  const retry = { maxAttempts: 3, initialBackoffMs: 1, base: 1 };
  const app = await aDurableApp([], { model: () => model, tools: { look }, retry, ...definition });
  const { runId } = await app.start("Go.");
  await app.finish();
  const { state } = await app.owner.runs.get(app.ctx, { runId });
  return { ...app, runId, code: state.kind === "failed" ? state.code : "ok" };
};

const ENGINES: [string, Ask][] = [
  ["generate", inAction("generate")],
  ["stream", inAction("stream")],
  ["a durable run", durable],
];

const SCRIPTS: [string, Request[], string?][] = [
  ["is answered", [{ says: "Yes." }]],
  ["asks for tools", [{ asks: "look" }, { asks: "look" }, { says: "Yes." }]],
  ["is refused, and asked again", [{ refuses: 429 }, { refuses: 500 }, { says: "Yes." }]],
  ["is refused behind a tool", [{ asks: "look" }, { refuses: 429 }, { says: "Yes." }]],
  ["is refused for good", [{ refuses: 500 }, { refuses: 500 }, { refuses: 500 }], "MODEL_FAILED"],
  ["gives what nobody can read, then an answer", [{ garbles: true }, { garbles: true }, { says: "Yes." }]],
  ["gives what nobody can read", [{ garbles: true }, { garbles: true }, { garbles: true }], "MODEL_FAILED"],
  ["counts nothing", [{ says: "Yes, quite.", unsound: undefined }]],
  [
    "counts what is no number",
    [{ says: "Yes.", unsound: { inputTokens: { total: NaN }, outputTokens: { total: -3 } } }],
  ],
  ["counts zeros", [{ says: "Yes.", unsound: { inputTokens: { total: 0 }, outputTokens: { total: 0 } } }]],
  [
    "counts the absurd",
    [{ says: "Yes.", unsound: { inputTokens: { total: 1e15 }, outputTokens: { total: 1e300 } } }],
  ],
];

describe.each(ENGINES)("in %s, a model", (_name, ask) => {
  test.each(SCRIPTS)("that %s is in the ledger as it bills", async (_what, script, code = "ok") => {
    const model = billedModel(script);
    const scene = await ask(model);
    expect(scene.code).toBe(code);
    expect(model.requests).toBe(script.length);
    expect(await ledgerOf(scene)).toEqual(model.bill);
    const { totals } = await scene.memory.as(OWNER).runs.get(scene.ctx, { runId: scene.runId ?? "" });
    expect(totals).toMatchObject(model.bill);
  });

  test("that answers says how long it took, how it ended, and what came from its cache", async () => {
    const scene = await ask(billedModel([{ asks: "look" }, { says: "Yes." }]));
    const events = await eventsIn(scene);
    expect(events).toMatchObject([
      { finishReason: "tool-calls", cachedInputTokens: 3, cacheWriteTokens: 2, reasoningTokens: 1, step: 0 },
      { finishReason: "stop", raw: '{"request":1}', step: 1 },
    ]);
    for (const event of events) {
      expect(event.ms).toBeGreaterThanOrEqual(0);
      expect(event).not.toHaveProperty("isEstimated");
      expect(event).not.toHaveProperty("isFailed");
    }
  });

  test("whose answer does not fit what was asked for was paid all the same", async () => {
    const model = billedModel([{ says: "No JSON." }]);
    const scene = await ask(model, { output: Output.object({ schema: z.object({ a: z.string() }) }) });
    expect(scene.code).toBe("OUTPUT_INVALID");
    expect(await ledgerOf(scene)).toEqual(model.bill);
    expect(await eventsIn(scene)).toMatchObject([{ isFailed: true }]);
  });
});

describe.each(ENGINES.slice(1))("in %s, a stream", (name, ask) => {
  test("that breaks is paid for as far as it came", async () => {
    const model = billedModel([
      { asks: "look" },
      { breaksAfter: "Half of it" },
      { breaksAfter: "Nearly all of it" },
      { says: "All." },
    ]);
    const scene = await ask(model);
    expect(scene.code).toBe(name === "stream" ? "MODEL_FAILED" : "ok");
    expect(await ledgerOf(scene)).toEqual(model.bill);
    const broken = (await eventsIn(scene)).filter(({ isFailed }) => isFailed === true);
    expect(broken).toHaveLength(name === "stream" ? 1 : 2);
    for (const event of broken)
      expect(event).toMatchObject({ isEstimated: true, finishReason: "error", step: 1 });
  });
});
