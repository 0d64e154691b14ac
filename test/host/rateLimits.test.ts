// 20 durable runs at once against shared limits, on the embedded host: with its transactions and their conflicts.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Host } from "../../host/index.js";
import type { Message } from "../../src/validators/message.js";
import type { Run } from "../../src/validators/run.js";
import { identityOf, startApp, until } from "../support/appHost.js";

const OLGA = { tenantId: "acme", userId: "olga" };
const RUNS = 20;
let host: Host;

const door = <Result>(kind: "mutation" | "query", path: string, args: Record<string, unknown> = {}) =>
  host.callComponent("agentMemory", kind, path, { caller: OLGA, ...args }) as Promise<Result>;

async function start(): Promise<{ threadId: string; runId: string }> {
  const { threadId } = await door<{ threadId: string }>("mutation", "threads:create");
  const args = { threadId, prompt: "When?" };
  const { runId } = (await host.call("mutation", "limited:start", args, identityOf(OLGA.userId))) as Run;
  return { threadId, runId };
}

const get = (runId: string) => door<Run>("query", "runs:get", { runId });

/** When the model of a run was asked: that is its answer. */
async function askedAt(threadId: string): Promise<number> {
  const args = { threadId, cursor: null, order: "desc" };
  const { page } = await door<{ page: Message[] }>("query", "messages:list", args);
  const [part] = page[0]?.parts ?? [];
  return part?.type === "text" ? Number(part.text) : NaN;
}

beforeAll(async () => {
  vi.spyOn(console, "info").mockImplementation(() => {}); // the workpool's reports
  host = await startApp({ listen: false, spans: true });
});
afterAll(() => host.close());

describe("20 durable runs at once", () => {
  test("all finish, within each limit in every stretch of time; conflicts are tried again", async () => {
    host.spans.start();
    const started = await Promise.all(Array.from({ length: RUNS }, start));
    let [waited, isAnyDone] = [0, false];
    await until(
      async () => {
        const runs = await Promise.all(started.map(({ runId }) => get(runId)));
        const waiting = runs.filter(({ waitsFor }) => waitsFor === "rateLimit");
        expect(waiting.every(({ state }) => state.kind === "running")).toBe(true);
        waited = Math.max(waited, waiting.length);
        isAnyDone ||= runs.some(({ state }) => state.kind === "completed");
        return runs;
      },
      (runs) => runs.every(({ state }) => "endedAt" in state),
      60_000,
    );
    const spans = host.spans.stop();
    for (const { runId } of started) expect(await get(runId)).toMatchObject({ state: { kind: "completed" } });
    const times = (await Promise.all(started.map(({ threadId }) => askedAt(threadId)))).toSorted(
      (a, b) => a - b,
    );
    expect(times.every(Number.isFinite)).toBe(true);
    const within = (from: number, ms: number) => times.filter((at) => at >= from && at < from + ms).length;
    // A second has what came in meanwhile, besides what was there; what is late is never more than a limit lets pass.
    for (const from of times) expect(within(from, 1_000)).toBeLessThanOrEqual(6 + 2 + 5);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(((RUNS - 2) / 6) * 1_000 - 500);
    expect([waited > 0, isAnyDone]).toEqual([true, true]);
    const taken = spans.filter(({ functionPath, failed }) => functionPath === "lib:rateLimit" && !failed);
    expect(taken.length, "three limits are taken for each call, and one is corrected").toBe(RUNS * (3 + 1));
  }, 90_000);
});
