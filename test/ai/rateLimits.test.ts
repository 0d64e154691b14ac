// Turns in an action within rate limits, on the real component.
import { APICallError, generateText } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defineAgent } from "../../src/ai/index.js";
import { tenantScope } from "../../src/shared/scope.js";
import { codeOf, OTHER_TENANT, OWNER, STRANGER } from "../support/aMemory.js";
import { aLoop } from "./middlewareSupport.js";
import {
  aLimitedAgent,
  leftIn,
  limiter,
  MINUTE_MS,
  passing,
  perMinute,
  registerLimiter,
} from "./rateLimited.js";
import { anAgent, asksFor, messagesOf, transcript, weather } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const failed = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );
describe("a turn over its limit", () => {
  test.each([
    ["requests", "user"],
    ["requests", "tenant"],
    ["requests", "model"],
    ["tokens", "user"],
    ["tokens", "tenant"],
    ["tokens", "model"],
  ] as const)("of %s per %s is refused before anything is said", async (kind, per) => {
    const limit = kind === "requests" ? perMinute(1) : perMinute(1_100);
    const named = `per${per[0]?.toUpperCase()}${per.slice(1)}`;
    const usage = { inputTokens: 600, outputTokens: 400 };
    const script = [{ text: "One.", usage }, { text: "Two." }];
    const { agent, ctx, threadId, ...app } = await aLimitedAgent(script, { [kind]: { [named]: limit } });
    const args = { as: OWNER, threadId };
    await agent.generate(ctx, { ...args, prompt: "1?" });
    const said = await messagesOf({ ...app, ctx, threadId });
    const error = await failed(agent.generate(ctx, { ...args, prompt: "2?" }));
    expect(error).toMatchObject({ data: { code: "RATE_LIMITED", details: { limit: kind, per } } });
    const { retryAfterMs } = (error as { data: { details: { retryAfterMs: number } } }).data.details;
    expect(retryAfterMs).toBeGreaterThan(MINUTE_MS / 4);
    expect(retryAfterMs).toBeLessThanOrEqual(MINUTE_MS);
    expect(await messagesOf({ ...app, ctx, threadId })).toEqual(said);
    vi.advanceTimersByTime(retryAfterMs);
    expect((await agent.stream(ctx, { ...args, prompt: "2?" })).text).toBe("Two.");
  });

  test("has limits of its own: those of other users, tenants and names are theirs", async () => {
    const script = Array.from({ length: 4 }, () => ({ text: "Yes." }));
    const { agent, ctx, memory, model } = await aLimitedAgent(script, {
      requests: { perUser: perMinute(1) },
    });
    const others = defineAgent(memory, {
      name: "other",
      model: () => model,
      instructions: "",
      rateLimits: { limiter, name: "other", requests: { perUser: perMinute(1) } },
    });
    const ask = async (asked: typeof agent, as = OWNER) => {
      const { threadId } = await memory.as(as).threads.create(ctx, {});
      return await codeOf(asked.generate(ctx, { as, threadId, prompt: "?" }));
    };
    for (const as of [OWNER, STRANGER, OTHER_TENANT]) expect(await ask(agent, as)).toBe("ok");
    expect(await ask(agent)).toBe("RATE_LIMITED");
    expect(await ask(others)).toBe("ok");
  });

  test("takes nothing of one limit where another refuses", async () => {
    const requests = { perUser: perMinute(5), perTenant: perMinute(1) };
    const { agent, ctx, threadId } = await aLimitedAgent([{ text: "One." }], { requests });
    await agent.generate(ctx, { as: OWNER, threadId, prompt: "1?" });
    for (let again = 0; again < 3; again++)
      expect(await codeOf(agent.generate(ctx, { as: OWNER, threadId, prompt: "2?" }))).toBe("RATE_LIMITED");
    expect(await leftIn(ctx, { name: "requests:user" })).toBeCloseTo(4, 1);
    expect(await leftIn(ctx, { name: "requests:tenant", key: tenantScope(OWNER) })).toBeCloseTo(0, 1);
  });

  test("that could never pass is told at once, with what it needs", async () => {
    const { agent, ctx, threadId } = await aLimitedAgent([], { tokens: { perTenant: perMinute(500) } });
    expect(await failed(agent.generate(ctx, { as: OWNER, threadId, prompt: "?" }))).toMatchObject({
      data: { code: "RATE_LIMITED", details: { limit: "tokens", per: "tenant", capacity: 500 } },
    });
    expect(
      await leftIn(ctx, { name: "tokens:tenant", key: tenantScope(OWNER), config: perMinute(500) }),
    ).toBe(500);
  });
});

