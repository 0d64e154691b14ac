// Runs that wait, on the embedded host: the component starts their workflows in the transaction that ends a run.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Host } from "../../host/index.js";
import type { Run } from "../../src/client/index.js";
import type { RunTicket } from "../../src/ai/index.js";
import { identityOf, startApp, until } from "../support/appHost.js";

const OLGA = { tenantId: "acme", userId: "olga" };
const HOUR_MS = 60 * 60_000;

let host: Host;
beforeAll(async () => {
  vi.spyOn(console, "info").mockImplementation(() => {}); // the workpool's reports
  host = await startApp({ listen: false });
});
afterAll(() => host.close());

const door = (kind: "mutation" | "query", path: string, args: Record<string, unknown> = {}) =>
  host.callComponent("agentMemory", kind, path, { caller: OLGA, ...args });
const start = (args: { threadId: string; prompt: string; startAt?: number }) =>
  host.call("mutation", "narrator:start", args, identityOf(OLGA.userId)) as Promise<RunTicket>;
const runsOf = async (threadId: string) =>
  ((await door("query", "runs:list", { threadId, cursor: null })) as { page: Run[] }).page.toReversed();
const aThread = async () => ((await door("mutation", "threads:create")) as { threadId: string }).threadId;
const areEnded = (runs: Run[]) => runs.every(({ state }) => "endedAt" in state);
const journal = async () =>
  (
    await Promise.all(["workflows", "steps", "events"].map((table) => host.readTable("workflow", table)))
  ).flat();

test("three prompts at once are answered one after the other, and no journal is left", async () => {
  const threadId = await aThread();
  const asked = ["One.", "Two.", "Three."].map((prompt) => start({ threadId, prompt }));
  const tickets = await Promise.all(asked);
  expect(tickets.map(({ state }) => state).sort()).toEqual(["queued", "queued", "running"]);
  const runs = await until(() => runsOf(threadId), areEnded, 60_000);
  expect(runs.map(({ turn, state }) => `${turn} ${state.kind}`)).toEqual([
    "0 completed",
    "1 completed",
    "2 completed",
  ]);
  const ends = runs.map(({ state }) => ("endedAt" in state ? state.endedAt : 0));
  expect(ends).toEqual([...ends].sort((left, right) => left - right));
  expect(await until(journal, (rows) => rows.length === 0)).toEqual([]);
}, 90_000);

test("a run that starts later does so when its time has come", async () => {
  const threadId = await aThread();
  const { runId } = await start({ threadId, prompt: "Later.", startAt: Date.now() + HOUR_MS });
  await start({ threadId, prompt: "Now." });
  await until(
    () => runsOf(threadId),
    (runs) => runs.filter(({ state }) => state.kind === "completed").length === 1,
    60_000,
  );
  expect((await runsOf(threadId)).find((run) => run.runId === runId)).toMatchObject({
    turn: 0,
    state: { kind: "queued" },
  });
  await host.shiftClock(HOUR_MS + 1_000);
  const runs = await until(() => runsOf(threadId), areEnded, 60_000);
  expect(runs.find((run) => run.runId === runId)).toMatchObject({ turn: 2, state: { kind: "completed" } });
}, 90_000);
