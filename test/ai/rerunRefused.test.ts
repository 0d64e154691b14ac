// Who may make a saved call again, and what it is refused for.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defineAgent } from "../../src/ai/index.js";
import type { Principal } from "../../src/client/index.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { codeOf, OTHER_TENANT, OWNER, STRANGER } from "../support/aMemory.js";
import { dayOf, PER_CALL, refusalOf, says, settings } from "./budgets.js";
import { hushed } from "./durableApp.js";
import { answersOf } from "./replays.js";
import { answered, knowing } from "./reruns.js";
import { aLimitedAgent, perMinute } from "./rateLimited.js";
import { anAgent, messagesOf } from "./support.js";

const two = [{ text: "One." }, { text: "Two." }];

describe("a call is made again", () => {
  test("for whoever may have its context shown again, and for nobody else", async () => {
    const helper = await anAgent([...two, { text: "Three." }], { blocks: ["user"] });
    const { ctx, owner, threadId, agent, model } = helper;
    await owner.blocks.create(ctx, { scope: "user", label: "human", value: "Has a secret." });
    await agent.generate(ctx, { as: OWNER, threadId, prompt: "Private?" });
    const guest = { ...OWNER, userId: "guest" };
    await owner.threads.setParticipant(ctx, { threadId, userId: guest.userId, role: "writer" });
    const [messageId = ""] = await answersOf(ctx, owner, threadId);
    const rerun = (as: Principal, id = messageId) => codeOf(agent.rerun(ctx, { as, messageId: id }));
    expect(await rerun(guest)).toBe("FORBIDDEN");
    for (const as of [STRANGER, OTHER_TENANT]) expect(await rerun(as)).toBe("TRACE_NOT_FOUND");
    expect(model.calls).toHaveLength(1);
    expect(await rerun(OWNER)).toBe("ok");
    expect((await owner.usage.summary(ctx, {})).calls).toBe(2);
  });

  test("not of a prompt, an id that is none, or a call of another agent", async () => {
    const { agent, ctx, memory, model, threadId, owner, answers, ...rest } = await answered({ script: two });
    const [prompt] = await messagesOf({ ctx, owner, threadId });
    for (const messageId of [prompt?.messageId ?? "", "", "nonsense", threadId])
      expect(await codeOf(agent.rerun(ctx, { as: OWNER, messageId }))).toBe("TRACE_NOT_FOUND");
    const other = defineAgent(memory, { name: "other", model: () => model, instructions: "" });
    const refusal = await refusalOf(other.rerun(ctx, { as: OWNER, messageId: answers[0] ?? "" }));
    expect(refusal).toMatchObject({ code: "INVALID_ARGUMENT", details: { agentName: "helper" } });
    expect(rest.calls.every((door) => !door.startsWith("usage."))).toBe(true);
  });

  test("not when something that it was shown is gone, which it names", async () => {
    const recall = { scopes: ["user" as const], kinds: ["fact" as const], maxTokens: 300 };
    const scene = await answered({
      ...{ script: two, definition: { recall }, prompts: ["What is the cat called?"] },
      before: knowing("The cat is called Miro."),
    });
    const { page } = await scene.owner.facts.list(scene.ctx, { scope: "user", cursor: null });
    const factId = page[0]?.factId ?? "";
    await scene.owner.facts.forget(scene.ctx, { factId, reason: "Asked." });
    expect(await refusalOf(scene.again())).toMatchObject({
      code: "CONTEXT_GONE",
      details: { hindrance: "SOURCE_ERASED", source: "fact", id: factId },
    });
    expect(scene.model.calls).toHaveLength(1);
  });

  test.each([
    ["a cap of tokens", { settings: { maxOutputTokens: 0 } }],
    ["a temperature", { settings: { temperature: Number.NaN } }],
    ["a section's budget", { context: { sections: { tail: -1 } } }],
    ["a budget", { context: { maxTokens: 1.5 } }],
    ["a tool", { activeTools: ["nothing"] }],
    ["recall without a budget", { context: { recall: { scopes: ["user"] } } }],
    ["a scope", { context: { recall: { scopes: ["galaxy"], maxTokens: 10 } } }],
    ["kinds beside recall", { context: { kinds: ["fact"], recall: { scopes: ["user"], maxTokens: 10 } } }],
  ])("not with %s that is none", async (_, args) => {
    const { again, model } = await answered({ script: two });
    expect(await codeOf(again(args as object))).toBe("INVALID_ARGUMENT");
    expect(model.calls).toHaveLength(1);
  });

  test("until it is stopped", async () => {
    const { again, model } = await answered({ script: two });
    const signal = AbortSignal.abort(new Error("Enough."));
    expect(await refusalOf(again({ abortSignal: signal }))).toMatchObject({ code: "MODEL_FAILED" });
    expect(model.calls).toHaveLength(1);
  });
});

