// The app's rate limiter, for the tests of agents with limits.
import { RateLimiter } from "@convex-dev/rate-limiter";
import rateLimiterTest from "@convex-dev/rate-limiter/test";
import { componentsGeneric } from "convex/server";
import { vi } from "vitest";
import type { AgentDefinition } from "../../src/ai/index.js";
import type { ActionCtx, AgentRateLimiter, RateLimit, RateLimits } from "../../src/client/index.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { userScope } from "../../src/shared/scope.js";
import { OWNER } from "../support/aMemory.js";
import { aDurableApp, type DurableApp } from "./durableApp.js";
import { anAgent, type TestAgent } from "./support.js";

export const MINUTE_MS = 60_000;

const realImmediate = setImmediate;
const REAL_TURNS = 50;
const MOST_TIMERS = 10_000;

type RateLimiterComponent = ConstructorParameters<typeof RateLimiter>[0];
export const limiter = new RateLimiter(componentsGeneric().rateLimiter as unknown as RateLimiterComponent);

/** So many a minute, as a bucket that fills evenly. */
export const perMinute = (rate: number, capacity = rate) =>
  ({ kind: "token bucket", rate, period: MINUTE_MS, capacity }) as const;

type Limits = Omit<RateLimits, "limiter">;
type Testing = Parameters<typeof rateLimiterTest.register>[0];

export const registerLimiter = (t: unknown) => rateLimiterTest.register(t as Testing);

export async function aLimitedApp(
  script: ScriptedTurn[],
  limits: Limits,
  definition: Partial<AgentDefinition> = {},
): Promise<DurableApp> {
  const app = await aDurableApp(script, { rateLimits: { limiter, ...limits }, ...definition });
  registerLimiter(app.t);
  return app;
}

export async function aLimitedAgent(
  script: ScriptedTurn[],
  limits: Limits,
  definition: Partial<AgentDefinition> = {},
): Promise<TestAgent> {
  const test = await anAgent(script, { rateLimits: { limiter, ...limits }, ...definition });
  registerLimiter(test.t);
  return test;
}

/** A window of a minute has begun a moment ago, so that no step is due so soon that it waits in its action. */
export const START_MS = Date.UTC(2026, 0, 5) + 1_000;

/** What is due soon is done; what waits for longer is not. */
export async function settleNow({ t }: Pick<DurableApp, "t">, rounds = 50, stepMs = 200): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    vi.advanceTimersByTime(stepMs);
    await t.finishInProgressScheduledFunctions();
  }
}

/** Lets time pass until something is so: from one moment at which something is due to the next. */
export async function settleUntil({ t }: Pick<DurableApp, "t">, isSo: () => boolean): Promise<void> {
  for (let timers = 0; timers < MOST_TIMERS && !isSo(); timers++) {
    vi.advanceTimersToNextTimer();
    await t.finishInProgressScheduledFunctions();
  }
}

/** What is left of a limit for a scope, as it stood when it was last written. */
export async function leftIn(
  ctx: ActionCtx,
  { name, key = userScope(OWNER), config = perMinute(1) }: { name: string; key?: string; config?: RateLimit },
): Promise<number> {
  const { value } = await (limiter as AgentRateLimiter).getValue(ctx, `agentMemory:${name}`, { key, config });
  return value;
}

/** Lets waits pass until the work is done. */
export async function passing<Value>(work: Promise<Value>): Promise<Value> {
  let isDone = false;
  void work.then(
    () => (isDone = true),
    () => (isDone = true),
  );
  while (!isDone) {
    // What takes real time (a hash, a busy machine) must not be overtaken by a clock that does not.
    for (let turn = 0; turn < REAL_TURNS; turn++) await new Promise((resolve) => realImmediate(resolve));
    await vi.advanceTimersByTimeAsync(100);
  }
  return await work;
}