describe("what a call takes", () => {
  const tokens = { perUser: perMinute(10_000) };
  const left = (ctx: Parameters<typeof leftIn>[0]) =>
    leftIn(ctx, { name: "tokens:user", config: tokens.perUser });

  test.each([
    ["less than was reserved", { inputTokens: 30, outputTokens: 20 }, 9_950],
    ["more", { inputTokens: 9_000, outputTokens: 3_000 }, -2_000],
  ])("is corrected by what was counted: %s", async (_, usage, expected) => {
    const { agent, ctx, threadId } = await aLimitedAgent([{ text: "Yes.", usage }], { tokens });
    await agent.generate(ctx, { as: OWNER, threadId, prompt: "?" });
    expect(await left(ctx)).toBeCloseTo(expected, 0);
  });

  test("is what was shown and said where the provider counts nothing", async () => {
    const usage = { inputTokens: 0, outputTokens: 0 };
    const settings = { maxOutputTokens: 2_000 };
    const { agent, ctx, threadId } = await aLimitedAgent([{ text: "Yes.", usage }], { tokens }, { settings });
    await agent.generate(ctx, { as: OWNER, threadId, prompt: "?" });
    expect(await left(ctx)).toBeLessThan(10_000);
    expect(await left(ctx)).toBeGreaterThan(9_900);
  });

  test("is given back where the provider refuses the call, and counts as a request", async () => {
    const error = new APICallError({ message: "No.", url: "x", requestBodyValues: {}, statusCode: 400 });
    const requests = { perUser: perMinute(10) };
    const { agent, ctx, threadId } = await aLimitedAgent([{ error }], { tokens, requests });
    expect(await codeOf(agent.generate(ctx, { as: OWNER, threadId, prompt: "?" }))).toBe("MODEL_FAILED");
    expect(await left(ctx)).toBeCloseTo(10_000, 0);
    expect(await leftIn(ctx, { name: "requests:user" })).toBeCloseTo(9, 0);
  });

  test("is what was shown and said where a call is cut off", async () => {
    const script = [{ text: "Half of it", error: "Cut." }];
    const { agent, ctx, threadId } = await aLimitedAgent(script, { tokens });
    expect(await codeOf(agent.stream(ctx, { as: OWNER, threadId, prompt: "?" }))).toBe("MODEL_FAILED");
    expect(await left(ctx)).toBeLessThan(10_000);
    expect(await left(ctx)).toBeGreaterThan(9_900);
  });

  test("is not given back into a later window", async () => {
    const window = { kind: "fixed window", rate: 10_000, period: MINUTE_MS } as const;
    vi.setSystemTime(10 * MINUTE_MS + 59_000);
    const slow = () => {
      vi.setSystemTime(11 * MINUTE_MS + 1_000);
      return { text: "Yes.", usage: { inputTokens: 10, outputTokens: 10 } };
    };
    const fast = { text: "Yes.", usage: { inputTokens: 10, outputTokens: 10 } };
    const { agent, ctx, threadId } = await aLimitedAgent([slow, fast], { tokens: { perUser: window } });
    const value = () => leftIn(ctx, { name: "tokens:user", config: window });
    await agent.generate(ctx, { as: OWNER, threadId, prompt: "?" });
    expect(await value()).toBeLessThan(9_000);
    await agent.generate(ctx, { as: OWNER, threadId, prompt: "?" });
    expect(await value()).toBe(9_980);
  });

  test("is given back where the turn does not begin, was begun before, or has nothing to ask", async () => {
    const requests = { perUser: perMinute(10) };
    const { agent, ctx, threadId } = await aLimitedAgent([{ text: "Yes." }], { requests });
    const args = { as: OWNER, threadId, prompt: "?", operationId: "once" };
    await agent.generate(ctx, args);
    const now = await leftIn(ctx, { name: "requests:user" });
    expect((await agent.generate(ctx, args)).text).toBe("Yes.");
    expect(await codeOf(agent.generate(ctx, { ...args, prompt: "Else?" }))).toBe("OPERATION_MISMATCH");
    expect(await codeOf(agent.generate(ctx, { ...args, prompt: "", operationId: "two" }))).toBe(
      "PROMPT_EMPTY",
    );
    expect(await leftIn(ctx, { name: "requests:user" })).toBeCloseTo(now, 1);
  });

  test("costs these calls of the limiter, and none without limits", async () => {
    const limits = {
      requests: { perUser: perMinute(99), perModel: perMinute(99) },
      tokens: { perUser: perMinute(99_000) },
    };
    const script = [asksFor("Oslo"), { text: "Seven." }];
    const limited = await aLimitedAgent(script, limits, { tools: { weather } });
    await limited.agent.generate(limited.ctx, { as: OWNER, threadId: limited.threadId, prompt: "?" });
    const plain = await anAgent(script, { tools: { weather } });
    await plain.agent.generate(plain.ctx, { as: OWNER, threadId: plain.threadId, prompt: "?" });
    expect(plain.calls).toEqual(["turns.begin", "turns.saveStep", "turns.saveStep"]);
    // Three are taken and one is corrected for each of two calls; the first estimate is corrected once it is known.
    expect(limited.calls.filter((door) => door === "lib.rateLimit")).toHaveLength(2 * (3 + 1) + 1);
    expect(limited.calls.filter((door) => !door.startsWith("lib."))).toEqual(plain.calls);
  });
});