describe("budgets and limits", () => {
  beforeEach(() => hushed());
  afterEach(() => vi.restoreAllMocks());

  test("count a call that is made again, and refuse the one that has no room", async () => {
    const scene = await answered({
      script: [says("One."), says("Two."), says("Three.")],
      definition: { settings, budgets: [dayOf(2)] },
    });
    const spent = async () => (await scene.owner.budgets.status(scene.ctx, {}))[0]?.spent;
    expect(await spent()).toBe(PER_CALL);
    await scene.again();
    expect(await spent()).toBe(2 * PER_CALL);
    const refusal = await refusalOf(scene.again());
    expect(refusal).toMatchObject({ code: "BUDGET_EXCEEDED", details: { per: "user", spent: 2 * PER_CALL } });
    expect(scene.model.calls).toHaveLength(2);
  });

  test("of cost are held to by the prices of the model that is asked", async () => {
    const scene = await answered({
      script: [says("One."), says("Two.")],
      definition: { settings, budgets: true },
    });
    const system = scene.memory.asSystem();
    const budget = { per: "user", ...OWNER, unit: "cost", period: "day" } as const;
    await system.budgets.set(scene.ctx, { ...budget, limit: 1_000 });
    expect(await refusalOf(scene.again())).toMatchObject({ code: "PRICE_UNKNOWN" });
    const priced = { provider: "scripted", model: "scripted-1" };
    await system.prices.set(scene.ctx, { ...priced, prices: { input: 0, output: 50_000_000 } });
    expect(await refusalOf(scene.again())).toMatchObject({ code: "BUDGET_EXCEEDED" });
    expect(scene.model.calls).toHaveLength(1);
    await system.budgets.set(scene.ctx, { ...budget, limit: 10_000 });
    expect(await scene.again()).toMatchObject({ costMicros: 5_000 });
    const [status] = await scene.owner.budgets.status(scene.ctx, {});
    expect(status?.spent).toBe(5_000);
  });

  test("of cost take another model's own prices, whatever the agent's budgets are priced as", async () => {
    const pricedAs = { provider: "scripted", model: "scripted-1" };
    const scene = await answered({ script: two, definition: { settings, budgets: { pricedAs } } });
    const system = scene.memory.asSystem();
    await system.prices.set(scene.ctx, { ...pricedAs, prices: { input: 0, output: 1 } });
    await system.budgets.set(scene.ctx, {
      ...{ per: "user", ...OWNER, unit: "cost", period: "day", limit: 1_000 },
    });
    const other = scriptedModel([says("Other.")], { modelId: "other-1" });
    const asked = { model: () => other };
    expect(await refusalOf(scene.again(asked))).toMatchObject({
      code: "PRICE_UNKNOWN",
      details: { provider: "scripted", model: "other-1" },
    });
    const dear = { provider: "scripted", model: "other-1", prices: { input: 0, output: 50_000_000 } };
    await system.prices.set(scene.ctx, dear);
    const refusal = await refusalOf(scene.again(asked));
    expect(refusal).toMatchObject({ code: "BUDGET_EXCEEDED", details: { unit: "cost" } });
    expect(refusal.message).toMatch(/the whole of it would not hold that call/);
    expect(other.calls).toHaveLength(0);
  });

  test("say what helps: none tells to wait for a budget that never begins anew", async () => {
    const refusedBy = async (period: "day" | "lifetime") => {
      const scene = await answered({
        script: [says("One."), says("Two.")],
        definition: { settings, budgets: [dayOf(1, { period })] },
      });
      const { code, message } = await refusalOf(scene.again());
      return `${code}: ${message}`;
    };
    expect(await refusedBy("lifetime")).toMatch(/^BUDGET_EXCEEDED: The lifetime .*\): raise it\.$/);
    expect(await refusedBy("day")).toMatch(/^BUDGET_EXCEEDED: The day .*: wait until \d.*Z, or raise it\.$/);
  });

  test("of requests refuse it at once", async () => {
    const helper = await aLimitedAgent(two, { requests: { perUser: perMinute(1) } });
    const { agent, ctx, threadId, owner } = helper;
    await agent.generate(ctx, { as: OWNER, threadId, prompt: "Hello?" });
    const [messageId = ""] = await answersOf(ctx, owner, threadId);
    expect(await refusalOf(agent.rerun(ctx, { as: OWNER, messageId }))).toMatchObject({
      code: "RATE_LIMITED",
      details: { limit: "requests", per: "user" },
    });
    expect(helper.model.calls).toHaveLength(1);
  });
});
