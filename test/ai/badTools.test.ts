// What a tool may give and do wrong, in every engine alike.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool, type AgentTool } from "../../src/ai/index.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed, leftovers } from "./durableApp.js";
import { anAgent, messagesOf, type TestAgent } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Ran = Pick<TestAgent, "owner" | "ctx" | "threadId" | "model">;
type Run = (script: ScriptedTurn[], tools: Record<string, AgentTool>) => Promise<Ran>;

const inAction =
  (how: "generate" | "stream"): Run =>
  async (script, tools) => {
    vi.useRealTimers();
    const helper = await anAgent(script, { tools, throttleMs: 0 });
    const { agent, ctx, threadId } = helper;
    await agent[how](ctx, { as: OWNER, threadId, prompt: "Go." });
    return helper;
  };

const durable: Run = async (script, tools) => {
  const app = await aDurableApp(script, { tools });
  await app.start("Go.");
  await app.finish();
  expect(await leftovers(app)).toEqual({});
  return app;
};

const ENGINES: [string, Run][] = [
  ["generate", inAction("generate")],
  ["stream", inAction("stream")],
  ["a durable run", durable],
];

const NO_JSON = expect.stringMatching(/^error The tool's result cannot be kept: it is no JSON/) as string;
const circle = () => {
  const value: Record<string, unknown> = {};
  return Object.assign(value, { self: value });
};

/** Throws what is no error. */
const throwing = (thrown: unknown): void => AbortSignal.abort(thrown).throwIfAborted();

/** What a tool gives, and what the model is told. */
const GIVEN: Record<string, [() => unknown, string]> = {
  undefined: [() => undefined, "json null"],
  null: [() => null, "json null"],
  date: [() => new Date(0), 'json "1970-01-01T00:00:00.000Z"'],
  notANumber: [() => ({ n: NaN }), 'json {"n":null}'],
  dropped: [() => ({ kept: 1, gone: undefined, call: () => 1 }), 'json {"kept":1}'],
  circle: [circle, NO_JSON],
  bigint: [() => ({ big: 1n }), NO_JSON],
  map: [() => new Map([["a", 1]]), NO_JSON],
  nestedSet: [() => ({ tags: new Set(["a"]) }), NO_JSON],
  promiseInside: [() => ({ later: Promise.resolve(1) }), NO_JSON],
  stream: [() => new ReadableStream(), NO_JSON],
  response: [() => new Response("words"), NO_JSON],
  headers: [() => new Headers({ a: "b" }), NO_JSON],
  wrongToJson: [
    () => ({
      toJSON: () => {
        throw new TypeError("No.");
      },
    }),
    NO_JSON,
  ],
  generator: [
    async function* () {
      await Promise.resolve();
      yield { progress: 1 };
      yield { answer: 42 };
    },
    'json {"answer":42}',
  ],
  halfGenerator: [
    async function* () {
      await Promise.resolve();
      yield 1;
      throw new TypeError("Broke in the middle.");
    },
    "error Broke in the middle.",
  ],
  bytes: [() => new Uint8Array([1, 2, 3]), 'json "AQID"'],
  surrogate: [() => "a\uD800b", "text a\uFFFDb"],
  nul: [() => "a\0b", "text a\0b"],
  throws: [
    () => {
      throw new TypeError("The disk is full.");
    },
    "error The disk is full.",
  ],
  throwsNull: [() => throwing(null), "error null"],
  throwsCircle: [() => throwing(circle()), "error Unknown error"],
};

const give = defineTool({
  description: "Gives what it is asked for.",
  inputSchema: z.object({ what: z.string() }),
  execute: (_ctx, { what }) => GIVEN[what]?.[0](),
});

/** The result of each call, by its callId. */
async function resultsOf(ran: Ran): Promise<Record<string, string>> {
  const parts = (await messagesOf(ran)).flatMap((message) => message.parts);
  return Object.fromEntries(
    parts.flatMap((part) =>
      part.type === "toolResult" ? [[part.callId, `${part.outputKind} ${part.output}`]] : [],
    ),
  );
}

describe.each(ENGINES)("in %s", (_name, run) => {
  test("what a tool gives is told to the model as it is, or as an error that says why not", async () => {
    const calls = Object.keys(GIVEN).map((what) => ({ callId: what, toolName: "give", input: { what } }));
    const ran = await run([{ toolCalls: calls }, { text: "I see." }], { give });
    const expected = Object.fromEntries(Object.entries(GIVEN).map(([what, [, told]]) => [what, told]));
    expect(await resultsOf(ran)).toEqual(expected);
    const latest = await ran.owner.runs.latest(ran.ctx, { threadId: ran.threadId });
    expect(latest?.state.kind).toBe("completed");
    expect(ran.model.calls).toHaveLength(2);
  });

  test("5 MB are kept whole, 7 MB are refused, and the model is shown a start", async () => {
    const big = defineTool({
      description: "Gives much.",
      inputSchema: z.object({ megabytes: z.number() }),
      execute: (_ctx, { megabytes }) => "x".repeat(megabytes * 1_000_000),
    });
    const calls = [5, 7].map((megabytes) => ({
      callId: `${megabytes}`,
      toolName: "big",
      input: { megabytes },
    }));
    const ran = await run([{ toolCalls: calls }, { text: "Long." }], { big });
    const [, , five, seven] = await messagesOf(ran);
    const read = { messageId: five?.messageId ?? "", part: 0 };
    expect((await ran.owner.messages.read(ran.ctx, read)).length).toBe(5_000_000);
    expect(seven?.parts[0]).toMatchObject({
      outputKind: "error",
      output: expect.stringContaining("ask for less") as string,
    });
    expect(JSON.stringify(ran.model.calls[1]?.prompt).length).toBeLessThan(200_000);
  });

  test("input that does not fit, no JSON, an unknown tool and names of objects are told to the model", async () => {
    const calls = [
      { callId: "fit", toolName: "give", input: { what: 7 } },
      { callId: "json", toolName: "give", input: '{"what": ' },
      { callId: "none", toolName: "missing", input: {} },
      { callId: "proto", toolName: "__proto__", input: {} },
      { callId: "made", toolName: "constructor", input: {} },
      { callId: "polluting", toolName: "give", input: '{"__proto__":{"what":"date"}}' },
    ];
    const ran = await run([{ toolCalls: calls }, { text: "Sorry." }], { give });
    expect(await resultsOf(ran)).toEqual({
      fit: expect.stringContaining("does not fit the schema") as string,
      json: expect.stringContaining("is not JSON") as string,
      none: expect.stringContaining("TOOL_NOT_FOUND") as string,
      proto: expect.stringContaining("TOOL_NOT_FOUND") as string,
      made: expect.stringContaining("TOOL_NOT_FOUND") as string,
      polluting: expect.stringContaining("does not fit the schema") as string,
    });
  });

  test("callIds of any kind come back with their results", async () => {
    const ids = ["x".repeat(10_000), "a\0b", "__proto__", "constructor", "", "ö🙂"];
    const calls = ids.map((callId) => ({ callId, toolName: "give", input: { what: "date" } }));
    const ran = await run([{ toolCalls: calls }, { text: "Fine." }], { give });
    const parts = (await messagesOf(ran)).flatMap((message) => message.parts);
    expect(parts.flatMap((part) => (part.type === "toolResult" ? [part.callId] : []))).toEqual(ids);
  });

  test("calls that a model numbers anew in each step have operationIds of their own", async () => {
    const seen: string[] = [];
    const note = defineTool({
      description: "Notes its operation.",
      inputSchema: z.object({}),
      execute: (ctx) => void seen.push(ctx.operationId),
    });
    const asks = { toolCalls: [{ callId: "0", toolName: "note", input: {} }] };
    await run([asks, asks, asks, { text: "Thrice." }], { note });
    expect(new Set(seen).size).toBe(3);
  });
});