describe("a call in the middle of a run", () => {
  const twoSteps = [asksFor("Oslo"), { text: "Seven." }];

  test("waits where its turn is soon", async () => {
    const requests = { perUser: perMinute(12, 1) }; // one in 5 s
    const { agent, ctx, threadId } = await aLimitedAgent(twoSteps, { requests }, { tools: { weather } });
    const startedAt = Date.now();
    const { text } = await passing(agent.generate(ctx, { as: OWNER, threadId, prompt: "?" }));
    expect(text).toBe("Seven.");
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(4_900);
  });

  test("fails where it is not, keeps what was said, and gives its place back", async () => {
    const requests = { perUser: perMinute(1) };
    const app = await aLimitedAgent(twoSteps, { requests }, { tools: { weather } });
    const { agent, ctx, threadId, owner } = app;
    const error = await failed(passing(agent.generate(ctx, { as: OWNER, threadId, prompt: "?" })));
    expect(error).toMatchObject({
      data: { code: "RATE_LIMITED", details: { limit: "requests", per: "user" } },
    });
    expect(await owner.runs.latest(ctx, { threadId })).toMatchObject({
      state: { kind: "failed", code: "RATE_LIMITED" },
    });
    expect(transcript(await messagesOf(app))).toHaveLength(3);
    expect(await leftIn(ctx, { name: "requests:user" })).toBeGreaterThanOrEqual(0);
  });

  test("waits no longer than the agent says, and stops when the caller aborts", async () => {
    const requests = { perUser: perMinute(8, 1) };
    const slow = { requests: { perUser: perMinute(1) }, maxWaitMs: 100 };
    const impatient = await aLimitedAgent(twoSteps, slow, { tools: { weather } });
    const args = { as: OWNER, prompt: "?" };
    const refused = impatient.agent.generate(impatient.ctx, { ...args, threadId: impatient.threadId });
    expect(await codeOf(passing(refused))).toBe("RATE_LIMITED");
    const abort = new AbortController();
    const abortsSoon = () => {
      setTimeout(() => abort.abort(), 1_000);
      return asksFor("Oslo");
    };
    const app = await aLimitedAgent([abortsSoon, { text: "Never." }], { requests }, { tools: { weather } });
    const { signal: abortSignal } = abort;
    const result = await passing(
      app.agent.generate(app.ctx, { ...args, threadId: app.threadId, abortSignal }),
    );
    expect(result.state.kind).toBe("canceled");
    expect(app.model.calls).toHaveLength(1);
    expect(await leftIn(app.ctx, { name: "requests:user" })).toBeGreaterThanOrEqual(0);
  });

  test("tries again where nobody may stand in line", async () => {
    const requests = { perUser: { ...perMinute(12, 1), maxReserved: 0.5 } };
    const { agent, ctx, threadId } = await aLimitedAgent(twoSteps, { requests }, { tools: { weather } });
    expect((await passing(agent.generate(ctx, { as: OWNER, threadId, prompt: "?" }))).text).toBe("Seven.");
  });
});

describe("a loop of the SDK", () => {
  test("is refused by the middleware before anything is said, and its calls count", async () => {
    const { bind, ctx, t, owner, threadId } = await aLoop([{ text: "One." }]);
    registerLimiter(t);
    const requests = { perUser: perMinute(1) };
    const { model } = bind({ rateLimits: { limiter, requests, tokens: { perUser: perMinute(9_000) } } });
    const ask = (prompt: string) => generateText({ model, prompt, maxOutputTokens: 50 });
    expect((await ask("1?")).text).toBe("One.");
    const said = await messagesOf({ owner, ctx, threadId });
    expect(await codeOf(ask("2?"))).toBe("RATE_LIMITED");
    expect(await messagesOf({ owner, ctx, threadId })).toEqual(said);
    expect(await leftIn(ctx, { name: "requests:user" })).toBeCloseTo(0, 0);
    expect(await leftIn(ctx, { name: "tokens:user" })).toBeGreaterThan(8_900);
  });

  test("that asks for more than its limit has is refused by its own cap", async () => {
    const { bind, t } = await aLoop([]);
    registerLimiter(t);
    const { model } = bind({ rateLimits: { limiter, tokens: { perUser: perMinute(2_000) } } });
    expect(await codeOf(generateText({ model, prompt: "?", maxOutputTokens: 3_000 }))).toBe("RATE_LIMITED");
  });
});
