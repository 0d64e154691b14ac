// Runs that ask other agents, on the embedded host: with its transactions, its scheduler and function handles.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { conflictsBetween, type Host, type Span } from "../../host/index.js";
import type { Run } from "../../src/validators/run.js";
import { identityOf, startApp, until } from "../support/appHost.js";

const OLGA = { tenantId: "acme", userId: "olga" };
let host: Host;

const door = <Result>(kind: "mutation" | "query", path: string, args: Record<string, unknown> = {}) =>
  host.callComponent("agentMemory", kind, path, { caller: OLGA, ...args }) as Promise<Result>;

async function start(): Promise<{ threadId: string; runId: string }> {
  const { threadId } = await door<{ threadId: string }>("mutation", "threads:create");
  const args = { threadId, prompt: "Stories." };
  const { runId } = (await host.call("mutation", "editor:start", args, identityOf(OLGA.userId))) as Run;
  return { threadId, runId };
}

const get = (runId: string) => door<Run>("query", "runs:get", { runId });
const nestedIn = async (runId: string) =>
  (await door<{ page: Run[] }>("query", "runs:listNested", { runId, cursor: null })).page;
const ended = ({ state }: Run) => "endedAt" in state;

const leftInWorkflow = () => {
  const own = /^(config|globals|internalState|workers|workerState|runStatus|_scheduled_functions)$/;
  return host
    .tables()
    .filter(
      ({ componentPath, table, rows }) => /^workflow/.test(componentPath) && rows > 0 && !own.test(table),
    )
    .map(({ componentPath, table }) => `${componentPath}.${table}`);
};

/** Until the workpool has looked after all that it knows, as it does by itself a while later. */
async function settleAll(): Promise<void> {
  await host.idle();
  for (let minute = 0; minute < 3; minute++) {
    await host.shiftClock(60_000);
    await host.idle();
  }
}

beforeAll(async () => {
  vi.spyOn(console, "info").mockImplementation(() => {}); // the workpool's reports
  host = await startApp({ listen: false, spans: true });
});
afterAll(() => host.close());

describe("a durable run that asks an agent twice at once", () => {
  let runId: string;
  let spans: Span[];
  beforeAll(async () => {
    host.spans.start();
    ({ runId } = await start());
    await until(() => get(runId), ended, 60_000);
    await settleAll();
    spans = host.spans.stop();
  }, 90_000);

  test("completes with what both used, and leaves nothing outside the memory", async () => {
    const run = await get(runId);
    expect(run.state.kind).toBe("completed");
    expect(await nestedIn(runId)).toMatchObject([
      { state: { kind: "completed" } },
      { state: { kind: "completed" } },
    ]);
    expect(run.totals.calls).toBe(2 + 2 * 2);
    expect(leftInWorkflow()).toEqual([]);
    expect(spans.filter(({ failed }) => failed).map(({ functionPath }) => functionPath)).toEqual([]);
  });

  test("gets both answers from mutations that do not meet in the memory", () => {
    const answers = spans.filter(
      ({ functionPath, writes }) =>
        functionPath === "turns:saveStep" &&
        writes.some(({ table, after }) => table === "toolCalls" && "childRunId" in (after ?? {})),
    );
    expect(answers).toHaveLength(2);
    const [first, second] = answers as [Span, Span];
    const met = conflictsBetween(first, second).filter(({ write }) => write.componentPath === "agentMemory");
    expect(met.map(({ write }) => write.table)).toEqual([]);
  });
});

describe("canceling it while its agents are at work", () => {
  test("ends all of it, and nothing waits", async () => {
    const { threadId, runId } = await start();
    await until(
      () => nestedIn(runId),
      (runs) => runs.length === 2,
      60_000,
    );
    await door("mutation", "runs:cancel", { runId, reason: "Enough." });
    const states = (await nestedIn(runId)).map(({ state }) => state.kind);
    expect([(await get(runId)).state.kind, ...states]).toEqual(["canceled", "canceled", "canceled"]);
    await settleAll();
    expect(leftInWorkflow()).toEqual([]);
    const thread = await door<{ activeRunId?: string }>("query", "threads:get", { threadId });
    expect(thread.activeRunId).toBeUndefined();
  }, 90_000);
});
