// What the contention promises name, and nothing else: writes of a turn in one thread stand in the way of no other
// thread, and parallel results of one run not in each other's. The whole matrix is in conflictMatrix.test.ts. Whoever
// adds a write to a turn adds it to `writesOf`.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { call, result, text } from "../support/aMemory.js";
import { startApp } from "../support/appHost.js";
import { used } from "../support/turns.js";
import {
  aBusyThread,
  anIdleThread,
  callDoor,
  meetings,
  playsOfIdleThread,
  rehearseAll,
  type Caller,
  type Footprints,
  type Plays,
} from "./contentionScene.js";

const OLGA: Caller = { tenantId: "acme", userId: "olga" };
const WENDY: Caller = { tenantId: "acme", userId: "wendy" };
const OTHER: Caller = { tenantId: "other", userId: "olga" };

let host: Host;
beforeAll(async () => {
  host = await startApp({ listen: false });
  // The first of each kind arms a sweep, which later ones find armed.
  await anAnswering(OLGA);
  await callDoor(host, (await writesOf(OLGA))["cancel"]!);
});
afterAll(() => host.close());

const begin = (caller: Caller, threadId: string, engine: "action" | "durable") => {
  const { door, args } = playsOfIdleThread(caller, threadId)["begin"]!;
  return { door, args: { ...args, engine } };
};

type Answering = { threadId: string; runId: string; streamId: string };

/** A thread in which an action is answering. */
async function anAnswering(caller: Caller): Promise<Answering> {
  const threadId = await anIdleThread(host, caller);
  return { ...((await callDoor(host, begin(caller, threadId, "action"))) as Answering), threadId };
}

/** Every write of a turn: before a run, in an action, and in a durable run with two open calls. */
async function writesOf(caller: Caller): Promise<Plays> {
  const idle = await anIdleThread(host, caller);
  const action = await anAnswering(caller);
  const { runId, streamId } = await aBusyThread(host, caller);
  const message = { parts: [text("an answer"), call("three")] };
  const step = { caller, message, results: [], usage: used };
  const chunk = { caller, seq: 0, deltas: "[]" };
  const saved = (callId: string) => ({ caller, runId, callId, part: result(callId), failed: false, ms: 1 });
  const save = (args: object) => ({ door: "turns.saveStep", args: { ...step, ...args } });
  return {
    "begin, in an action": begin(caller, idle, "action"),
    "begin, durable": begin(caller, idle, "durable"),
    "open a step": { door: "turns.open", args: { caller, runId, step: 1, stream: true } },
    "save a step, in an action": save({ runId: action.runId, step: 0, finish: false, nextStream: true }),
    "save a step, durable": save({ runId, step: 1, finish: false }),
    "save the last step": save({ runId, step: 1, finish: true }),
    "append a chunk, in an action": {
      door: "streams.append",
      args: { ...chunk, streamId: action.streamId },
    },
    "append a chunk, durable": { door: "streams.append", args: { ...chunk, streamId } },
    "start a tool": { door: "turns.startTool", args: { caller, runId, callId: "one", idempotent: true } },
    "save result one": { door: "turns.saveResult", args: saved("one") },
    "save result two": { door: "turns.saveResult", args: saved("two") },
    cancel: { door: "runs.cancel", args: { caller, runId } },
  };
}

const footprintsOf = async (caller: Caller): Promise<Footprints> =>
  await rehearseAll(host, await writesOf(caller));

describe("across threads", () => {
  test.each([
    ["of one user", OLGA, OLGA],
    ["of two users of a tenant", OLGA, WENDY],
    ["of two tenants", OLGA, OTHER],
  ])("%s no write of a turn meets any other", async (_relation, first, second) => {
    expect(meetings(await footprintsOf(first), await footprintsOf(second))).toEqual({});
  });
});

describe("parallel results of one run", () => {
  test("meet nowhere, because they read neither the run nor the thread's head", async () => {
    const all = await footprintsOf(OLGA);
    const [one, two] = [all["save result one"]!, all["save result two"]!];
    expect(meetings({ one }, { two })).toEqual({});
    for (const { reads, writes } of [one, two]) {
      const touched = [...reads, ...writes].map(({ table }) => table);
      expect(touched).toContain("toolCalls");
      for (const shared of ["runs", "threadHeads", "threads"]) expect(touched).not.toContain(shared);
    }
  });

  test("and chunks of its next step meet nowhere either", async () => {
    const all = await footprintsOf(OLGA);
    const chunk = all["append a chunk, durable"]!;
    expect(meetings({ chunk }, { one: all["save result one"]!, two: all["save result two"]! })).toEqual({});
  });
});
