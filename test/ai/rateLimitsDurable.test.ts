// Durable runs wait for their turn within the rate limits, on the real component.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TurnsClient } from "../../src/client/turns.js";
import { codeOf } from "../support/aMemory.js";
import { hushed, leftovers, stateOf } from "./durableApp.js";
import {
  aLimitedApp,
  leftIn,
  MINUTE_MS,
  perMinute,
  settleNow,
  settleUntil,
  START_MS,
} from "./rateLimited.js";
import { asksFor, messagesOf, transcript, weather } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers({ now: START_MS });
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The most calls of the model in any stretch of so long. */
function mostWithin(times: readonly number[], ms: number): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + ms).length));
}

/** A model that notes when it is asked. */
function noting(count: number, times: number[]) {
  return Array.from({ length: count }, () => () => {
    times.push(Date.now());
    return { text: "Done." };
  });
}

describe("20 concurrent durable runs", () => {
  test.each([
    ["a bucket per user", { perUser: perMinute(5, 2) }, 5 + 2],
    [
      "a window per model",
      { perModel: { kind: "fixed window", rate: 4, period: MINUTE_MS } as const },
      2 * 4,
    ],
  ])("against %s all finish, and never more passes", async (_, requests, most) => {
    const times: number[] = [];
    const waited = vi.spyOn(TurnsClient.prototype, "wait");
    const app = await aLimitedApp(noting(20, times), { requests }, { stream: false });
    const tickets = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { threadId } = await app.owner.threads.create(app.ctx, {});
        return await app.start("Go.", undefined, { threadId });
      }),
    );
    await settleNow(app, 20);
    const waiting = await Promise.all(tickets.map(({ runId }) => app.owner.runs.get(app.ctx, { runId })));
    const waits = waiting.filter(({ waitsFor }) => waitsFor === "rateLimit");
    expect(waits.length).toBeGreaterThan(10);
    expect(waits.every(({ state }) => state.kind === "running")).toBe(true);
    await settleUntil(app, () => times.length === 20);
    await app.finish();
    for (const { runId } of tickets) expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(times).toHaveLength(20);
    expect(waited.mock.calls.length, "each stands in line once").toBeLessThanOrEqual(18);
    expect(mostWithin(times, MINUTE_MS)).toBeLessThanOrEqual(most);
    if ("perModel" in requests) {
      const windows = new Map<number, number>();
      for (const at of times)
        windows.set(Math.floor(at / MINUTE_MS), (windows.get(Math.floor(at / MINUTE_MS)) ?? 0) + 1);
      expect(Math.max(...windows.values())).toBeLessThanOrEqual(4);
    }
    expect(await leftovers(app)).toEqual({});
  });
});

