import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineAgent, defineTool, type AgentDefinition } from "../../src/ai/index.js";
import { CANCEL_UNASKED_MS } from "../../src/shared/runLimits.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";
import { busyModel, untilAborted, type During } from "./busyModel.js";
import { aDurableApp, hushed, leftovers } from "./durableApp.js";
import { anAgent, messagesOf, transcript, type TestAgent } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Engine = {
  /** Runs a turn to its end, however it ends. */
  turn: (prompt: string) => Promise<unknown>;
  cancel: () => Promise<unknown>;
} & Pick<TestAgent, "owner" | "ctx" | "threadId" | "model">;

/** Cancels the latest run of the thread. */
async function cancelLatest({ owner, ctx, threadId }: Pick<TestAgent, "owner" | "ctx" | "threadId">) {
  const run = await owner.runs.latest(ctx, { threadId });
  return await owner.runs.cancel(ctx, { runId: run?.runId ?? "", reason: "Enough." });
}

type Make = (
  script: ScriptedTurn[],
  during: (engine: () => Engine) => During,
  definition?: Partial<AgentDefinition>,
) => Promise<Engine>;

const inAction =
  (how: "generate" | "stream"): Make =>
  async (script, during, definition = {}) => {
    const test = await anAgent([]);
    const model = busyModel(
      script,
      during(() => engine),
    );
    const agent = defineAgent(test.memory, {
      ...{ name: "helper", model: () => model, instructions: "Be brief.", throttleMs: 0, ...definition },
    });
    const ask = (prompt: string) => ({ as: OWNER, threadId: test.threadId, prompt });
    const engine: Engine = {
      ...{ ...test, model, cancel: () => cancelLatest(test) },
      turn: (prompt) => agent[how](test.ctx, ask(prompt)),
    };
    return engine;
  };

const durable =
  (stream: boolean): Make =>
  async (script, during, definition = {}) => {
    const model = busyModel(
      script,
      during(() => engine),
    );
    const app = await aDurableApp([], { model: () => model, stream, ...definition });
    const engine: Engine = {
      ...{ ...app, model, cancel: () => cancelLatest(app) },
      turn: async (prompt) => {
        await app.start(prompt);
        await app.finish();
        expect(await leftovers(app)).toEqual({});
      },
    };
    return engine;
  };

const ENGINES: [string, Make][] = [
  ["generate", inAction("generate")],
  ["stream", inAction("stream")],
  ["a durable run", durable(false)],
  ["a durable run that streams", durable(true)],
];

/** Every call is followed by its result in what a model was shown. */
function expectWhole({ model }: Engine, call: number): void {
  const prompt = model.calls[call]?.prompt ?? [];
  const ids = (type: "tool-call" | "tool-result") =>
    prompt.flatMap(({ content }) =>
      typeof content === "string"
        ? []
        : content.flatMap((part) =>
            part.type === type ? [(part as { toolCallId: string }).toolCallId] : [],
          ),
    );
  expect(ids("tool-result")).toEqual(ids("tool-call"));
}

async function expectUsable(engine: Engine): Promise<void> {
  const before = engine.model.calls.length;
  await engine.turn("And now?");
  const latest = await engine.owner.runs.latest(engine.ctx, { threadId: engine.threadId });
  expect(latest?.state.kind).toBe("completed");
  expect(engine.model.calls).toHaveLength(before + 1);
  expectWhole(engine, before);
  const all = await messagesOf(engine);
  expect(transcript(all).slice(-2)).toEqual(["user: And now?", "assistant: Now."]);
  const { messages } = await engine.owner.threads.get(engine.ctx, { threadId: engine.threadId });
  expect(messages).toBe(all.length);
}

const canceled = async ({ owner, ctx, threadId }: Engine) =>
  (await owner.runs.latest(ctx, { threadId }))?.state;

describe.each(ENGINES)("canceling %s", (_name, make) => {
  test("while its model is silent aborts the call", async () => {
    const signals: AbortSignal[] = [];
    const engine = await make([{ text: "Now." }], (of) => ({
      0: async (signal) => {
        if (signals.push(signal) > 1) return;
        await of().cancel();
        await untilAborted(signal);
      },
    }));
    await engine.turn("Weather?");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await canceled(engine)).toMatchObject({ kind: "canceled", reason: "Enough." });
    await expectUsable(engine);
  });

  test("while its tools run aborts them, and leaves behind one that does not listen", async () => {
    const engine = (): Engine => made;
    const signals: AbortSignal[] = [];
    const listens = defineTool({
      description: "Waits.",
      inputSchema: z.object({}),
      execute: async ({ abortSignal }) => {
        signals.push(abortSignal);
        await engine().cancel();
        return await untilAborted(abortSignal);
      },
    });
    const deaf = defineTool({
      description: "Waits for ever.",
      inputSchema: z.object({}),
      execute: () => new Promise(() => {}),
    });
    const asks = { toolCalls: ["listens", "deaf"].map((toolName) => ({ toolName, input: {} })) };
    const made = await make([asks, { text: "Now." }], () => ({}), { tools: { listens, deaf } });
    await made.turn("Wait.");
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await canceled(made)).toMatchObject({ kind: "canceled", reason: "Enough." });
    const kinds = (await messagesOf(made)).flatMap(({ parts }) =>
      parts.flatMap((part) => (part.type === "toolResult" ? [part.outputKind] : [])),
    );
    expect(kinds).toEqual(["interrupted", "interrupted"]);
    expect(made.model.calls).toHaveLength(1);
    await expectUsable(made);
  });

  test("while a tool looks whether it needs approval asks nobody, and runs nothing", async () => {
    const engine = (): Engine => made;
    let ran = 0;
    const unsure = defineTool({
      description: "Asks a policy that never answers.",
      inputSchema: z.object({}),
      needsApproval: async ({ abortSignal }) => {
        await engine().cancel();
        return await untilAborted(abortSignal);
      },
      execute: () => (ran += 1),
    });
    const made = await make(
      [{ toolCalls: [{ toolName: "unsure", input: {} }] }, { text: "Now." }],
      () => ({}),
      { tools: { unsure } },
    );
    await made.turn("Pay.");
    expect(await canceled(made)).toMatchObject({ kind: "canceled", reason: "Enough." });
    expect({ ran, calls: made.model.calls.length }).toEqual({ ran: 0, calls: 1 });
    await expectUsable(made);
  });

  test("between its steps starts nothing that follows", async () => {
    const engine = (): Engine => made;
    const quits = defineTool({
      description: "Cancels its run and answers.",
      inputSchema: z.object({}),
      execute: async () => {
        vi.setSystemTime(Date.now() + CANCEL_UNASKED_MS); // as a tool that calls somebody takes
        await engine().cancel();
        return "done";
      },
    });
    const made = await make(
      [{ toolCalls: [{ toolName: "quits", input: {} }] }, { text: "Now." }],
      () => ({}),
      {
        tools: { quits },
      },
    );
    await made.turn("Quit.");
    expect(await canceled(made)).toMatchObject({ kind: "canceled" });
    expect(made.model.calls).toHaveLength(1);
    await expectUsable(made);
  });
});
