// What the contention promises name, and nothing else: writes of a turn in one thread stand in the way of no other
// thread, and parallel results of one run not in each other's. The whole matrix is in conflictMatrix.test.ts. Whoever
// adds a write to a turn adds it to `writesOf`.
// How to have the figures printed: docs/benchmark.md.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Host } from "../../host/index.js";
import { call, result, text } from "../support/aMemory.js";
import { startApp } from "../support/appHost.js";
import { used } from "../support/turns.js";
import {
  aBusyThread,
  anIdleThread,
  aWaitingThread,
  callDoor,
  meetings,
  playsOfIdleThread,
  playsOfWaitingThread,
  rehearseAll,
  show,
  type Caller,
  type Footprints,
  type Plays,
  OLGA,
  OTHER,
  WENDY,
} from "./contentionScene.js";

let host: Host;
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined); // runs that fail
  host = await startApp({ listen: false });
  // The first of each kind arms a sweep, which later ones find armed.
  await anAnswering(OLGA);
  await aQueuedThread(OLGA);
  await callDoor(host, (await writesOf(OLGA))["cancel"]!);
});
afterAll(() => host.close());

const begin = (caller: Caller, threadId: string, engine: "action" | "durable") => {
  const { door, args } = playsOfIdleThread(caller, threadId)["begin"]!;
  return { door, args: { ...args, engine } };
};

const WAIT_MS = 60_000;
const FAILED = { kind: "failed", code: "MODEL_FAILED", message: "It failed." };

type Answering = { threadId: string; runId: string; streamId: string };

/** A thread in which an action is answering. */
async function anAnswering(caller: Caller): Promise<Answering> {
  const threadId = await anIdleThread(host, caller);
  return { ...((await callDoor(host, begin(caller, threadId, "action"))) as Answering), threadId };
}

/** A thread in which an action is answering, and another run waits for its turn behind it. */
async function aQueuedThread(caller: Caller): Promise<Answering & { queued: string }> {
  const answering = await anAnswering(caller);
  const behind = (await callDoor(host, queuedBegin(caller, answering.threadId))) as { runId: string };
  return { ...answering, queued: behind.runId };
}

const queuedBegin = (caller: Caller, threadId: string) => {
  const { door, args } = begin(caller, threadId, "action");
  return { door, args: { ...args, whileRunning: "queue", stream: false } };
};

/** What people do for runs: prompts that wait or steer, decisions, answers, and actions that let go and come back. */
async function writesAround(caller: Caller): Promise<Plays> {
  const { threadId, runId, queued } = await aQueuedThread(caller);
  const waiting = await aWaitingThread(host, caller);
  const {
    approve,
    deny,
    "decide all": decideAll,
    answer,
    "let go": letGo,
  } = playsOfWaitingThread(caller, waiting);
  const decided = playsOfWaitingThread(caller, await aWaitingThread(host, caller));
  for (const name of ["let go", "decide all", "answer"]) await callDoor(host, decided[name]!);
  const { runId: decidedRun } = decided["answer"]!.args as { runId: string };
  const steered = await aBusyThread(host, caller);
  const prompt = [text("steered")];
  return {
    "begin, behind a run": queuedBegin(caller, threadId),
    "wait for its turn": { door: "turns.wait", args: { caller, runId: queued } },
    "cancel, and the next begins": { door: "runs.cancel", args: { caller, runId } },
    "cancel one that waits": { door: "runs.cancel", args: { caller, runId: queued } },
    steer: { door: "runs.steer", args: { caller, runId: steered.runId, prompt } },
    "approve one": approve!,
    "deny one": deny!,
    "decide all": decideAll!,
    answer: answer!,
    pause: letGo!,
    "take up": { door: "turns.takeUp", args: { caller, runId: decidedRun } },
  };
}

/** Every write of a turn: before a run, in an action, in a durable run with two open calls, and around them. */
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
    "record calls": { door: "turns.record", args: { caller, runId, step: 1, used: [used, used] } },
    "wait for its turn with the model": {
      door: "turns.wait",
      args: { caller, runId, until: Date.now() + WAIT_MS, waitsFor: "rateLimit" },
    },
    "fail, with what was used": {
      door: "turns.end",
      args: { caller, runId, outcome: FAILED, usage: used, alsoUsed: [used] },
    },
    cancel: { door: "runs.cancel", args: { caller, runId } },
    ...(await writesAround(caller)),
  };
}

const footprintsOf = async (caller: Caller): Promise<Footprints> =>
  await rehearseAll(host, await writesOf(caller));

/** What did nothing would meet nothing. */
const WRITTEN = [
  ...["record calls", "wait for its turn with the model", "fail, with what was used"],
  ...["begin, behind a run", "cancel, and the next begins", "cancel one that waits", "steer"],
  ...["approve one", "deny one", "decide all", "answer", "pause", "take up"],
];

describe("across threads", () => {
  test.each([
    ["of one user", OLGA, OLGA],
    ["of two users of a tenant", OLGA, WENDY],
    ["of two tenants", OLGA, OTHER],
  ])("%s no write of a turn meets any other", async (relation, first, second) => {
    const [rows, columns] = [await footprintsOf(first), await footprintsOf(second)];
    const met = meetings(rows, columns);
    show(`threads ${relation}`, rows, columns);
    expect(met).toEqual({});
    for (const name of WRITTEN) expect(rows[name]?.writes.length, name).toBeGreaterThan(0);
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
