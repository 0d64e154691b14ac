// Which of the component's mutations could collide in Convex, worked out from what each read and wrote.
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { conflictMatrix, conflictsBetween, type Host, type Span } from "../../host/index.js";
import { startFixture } from "./fixtureHost.js";
import { call, result, said, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";

type Caller = { tenantId: string; userId: string };
type Turn = { caller: Caller; threadId: string; runId: string; streamId: string };

const component = fileURLToPath(new URL("../../src/component", import.meta.url));
const OLGA: Caller = { tenantId: "acme", userId: "olga" };
const WENDY: Caller = { tenantId: "acme", userId: "wendy" };
const OTHER: Caller = { tenantId: "other", userId: "olga" };

let host: Host;
beforeAll(async () => {
  host = await startFixture({ listen: false, components: [{ path: "agentMemory", directory: component }] });
});
afterAll(() => host.close());

const mutate = (path: string, args: Record<string, unknown>) =>
  host.callComponent("agentMemory", "mutation", path, args);

async function spanOf(path: string, args: Record<string, unknown>): Promise<Span> {
  host.spans.start();
  await mutate(path, args).catch(() => null);
  return host.spans.stop()[0]!;
}

async function aThread(caller: Caller): Promise<string> {
  return ((await mutate("threads:create", { caller })) as { threadId: string }).threadId;
}

const turnStart = (caller: Caller, threadId: string) => ({
  caller,
  threadId,
  agentName: "scribe",
  engine: "durable",
  prompt: [text("a question")],
  stream: true,
});

async function aTurn(caller: Caller): Promise<Turn> {
  const threadId = await aThread(caller);
  const begun = (await mutate("turns:begin", turnStart(caller, threadId))) as Turn;
  return { caller, threadId, runId: begun.runId, streamId: begun.streamId };
}

const stepOf = ({ caller, runId }: Turn, calls: string[] = []) => ({
  caller,
  runId,
  step: 0,
  message: { parts: [text("an answer"), ...calls.map((callId) => call(callId))] },
  results: [],
  usage: used,
  finish: calls.length === 0,
});

const begin = (caller: Caller, threadId: string) => spanOf("turns:begin", turnStart(caller, threadId));
const saveStep = (turn: Turn) => spanOf("turns:saveStep", stepOf(turn));
const appendChunk = ({ caller, streamId }: Turn, seq: number) =>
  spanOf("streams:append", { caller, streamId, seq, deltas: "[]" });
const appendMessage = (caller: Caller, threadId: string) =>
  spanOf("messages:append", { caller, threadId, messages: [said("user", "a note")] });
const saveResult = ({ caller, runId }: Turn, callId: string) =>
  spanOf("turns:saveResult", { caller, runId, callId, part: result(callId), failed: false, ms: 1 });

// One of each, all in threads of their own.
async function everyKind(caller: Caller, name: string): Promise<Record<string, Span>> {
  const withCalls = await aTurn(caller);
  await mutate("turns:saveStep", stepOf(withCalls, ["one"]));
  return {
    [`${name} begins`]: await begin(caller, await aThread(caller)),
    [`${name} saves a step`]: await saveStep(await aTurn(caller)),
    [`${name} appends a chunk`]: await appendChunk(await aTurn(caller), 0),
    [`${name} saves a result`]: await saveResult(withCalls, "one"),
    [`${name} appends a message`]: await appendMessage(caller, await aThread(caller)),
  };
}

function withoutConflicts(named: Record<string, Span>): Record<string, string[]> {
  return Object.fromEntries(Object.keys(named).map((name) => [name, []]));
}

function failedOnes(named: Record<string, Span>): string[] {
  return Object.keys(named).filter((name) => named[name]!.failed);
}

describe("turns in different threads", () => {
  test.each([
    ["of one user", OLGA, OLGA],
    ["of two users of one tenant", OLGA, WENDY],
    ["of two tenants", OLGA, OTHER],
  ])("%s never stand in each other's way", async (...[, first, second]) => {
    // The first of each kind may arm a sweep or a fold that later ones find armed.
    for (const caller of [first, second]) await everyKind(caller, "warm-up");
    const spans = { ...(await everyKind(first, "the first")), ...(await everyKind(second, "the second")) };
    expect(failedOnes(spans)).toEqual([]);
    expect(conflictMatrix(spans)).toEqual(withoutConflicts(spans));
  });
});

describe("within one thread", () => {
  test("two begins collide, so that only one run is active", async () => {
    const threadId = await aThread(OLGA);
    expect(conflictsBetween(await begin(OLGA, threadId), await begin(OLGA, threadId)).length).toBeGreaterThan(
      0,
    );
  });

  test("two appends collide, so that each message has a place of its own", async () => {
    const threadId = await aThread(OLGA);
    const matrix = conflictMatrix({
      first: await appendMessage(OLGA, threadId),
      second: await appendMessage(OLGA, threadId),
    });
    expect(matrix).toEqual({ first: ["second"], second: ["first"] });
  });

  test("results of parallel calls and chunks of a stream do not collide", async () => {
    const turn = await aTurn(OLGA);
    const streaming = await aTurn(OLGA);
    await mutate("turns:saveStep", stepOf(turn, ["one", "two"]));
    const spans = {
      "result one": await saveResult(turn, "one"),
      "result two": await saveResult(turn, "two"),
      "chunk 0": await appendChunk(streaming, 0),
      "chunk 1": await appendChunk(streaming, 1),
    };
    expect(failedOnes(spans)).toEqual([]);
    expect(conflictMatrix(spans)).toEqual(withoutConflicts(spans));
  });

  test("a step collides with the cancelling of its run: one of them comes first as a whole", async () => {
    const turn = await aTurn(OLGA);
    const step = await saveStep(turn);
    const end = await spanOf("turns:end", { caller: OLGA, runId: turn.runId, outcome: { kind: "canceled" } });
    expect(conflictsBetween(step, end).length).toBeGreaterThan(0);
  });
});
