// Promise 10 on the embedded host: when all is done and every retention has passed, nothing is left and nothing runs.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Host, Span } from "../../host/index.js";
import { identityOf, startApp, until } from "../support/appHost.js";
import { said } from "../support/aMemory.js";

const HALF_HOUR_MS = 30 * 60_000;
const DAY_MS = 48 * HALF_HOUR_MS;
/** Longer than anything is kept for later: streams 5 minutes, operations and released files a day. */
const EVERY_RETENTION_MS = 3 * DAY_MS;
const OLGA = { tenantId: "acme", userId: "olga" };

let host: Host;
/** Every function that ran, from the first piece of work until every retention had passed. */
let ran: Span[];

const door = (kind: "mutation" | "query", path: string, args: Record<string, unknown> = {}) =>
  host.callComponent("agentMemory", kind, path, { caller: OLGA, ...args });
const asOlga = (kind: "mutation" | "action", path: string, args: Record<string, unknown>) =>
  host.call(kind, path, args, identityOf(OLGA.userId));

async function aThread(): Promise<string> {
  return ((await door("mutation", "threads:create")) as { threadId: string }).threadId;
}

/** Turns in an action, a durable run, a document that is replaced, a write with an operationId, a thread removed. */
async function work(): Promise<void> {
  const [kept, removed] = [await aThread(), await aThread()];
  for (const threadId of [kept, removed])
    await asOlga("action", "narrator:stream", { threadId, prompt: "A story." });
  const started = await asOlga("mutation", "narrator:start", { threadId: kept, prompt: "Another." });
  const { runId } = started as { runId: string };
  await until(
    async () => (await door("query", "runs:get", { runId })) as { state: object },
    ({ state }) => "endedAt" in state,
  );
  for (const text of ["# One\n\nWords.", "# Two\n\nOther words."])
    await asOlga("action", "narrator:putDocument", { key: "guide", text });
  const append = { threadId: kept, messages: [said("user", "once")], operationId: "once" };
  await door("mutation", "messages:append", append);
  await door("mutation", "threads:remove", { threadId: removed });
  await host.idle();
}

/** Lets time pass in steps, so that what is armed for sooner runs sooner. */
async function pass(ms: number, stepMs: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await host.shiftClock(stepMs);
    await host.idle();
  }
}

beforeAll(async () => {
  vi.spyOn(console, "info").mockImplementation(() => {}); // the workpool's reports
  host = await startApp({ listen: false, spans: true });
  await work();
  await pass(EVERY_RETENTION_MS, HALF_HOUR_MS);
  ran = host.spans.stop();
});
afterAll(() => host.close());

const rowsIn = (component: RegExp): Record<string, number> =>
  Object.fromEntries(
    host
      .tables()
      .filter(({ componentPath, rows }) => component.test(componentPath) && rows > 0)
      .map(({ componentPath, table, rows }) => [`${componentPath}.${table}`, rows]),
  );

describe("after turns, a durable run, an ingest and a removal, when every retention has passed", () => {
  test("the component holds what was said, learned and spent, and nothing that was for a while", () => {
    expect(Object.keys(rowsIn(/^agentMemory$/)).sort()).toEqual(
      [
        ...["threads", "threadHeads", "scopeCounts", "messages", "batches", "runs", "toolCalls"],
        ...[
          "contextTraces",
          "contextParts",
          "documents",
          "chunks",
          "recallEntries",
          "vectors_256",
          ...["usageEvents", "usageRollups", "usageMarks", "usageFolds"],
          "_scheduled_functions",
        ],
      ]
        .map((table) => `agentMemory.${table}`)
        .sort(),
    );
    expect(rowsIn(/^agentMemory$/)).toMatchObject({
      "agentMemory.threads": 1,
      "agentMemory.runs": 2,
      "agentMemory.documents": 1,
      "agentMemory.chunks": 1,
    });
  });

  test("the workflow component holds nothing of runs, only its own settings and states", () => {
    const own = /\.(config|globals|internalState|workers|workerState|_scheduled_functions)$/;
    expect(Object.keys(rowsIn(/^workflow/)).filter((table) => !own.test(table))).toEqual([]);
  });

  test("no function waits to be run, in any component", () => {
    expect(host.scheduledJobs().filter(({ state }) => state === "pending" || state === "inProgress")).toEqual(
      [],
    );
  });

  test("one sweep was enough for each kind", () => {
    const sweeps = ran.filter(({ functionPath }) => functionPath === "retention:sweep");
    expect(sweeps.map(removedBy)).toEqual([
      ["chunks", "recallEntries", "sweeps", "vectors_256"],
      expect.arrayContaining(["messages", "runs", "streamChunks", "threads"]) as string[],
      ["streamChunks", "streams", "sweeps"],
      ["sweeps"], // looked for actions that died while they streamed
      ["operations", "sweeps"],
    ]);
  });

  test("nothing failed on the way", () => {
    expect(ran.filter(({ failed }) => failed).map(({ functionPath }) => functionPath)).toEqual([]);
  });

  test("a month more runs no function at all", async () => {
    host.spans.start();
    await pass(30 * DAY_MS, DAY_MS);
    expect(host.spans.stop().map(({ functionPath }) => functionPath)).toEqual([]);
  });
});

const removedBy = ({ writes }: Span): string[] =>
  [...new Set(writes.filter(({ after }) => after === null).map(({ table }) => table))].sort();