describe("a durable run over its limits", () => {
  test("waits once for its place in the line, in the order of asking", async () => {
    const times: number[] = [];
    const app = await aLimitedApp(noting(3, times), { requests: { perUser: perMinute(1) } });
    const runs = [];
    for (let run = 0; run < 3; run++) {
      const { threadId } = await app.owner.threads.create(app.ctx, {});
      runs.push(await app.start(`${run}`, undefined, { threadId }));
      await settleNow(app, 10);
    }
    const opened: string[] = [];
    await app.finish();
    for (const { runId } of runs) {
      const run = await app.owner.runs.get(app.ctx, { runId });
      opened.push(run.state.kind);
    }
    expect(opened).toEqual(["completed", "completed", "completed"]);
    const said = app.model.calls.map(({ prompt }) => JSON.stringify(prompt.at(-1)));
    expect(said.map((text) => /"text":"(\d)"/.exec(text)?.[1])).toEqual(["0", "1", "2"]);
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2 * MINUTE_MS - 1_000);
  });

  test("reserves tokens by the estimate and corrects by what was counted", async () => {
    const usage = { inputTokens: 30, outputTokens: 20 };
    const tokens = { perUser: perMinute(10_000) };
    const app = await aLimitedApp(
      [{ text: "Short.", usage }],
      { tokens },
      { settings: { maxOutputTokens: 5_000 } },
    );
    await app.start("Go.");
    await app.finish();
    expect(await leftIn(app.ctx, { name: "tokens:user", config: tokens.perUser })).toBeCloseTo(
      10_000 - 50,
      0,
    );
  });

  test("gives back what it had reserved when it is canceled while it waits", async () => {
    const requests = { perUser: perMinute(1) };
    const app = await aLimitedApp([{ text: "One." }, { text: "Three." }], { requests });
    await app.start("1?");
    await settleNow(app, 10);
    const two = await app.start("2?");
    await settleNow(app, 10);
    expect(await app.owner.runs.get(app.ctx, { runId: two.runId })).toMatchObject({ waitsFor: "rateLimit" });
    await app.owner.runs.cancel(app.ctx, { runId: two.runId });
    await settleNow(app, 10);
    expect(await leftIn(app.ctx, { name: "requests:user", config: requests.perUser })).toBeGreaterThanOrEqual(
      0,
    );
    expect(await leftovers(app)).toEqual({});
    expect(app.model.calls).toHaveLength(1);
  });

  test("counts each try of a step that fails, and what each used", async () => {
    const requests = { perUser: perMinute(10) };
    const app = await aLimitedApp([{ error: "Cut." }, { text: "Done." }], { requests });
    const { runId } = await app.start("Go.");
    await settleNow(app);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(await leftIn(app.ctx, { name: "requests:user", config: requests.perUser })).toBeLessThan(8.5);
  });

  test("asks a model that fails as often as `retry` says, however long it has to wait for that", async () => {
    const times: number[] = [];
    const requests = { perUser: perMinute(1) };
    const retry = { maxAttempts: 3, initialBackoffMs: 100, base: 2 };
    const script = Array.from({ length: 9 }, () => () => {
      times.push(Date.now());
      return { text: "Half", error: "Cut." };
    });
    const app = await aLimitedApp(script, { requests }, { retry });
    const { runId } = await app.start("Go.");
    await settleNow(app, 300, 1_000);
    expect(app.model.calls).toHaveLength(3);
    const { state, totals } = await app.owner.runs.get(app.ctx, { runId });
    expect(state).toMatchObject({ kind: "failed", code: "MODEL_FAILED" });
    expect(totals.calls, "each counts once").toBe(3);
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2 * MINUTE_MS - 1_000);
    await app.finish();
    expect(await leftovers(app)).toEqual({});
  });

  test("waits between its steps too", async () => {
    const app = await aLimitedApp(
      [asksFor("Oslo"), { text: "Seven." }],
      { requests: { perModel: perMinute(1) } },
      { tools: { weather } },
    );
    const { runId } = await app.start("Weather?");
    await settleNow(app);
    expect(await app.owner.runs.get(app.ctx, { runId })).toMatchObject({ steps: 1, waitsFor: "rateLimit" });
    expect(transcript(await messagesOf(app))).toHaveLength(3);
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
  });

  test("fails at once where the call is larger than the limit will ever be", async () => {
    const app = await aLimitedApp([], { tokens: { perUser: perMinute(100) } });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "RATE_LIMITED" });
    expect(await leftovers(app)).toEqual({});
  });

  test("tries again later where nobody may stand in line", async () => {
    const times: number[] = [];
    const perUser = { ...perMinute(1), maxReserved: 0.5 };
    const app = await aLimitedApp(noting(3, times), { requests: { perUser } });
    const runs = [];
    for (let run = 0; run < 3; run++) {
      const { threadId } = await app.owner.threads.create(app.ctx, {});
      runs.push(await app.start("Go.", undefined, { threadId }));
    }
    await app.finish();
    for (const { runId } of runs) expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(mostWithin(times, MINUTE_MS - 1_000)).toBe(1);
  });

  test("is refused by `start` where the agent says so, before anything is said; a scheduled one is not", async () => {
    const limits = { requests: { perUser: perMinute(1) }, whenExceeded: "fail" as const };
    const app = await aLimitedApp([{ text: "One." }, { text: "Two." }], limits);
    await app.start("1?");
    await settleNow(app, 10);
    const said = await messagesOf(app);
    const refused = await app.start("2?").catch((error: unknown) => error);
    expect(refused).toMatchObject({
      data: { code: "RATE_LIMITED", details: { limit: "requests", per: "user" } },
    });
    expect(await messagesOf(app)).toEqual(said);
    expect(await codeOf(app.start("Later.", undefined, { startAt: Date.now() + 5 * MINUTE_MS }))).toBe("ok");
    vi.advanceTimersByTime(MINUTE_MS);
    expect(await codeOf(app.start("2?"))).toBe("ok");
  });
});
