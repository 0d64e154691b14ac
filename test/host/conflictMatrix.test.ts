// Which of the component's mutations could not both commit when they start from one snapshot, pair by pair.
// How to have them printed: docs/benchmark.md.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { startApp } from "../support/appHost.js";
import { used } from "../support/turns.js";
import {
  aBusyThread,
  anIdleThread,
  aWaitingThread,
  callDoor,
  meetings,
  playsOfBusyThread,
  playsOfIdleThread,
  playsOfWaitingThread,
  rehearseAll,
  show,
  writeOf,
  type Caller,
  type Footprints,
  OLGA,
  OTHER,
  WENDY,
} from "./contentionScene.js";

const start = () => startApp({ listen: false });
let host: Host;
beforeAll(async () => {
  host = await start();
  // The first of each kind arms a sweep, which later ones find armed; what that costs has a test of its own.
  await aBusyThread(host, OLGA);
  await anIdleThread(host, OLGA, { operationId: "arms the sweep of operations" });
  await callDoor(host, writeOf(OLGA, { key: "arms the sweep of drafts", final: false }));
});
afterAll(() => host.close());

describe("in one thread", () => {
  test("without a run, whatever takes a turn collides with whatever takes a turn: they share the head", async () => {
    const plays = playsOfIdleThread(OLGA, await anIdleThread(host, OLGA));
    const [rows, columns] = [await rehearseAll(host, plays), await rehearseAll(host, plays)];
    show("one thread, idle", rows, columns);
    expect(meetings(rows, columns)).toEqual({
      "begin × begin": "threadHeads",
      "begin × append a message": "threadHeads",
      "begin × append it once": "threadHeads",
      "append a message × append a message": "threadHeads",
      "append a message × append it once": "threadHeads",
      "append it once × append it once": "threadHeads",
    });
  });

  test("with a run, parallel tools, chunks, messages and steps meet only where one ends what the other writes", async () => {
    const plays = playsOfBusyThread(OLGA, await aBusyThread(host, OLGA));
    const refused = ["begin (refused)"];
    const [rows, columns] = [
      await rehearseAll(host, plays, refused),
      await rehearseAll(host, plays, refused),
    ];
    show("one thread, in a run", rows, columns);
    const meet = meetings(rows, columns);
    expect(withoutSelf(meet)).toEqual({
      // A begin that finds the thread taken has looked at who has it.
      "begin (refused) × append a message": "threadHeads",
      "begin (refused) × save a step": "runs",
      "begin (refused) × save the last step": "threadHeads",
      "begin (refused) × cancel the run": "threadHeads",
      "begin (refused) × begin (queued)": "threadHeads",
      // One that waits has looked as well, and takes the next turn.
      "begin (queued) × append a message": "threadHeads",
      "begin (queued) × steer the run": "threadHeads",
      "begin (queued) × save a step": "runs",
      "begin (queued) × save the last step": "threadHeads",
      "begin (queued) × cancel the run": "threadHeads",
      "begin (queued) × store a vector": "threadHeads",
      "begin (queued) × record usage": "threadHeads",
      // The end of a run frees the head.
      "append a message × save the last step": "threadHeads",
      "append a message × cancel the run": "threadHeads",
      // What steers a run counts in the head, and stands in the run until that reads it.
      "begin (refused) × steer the run": "threadHeads",
      "append a message × steer the run": "threadHeads",
      "save a step × steer the run": "runs",
      "save the last step × steer the run": "threadHeads",
      "steer the run × cancel the run": "threadHeads",
      "steer the run × start tool one": "runs",
      "steer the run × store a vector": "threadHeads",
      "steer the run × record usage": "threadHeads",
      // Whoever writes by the thread's id, not by a run's, is let in by the head.
      "append a message × store a vector": "threadHeads",
      "append a message × record usage": "threadHeads",
      "save the last step × store a vector": "threadHeads",
      "save the last step × record usage": "threadHeads",
      "cancel the run × store a vector": "threadHeads",
      "cancel the run × record usage": "threadHeads",
      // A step ends the stream that its chunks are appended to, and moves the run on.
      "save a step × append chunk 0": "streams",
      "save a step × append chunk 1": "streams",
      "save a step × start tool one": "runs",
      "save a step × record usage": "runs",
      "save a step × save the last step": "runs",
      "save the last step × append chunk 0": "streams",
      "save the last step × append chunk 1": "streams",
      "save the last step × start tool one": "runs",
      // A cancel keeps what was streamed, and settles the calls that are open.
      "save a step × cancel the run": "runs",
      "save the last step × cancel the run": "threadHeads",
      "cancel the run × append chunk 0": "streams",
      "cancel the run × append chunk 1": "streams",
      "cancel the run × start tool one": "runs",
      "cancel the run × save result one": "toolCalls",
      "cancel the run × save result two": "toolCalls",
      "start tool one × save result one": "toolCalls",
    });
  });

  test("decisions and answers of one step meet where they count it down, and a tool's result meets the last alone", async () => {
    const plays = playsOfWaitingThread(OLGA, await aWaitingThread(host, OLGA));
    const [rows, columns] = [await rehearseAll(host, plays), await rehearseAll(host, plays)];
    show("one thread, waiting", rows, columns);
    const meet = Object.entries(withoutSelf(meetings(rows, columns)));
    const withTool = meet.filter(([pair]) => pair.includes("save a free result"));
    // The last decision reads the calls of its step, to tell which of them may run.
    expect(withTool).toEqual([["decide all × save a free result", "toolCalls"]]);
    const others = meet.filter((pair) => !withTool.includes(pair));
    expect(new Set(others.map(([, table]) => table))).toEqual(new Set(["runs"]));
  });

  test("the same write twice collides with itself, so that it is written once; usage alone is only added", async () => {
    const plays = playsOfBusyThread(OLGA, await aBusyThread(host, OLGA));
    const refused = ["begin (refused)"];
    const [rows, columns] = [
      await rehearseAll(host, plays, refused),
      await rehearseAll(host, plays, refused),
    ];
    const once = Object.keys(plays).filter((name) => `${name} × ${name}` in meetings(rows, columns));
    expect(Object.keys(plays).filter((name) => !once.includes(name))).toEqual([
      "begin (refused)",
      "record usage",
    ]);
  });
});

