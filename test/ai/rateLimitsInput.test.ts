// Rate limits that cannot work, and limiters that fail.
import { describe, expect, test } from "vitest";
import { defineAgent, type AgentDefinition } from "../../src/ai/index.js";
import { AgentMemory, type RateLimits } from "../../src/client/index.js";
import { aMemory, codeOf, OWNER } from "../support/aMemory.js";
import { limiter, perMinute, registerLimiter } from "./rateLimited.js";
import { anAgent, messagesOf } from "./support.js";

describe("a limiter that fails", () => {
  const broken = (more: Partial<RateLimits["limiter"]>): RateLimits => ({
    limiter: {
      ...({ check: fine, limit: fine, getValue: fine } as unknown as RateLimits["limiter"]),
      ...more,
    },
    tokens: { perUser: perMinute(9_000) },
  });
  const fine = () => Promise.resolve({ ok: true });

  test("lets no turn begin", async () => {
    const rateLimits = broken({ limit: () => Promise.reject(new TypeError("No such component.")) });
    const app = await anAgent([], { rateLimits });
    const asked = app.agent.generate(app.ctx, { as: OWNER, threadId: app.threadId, prompt: "?" });
    await expect(asked).rejects.toThrow("No such component.");
    expect(await messagesOf(app)).toEqual([]);
  });

  test("loses no answer that is there", async () => {
    const limit: RateLimits["limiter"]["limit"] = (_ctx, _name, { count = 1 }) =>
      count < 0 ? Promise.reject(new TypeError("Gone.")) : fine();
    const app = await anAgent([{ text: "Yes." }], { rateLimits: broken({ limit }) });
    const { text, warnings } = await app.agent.generate(app.ctx, {
      as: OWNER,
      threadId: app.threadId,
      prompt: "?",
    });
    expect(text).toBe("Yes.");
    expect(warnings).toEqual(["The rate limits could not be corrected: Gone."]);
  });
});

describe("limits", () => {
  const limits = (more: object) => ({ limiter, ...more }) as RateLimits;
  const bucket = (more: object) => limits({ requests: { perUser: { ...perMinute(1), ...more } } });

  test.each([
    ["no limiter", { requests: {} } as RateLimits],
    ["a limiter that is none", limits({ limiter: {} })],
    ["an unknown kind", bucket({ kind: "leaky" })],
    ["a rate of 0", bucket({ rate: 0 })],
    ["a rate that is no number", bucket({ rate: NaN })],
    ["a period below 0", bucket({ period: -1 })],
    ["an endless period", bucket({ period: Infinity })],
    ["a capacity of 0", bucket({ capacity: 0 })],
    ["a capacity below one call", bucket({ capacity: 0.5 })],
    ["shards that leave no room for one call", bucket({ shards: 8 })],
    ["half a shard", bucket({ shards: 0.5 })],
    ["a `maxReserved` below 0", bucket({ maxReserved: -1 })],
    ["a start that is no time", bucket({ start: NaN })],
    ["updates that come later", bucket({ applyUpdates: "asynchronously" })],
    ["an unknown `per`", limits({ tokens: { perThread: perMinute(1) } })],
    ["an unknown `whenExceeded`", limits({ whenExceeded: "queue" })],
    ["a `maxWaitMs` below 0", limits({ maxWaitMs: -1 })],
    ["an empty name", limits({ name: "" })],
    ["a name that is no text", limits({ name: 5 })],
    ["a typing error", limits({ token: { perUser: perMinute(1) } })],
    ["a field that no limit has", bucket({ burst: 5 })],
    ["a number for all limits", limits({ requests: 5 })],
    ["a number for one limit", limits({ requests: { perUser: 5 } })],
    ["null for one limit", limits({ tokens: { perModel: null } })],
    ["no limit's shape", limits({ requests: perMinute(5) })],
    ["null in their place", null as unknown as RateLimits],
    ["true in their place", true as unknown as RateLimits],
  ])("with %s are refused when the agent is defined", async (_, rateLimits) => {
    const { memory, component } = aMemory();
    const definition: AgentDefinition = { name: "x", model: () => "none", instructions: "" };
    const code = (define: () => unknown) => codeOf(Promise.resolve().then(define));
    expect(await code(() => defineAgent(memory, { ...definition, rateLimits }))).toBe("AGENT_INVALID");
    const ofAll = new AgentMemory(component, { rateLimits });
    expect(await code(() => defineAgent(ofAll, definition))).toBe("AGENT_INVALID");
  });

  test("of a memory hold for its agents, unless one says `false`", async () => {
    const test = aMemory({}, { rateLimits: { limiter, requests: { perUser: perMinute(1) } } });
    registerLimiter(test.t);
    const { threadId } = await test.memory.as(OWNER).threads.create(test.ctx, {});
    const { model } = await anAgent(Array.from({ length: 4 }, () => ({ text: "Yes." })));
    const ask = (more: Partial<AgentDefinition>) => {
      const agent = defineAgent(test.memory, { name: "x", model: () => model, instructions: "", ...more });
      return codeOf(agent.generate(test.ctx, { as: OWNER, threadId, prompt: "?" }));
    };
    expect([await ask({}), await ask({}), await ask({ rateLimits: false })]).toEqual([
      "ok",
      "RATE_LIMITED",
      "ok",
    ]);
  });
});
