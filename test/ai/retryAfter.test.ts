// A provider that has no room says when to ask again.
import { APICallError, RetryError } from "ai";
import { internalActionGeneric } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { retryAfterOf } from "../../src/ai/retryAfter.js";
import type { StepArgs, StepRecord } from "../../src/ai/stepRecord.js";
import { RETRY_AFTER_MAX_MS, WAITS_MAX } from "../../src/shared/ledgerLimits.js";
import { OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed, leftovers, stateOf } from "./durableApp.js";
import {
  aLimitedAgent,
  aLimitedApp,
  MINUTE_MS,
  passing,
  perMinute,
  settleNow,
  START_MS,
} from "./rateLimited.js";
import { anAgent, messagesOf, transcript } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers({ now: START_MS });
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function busy(responseHeaders: Record<string, string> = { "retry-after": "120" }, statusCode = 429) {
  return new APICallError({
    message: "Too many requests.",
    ...{ url: "https://api.invalid", requestBodyValues: {}, statusCode, responseHeaders },
  });
}

describe("an error", () => {
  test("says when to ask again only where the provider has no room", () => {
    for (const status of [429, 503, 529]) expect(retryAfterOf(busy(undefined, status))).toBe(120_000);
    for (const status of [400, 401, 500, 502]) expect(retryAfterOf(busy(undefined, status))).toBeUndefined();
    expect(retryAfterOf(busy({}))).toBeUndefined();
    expect(retryAfterOf(busy({ "retry-after": "soon" }))).toBeUndefined();
    const retried = new RetryError({
      message: "x",
      reason: "maxRetriesExceeded",
      errors: [new Error("y"), busy()],
    });
    expect(retryAfterOf(retried)).toBe(120_000);
    expect(retryAfterOf(new TypeError("z", { cause: busy() }))).toBe(120_000);
    for (const none of [null, "429", { statusCode: 429 }, new Error("429")])
      expect(retryAfterOf(none)).toBeUndefined();
  });
});

describe("a durable run whose provider has no room", () => {
  test.each([429, 503, 529])("waits as long as it says, and goes on (%i)", async (status) => {
    const app = await aDurableApp([{ text: "Half", error: busy(undefined, status) }, { text: "Whole." }]);
    const startedAt = Date.now();
    const { runId } = await app.start("Go.");
    await settleNow(app);
    const run = await app.owner.runs.get(app.ctx, { runId });
    expect(run).toMatchObject({ state: { kind: "running" }, waitsFor: "rateLimit" });
    expect(run.waitsUntil).toBeGreaterThanOrEqual(startedAt + 2 * MINUTE_MS);
    expect(app.model.calls).toHaveLength(1);
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))).toEqual(["user: Go.", "assistant: Whole."]);
    expect(app.model.calls).toHaveLength(2);
    expect(await leftovers(app)).toEqual({});
  });

  test("believes no more than a day", async () => {
    const app = await aDurableApp([{ error: busy({ "retry-after": "99999999" }) }, { text: "At last." }]);
    const startedAt = Date.now();
    const { runId } = await app.start("Go.");
    await settleNow(app);
    const { waitsUntil = Infinity } = await app.owner.runs.get(app.ctx, { runId });
    expect(waitsUntil - startedAt).toBeLessThan(RETRY_AFTER_MAX_MS + 60_000);
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
  });

  test("keeps the model's other runs from asking, where there is a bucket of it", async () => {
    const times: number[] = [];
    const noting = () => {
      times.push(Date.now());
      return { text: "Done." };
    };
    const app = await aLimitedApp(
      [{ error: busy() }, noting, noting, noting],
      { requests: { perModel: perMinute(60) } },
      { stream: false },
    );
    await app.start("1?");
    await settleNow(app, 10);
    const askedAt = Date.now();
    for (let run = 0; run < 2; run++) {
      const { threadId } = await app.owner.threads.create(app.ctx, {});
      await app.start("2?", undefined, { threadId });
    }
    await settleNow(app, 120, 1_500);
    expect(times).toHaveLength(3);
    for (const at of times) expect(at - askedAt).toBeGreaterThan(110_000);
    for (const at of times) expect(at - askedAt, "and not much longer").toBeLessThan(160_000);
  });

  test("fails as rate limited when it never has", async () => {
    const app = await aDurableApp([{ error: busy() }, { error: busy() }]);
    const step = app.researcher["step"] as {
      _handler: (ctx: unknown, args: StepArgs) => Promise<StepRecord>;
    };
    app.researcher["step"] = internalActionGeneric((ctx, { waited, ...args }: StepArgs) =>
      step._handler(ctx, waited === undefined ? args : { ...args, waited: { times: WAITS_MAX } }),
    ); // as a workflow that has waited so often
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({
      ...{ kind: "failed", code: "RATE_LIMITED" },
      message: `The run has waited ${WAITS_MAX} times in a row, and its turn did not come.`,
    });
    expect(app.model.calls).toHaveLength(2);
    expect(await leftovers(app)).toEqual({});
  });
});

describe("a turn in an action whose provider has no room", () => {
  test("asks again by itself where that is soon", async () => {
    const app = await anAgent([{ error: busy({ "retry-after-ms": "50" }) }, { text: "Yes." }]);
    const asked = app.agent.generate(app.ctx, { as: OWNER, threadId: app.threadId, prompt: "?" });
    expect((await passing(asked)).text).toBe("Yes.");
  });

  test("fails else, and says how long that is", async () => {
    const app = await anAgent([{ error: busy() }], { maxRetries: 0 });
    const { agent, ctx, threadId, owner } = app;
    const error = await agent
      .generate(ctx, { as: OWNER, threadId, prompt: "?" })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      data: { code: "RATE_LIMITED", details: { limit: "provider", retryAfterMs: 120_000 } },
    });
    expect((await owner.runs.latest(ctx, { threadId }))?.state).toMatchObject({
      kind: "failed",
      code: "RATE_LIMITED",
      error: { statusCode: 429, isRetryable: true, retryAfterMs: 120_000 },
    });
  });

  test("tells the model's bucket, so that the next one is refused at once", async () => {
    const requests = { perModel: perMinute(60) };
    const app = await aLimitedAgent([{ error: busy() }], { requests }, { maxRetries: 0 });
    const ask = () => app.agent.generate(app.ctx, { as: OWNER, threadId: app.threadId, prompt: "?" });
    await ask().catch(() => {});
    const refused = await ask().catch((error: unknown) => error);
    expect(refused).toMatchObject({
      data: { code: "RATE_LIMITED", details: { limit: "requests", per: "model" } },
    });
    expect(
      (refused as { data: { details: { retryAfterMs: number } } }).data.details.retryAfterMs,
    ).toBeGreaterThan(110_000);
  });
});