const withoutSelf = (met: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(met).filter(([pair]) => {
      const [first, second] = pair.split(" × ");
      return first !== second;
    }),
  );

describe("in two threads", () => {
  test.each([
    ["of one user", OLGA, OLGA],
    ["of two users of one tenant", OLGA, WENDY],
    ["of two tenants", OLGA, OTHER],
  ])("%s nothing collides", async (relation, first, second) => {
    const [rows, columns] = [await everything(first), await everything(second)];
    show(`two threads ${relation}`, rows, columns);
    expect(meetings(rows, columns)).toEqual({});
  });
});

/** All that writes into two threads of a user, one idle and one in a run, and a document that is not finished. */
async function everything(caller: Caller): Promise<Footprints> {
  const [idle, busy] = [await anIdleThread(host, caller), await aBusyThread(host, caller)];
  return {
    ...(await rehearseAll(host, playsOfIdleThread(caller, idle))),
    ...(await rehearseAll(host, playsOfBusyThread(caller, busy), ["begin (refused)"])),
    ...(await rehearseAll(host, playsOfWaitingThread(caller, await aWaitingThread(host, caller)))),
    ...(await rehearseAll(host, {
      "write a page": writeOf(caller, { key: `${caller.userId} ${idle}`, final: false }),
    })),
  };
}

describe("documents", () => {
  const write = (caller: Caller, args: Parameters<typeof writeOf>[1]) =>
    rehearseAll(host, { write: writeOf(caller, args) });
  const together = async (first: Footprints, second: Footprints) =>
    meetings(first, second)["write × write"] ?? "";

  test("of one scope are written side by side until the last page, which counts them", async () => {
    const pageOf = (key: string) => write(OLGA, { key, final: false });
    expect(await together(await pageOf("a"), await pageOf("b"))).toBe("");
    expect(await together(await pageOf("a"), await pageOf("a"))).toBe("documents");
    expect(await together(await write(OLGA, { key: "a" }), await pageOf("b"))).toBe("");
    expect(await together(await write(OLGA, { key: "a" }), await write(OLGA, { key: "b" }))).toBe(
      "scopeCounts",
    );
  });

  test("of two users collide only where both write for their tenant", async () => {
    const both = async (scope: string, second: Caller) =>
      await together(await write(OLGA, { key: "a", scope }), await write(second, { key: "b", scope }));
    expect(await both("user", WENDY)).toBe("");
    expect(await both("tenant", WENDY)).toBe("scopeCounts");
    expect(await both("tenant", OTHER)).toBe("");
  });

  test("stand in the way of no thread, but for the row in which both are counted", async () => {
    const create = { create: { door: "threads.create", args: { caller: OLGA } } };
    const documents = await write(OLGA, { key: "a" });
    const idle = await rehearseAll(host, playsOfIdleThread(OLGA, await anIdleThread(host, OLGA)));
    expect(meetings(documents, idle)).toEqual({});
    expect(meetings(documents, await rehearseAll(host, create))).toEqual({ "write × create": "scopeCounts" });
  });
});

describe("the ledger and the sweeps", () => {
  test("two events of one run, one thread or one user never collide", async () => {
    const { runId, threadId } = await aBusyThread(host, OLGA);
    const record = (args: object) => ({ door: "usage.record", args: { caller: OLGA, usage: used, ...args } });
    const plays = {
      "of the run": record({ runId }),
      "of the thread": record({ threadId }),
      "of the user": record({}),
      "of the user, once": record({ operationId: "first" }),
    };
    const again = { ...plays, "of the user, once": record({ operationId: "second" }) };
    expect(meetings(await rehearseAll(host, plays), await rehearseAll(host, again))).toEqual({});
  });

  test("the first two that arm a sweep collide there and nowhere else; who finds it armed does not", async () => {
    const fresh = await start();
    try {
      const [olga, wendy] = [await anIdleThread(fresh, OLGA), await anIdleThread(fresh, WENDY)];
      const append = async (caller: Caller, threadId: string) =>
        await rehearseAll(fresh, { append: playsOfIdleThread(caller, threadId)["append it once"]! });
      const both = async () => meetings(await append(OLGA, olga), await append(WENDY, wendy));
      expect(await both()).toEqual({ "append × append": "sweeps" });
      await anIdleThread(fresh, OLGA, { operationId: "arms it" });
      expect(await both()).toEqual({});
    } finally {
      await fresh.close();
    }
  });
});
