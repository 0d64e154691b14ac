// A run as people follow and steer it, in the genuine Convex client, over a WebSocket to the embedded host.
import { makeFunctionReference } from "convex/server";
import { describe, expect, test } from "vitest";
import { runActions } from "../../src/react/runActions.js";
import type { WhichRun } from "../../src/react/runApi.js";
import { RunStore, type RunSnapshot } from "../../src/react/runStore.js";
import type { RunTicket } from "../../src/validators/run.js";
import { until } from "../support/appHost.js";
import { OLGA, realClients, Trips } from "./realClient.js";
import { shown } from "./shownApi.js";

type Prompt = { threadId: string; prompt: string; operationId: string };
const send = makeFunctionReference<"mutation", Prompt, RunTicket>("clerk:send");

const { theHost, connect, aThread } = realClients();
let asks = 0;

function follow(which: WhichRun, userId: string = OLGA.userId) {
  const trips = new Trips();
  const client = connect(userId, trips);
  const store = new RunStore(client, shown, which);
  const seen: RunSnapshot[] = [];
  const stop = store.subscribe(() => seen.push(store.getSnapshot()));
  const ask = (prompt: string, threadId = "threadId" in which ? which.threadId : "") =>
    client.mutation(send, { threadId, prompt, operationId: `ask-${++asks}` });
  const when = (holds: (snapshot: RunSnapshot) => boolean) => until(store.getSnapshot, holds);
  return { client, store, seen, stop, ask, when, trips, ...runActions(client, shown, store.getSnapshot) };
}

const aFollowedThread = async () => follow({ threadId: await aThread() });
const isOver = ({ run }: RunSnapshot) => run !== null && "endedAt" in run.state;
const waits = ({ waiting }: RunSnapshot) => waiting.length > 0;

describe("a run that is followed", () => {
  test("is none until there is one, then is shown with its calls until it is over", async () => {
    const { ask, when, seen, trips } = await aFollowedThread();
    expect(await when(({ isLoading }) => !isLoading)).toMatchObject({
      run: null,
      toolCalls: [],
      waiting: [],
    });
    await ask("look");
    const { run, toolCalls } = await when(
      (snapshot) => isOver(snapshot) && snapshot.toolCalls.every(({ state }) => "endedAt" in state),
    );
    expect(run).toMatchObject({ state: { kind: "completed" }, steps: 2 });
    expect(toolCalls).toMatchObject([{ toolName: "look", state: { kind: "done" } }]);
    expect(seen.some(({ run: live }) => live?.state.kind === "running")).toBe(true);
    expect(trips.asked.flat()).not.toContain("shown:listWaiting"); // nothing waits
  });

  test("shows what waits for a decision, and goes on once it is approved", async () => {
    const { ask, when, approve, seen } = await aFollowedThread();
    await ask("pay");
    const { waiting, run } = await when(waits);
    expect(waiting).toMatchObject([{ toolName: "pay", kind: "approval", input: '{"amount":3}' }]);
    expect(run?.state.kind).toBe("awaitingApproval");
    await approve(waiting[0]!, { input: { amount: 2 } });
    const over = await when(isOver);
    expect(over.waiting).toEqual([]);
    expect(over.toolCalls).toMatchObject([
      { toolName: "pay", decision: { kind: "approved", by: "olga", askedInput: '{"amount":3}' } },
      { toolName: "look" },
    ]);
    const places = seen.map(({ toolCalls }) => toolCalls.map(({ step }) => step));
    for (const steps of places) expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  });

  test("tells the model why a call was denied; a call may be named by its id", async () => {
    const { ask, when, deny } = await aFollowedThread();
    await ask("pay");
    const { waiting } = await when(waits);
    await deny(waiting[0]!.callId, { reason: "Too much." });
    const { toolCalls } = await when(isOver);
    expect(toolCalls[0]).toMatchObject({ state: { kind: "denied", reason: "Too much." } });
  });

  test("a decision that somebody else made first is a coded error", async () => {
    const { ask, when, approve, deny } = await aFollowedThread();
    await ask("pay");
    const { waiting } = await when(waits);
    const [yes, no] = await Promise.allSettled([approve(waiting[0]!), deny(waiting[0]!)]);
    expect(yes).toMatchObject({
      status: "fulfilled",
      value: { state: { kind: expect.any(String) as string } },
    });
    expect(no).toMatchObject({ status: "rejected", reason: { data: { code: "APPROVAL_DECIDED" } } });
  });

  test("takes a result from outside, or why there is none", async () => {
    const { ask, when, answer } = await aFollowedThread();
    await ask("form");
    const { waiting } = await when(waits);
    expect(waiting).toMatchObject([{ toolName: "form", kind: "result" }]);
    await answer(waiting[0]!, { output: { street: "Elm" } });
    await when(isOver);
    await ask("form");
    const again = await when(waits);
    await answer(again.waiting[0]!, { error: "They left." });
    expect((await when(isOver)).toolCalls).toMatchObject([{ toolName: "form", state: { kind: "failed" } }]);
  });

  test("can be told something, and stopped", async () => {
    const { ask, when, steer, cancel } = await aFollowedThread();
    await ask("form");
    await when(waits);
    await steer("Only the city.");
    await when(({ run }) => run?.unreadSteering === 1);
    await cancel({ reason: "Not needed." });
    const { run, waiting } = await when(isOver);
    expect(run?.state).toMatchObject({ kind: "canceled", reason: "Not needed." });
    expect(waiting).toEqual([]);
  });

  test("gives place to the next run of its thread, with the calls of that one alone", async () => {
    const { ask, when, seen } = await aFollowedThread();
    const first = await ask("look");
    await when(isOver);
    const second = await ask("story");
    await when((snapshot) => snapshot.run?.runId === second.runId && isOver(snapshot));
    for (const { run, toolCalls } of seen) if (run?.runId === second.runId) expect(toolCalls).toEqual([]);
    expect(first.runId).not.toBe(second.runId);
  });

  test("can be named by its id, also when its thread has another since", async () => {
    const { ask, when } = await aFollowedThread();
    const { runId } = await ask("look");
    await when(isOver);
    const one = follow({ runId });
    expect((await one.when(isOver)).run).toMatchObject({ runId, state: { kind: "completed" } });
    await one.when(({ toolCalls }) => toolCalls.length === 1);
  });

  test("is nobody else's", async () => {
    const { ask, when } = await aFollowedThread();
    const { runId } = await ask("look");
    await when(isOver);
    for (const which of [{ runId }, { runId: "nonsense" }]) {
      const { when: whenTheirs, steer } = follow(which, "sam");
      const snapshot = await whenTheirs(({ error }) => error !== undefined);
      expect(snapshot).toMatchObject({
        run: null,
        isLoading: false,
        error: { data: { code: "RUN_NOT_FOUND" } },
      });
      await expect(steer("Hello.")).rejects.toMatchObject({ data: { code: "RUN_NOT_FOUND" } });
    }
  });

  test("asks nothing more once nobody listens, and is whole again when somebody does", async () => {
    const { ask, when, stop, store, cancel } = await aFollowedThread();
    await ask("pay");
    await when(waits);
    stop();
    await until(
      () => theHost().subscriptionStats().liveQueries,
      (live) => live === 0,
    );
    const known = store.getSnapshot();
    store.subscribe(() => {})();
    const again: RunSnapshot[] = [];
    const stopAgain = store.subscribe(() => again.push(store.getSnapshot()));
    await cancel();
    await when(isOver);
    for (const { toolCalls } of again) expect(toolCalls).toHaveLength(known.toolCalls.length);
    stopAgain();
  });
});
