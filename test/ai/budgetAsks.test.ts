// What runs ask of their budgets, and how long their answers may be.
import { describe, expect, test } from "vitest";
import type { AgentDefinition } from "../../src/ai/index.js";
import type { BudgetAsk } from "../../src/client/index.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { codeOf, OWNER } from "../support/aMemory.js";
import { aThermometer, dayOf, notingAsks, refusalOf, says, settings } from "./budgets.js";
import { anAgent, messagesOf, type TestAgent } from "./support.js";

const anAgentWith = (script: ScriptedTurn[], definition: Partial<AgentDefinition>) =>
  anAgent(script, { settings, ...definition }, "off");
const ask = ({ agent, ctx, threadId }: TestAgent, prompt = "Oslo?") =>
  agent.generate(ctx, { as: OWNER, threadId, prompt });

describe("what a call may answer", () => {
  const capsOf = async (definition: Partial<AgentDefinition>) => {
    const helper = await anAgent([says("1.")], definition, "off");
    await ask(helper);
    return helper.model.calls.map(({ maxOutputTokens }) => maxOutputTokens);
  };
  const budgets = [dayOf(100)];

  test("is what was reserved for it", async () => {
    expect(await capsOf({ budgets })).toEqual([8_192]);
    expect(await capsOf({ budgets: true })).toEqual([8_192]);
    expect(await capsOf({ budgets, settings: { maxOutputTokens: 100 } })).toEqual([100]);
  });

  test("may be less by what a step says, and not more", async () => {
    const step = (maxOutputTokens: number) => ({ prepareStep: () => ({ maxOutputTokens }) });
    expect(await capsOf({ budgets, settings, ...step(20) })).toEqual([20]);
    expect(await capsOf({ budgets, settings, ...step(5_000) })).toEqual([100]);
  });

  test("holds where the agent's rules are all soft: what the app has set may be hard", async () => {
    expect(await capsOf({ budgets: [dayOf(100, { mode: "soft" })] })).toEqual([8_192]);
  });

  test("is left alone where no budget holds", async () => {
    expect(await capsOf({})).toEqual([undefined]);
    expect(await capsOf({ settings: { maxOutputTokens: 100 } })).toEqual([100]);
    expect(await capsOf({ budgets: false })).toEqual([undefined]);
  });
});

describe("what a run asks of its budgets", () => {
  const askedOf = async (definition: Partial<AgentDefinition>): Promise<BudgetAsk | undefined> => {
    const asked: (BudgetAsk | undefined)[] = [];
    const helper = await anAgentWith([says("1.")], definition);
    await ask({ ...helper, ctx: notingAsks(helper.ctx, asked) }).catch(() => null);
    return asked[0];
  };
  const budgets = [dayOf(100)];

  test("is nothing where no budget holds", async () => {
    expect(await askedOf({})).toBeUndefined();
    expect(await askedOf({ budgets: false })).toBeUndefined();
  });

  test("is the prices of its model, its cap, and what it is shown besides the history", async () => {
    const plain = await askedOf({ budgets, instructions: "x".repeat(400) });
    expect(plain).toEqual({
      rules: [{ ...dayOf(100), mode: "hard" }],
      inputTokens: 100,
      outputTokens: 100,
      provider: "scripted",
      model: "scripted-1",
    });
    const { weather } = aThermometer();
    const more = await askedOf({
      ...{ budgets, instructions: "x".repeat(400), tools: { weather } },
      recall: { scopes: ["thread"], maxTokens: 300 },
      compaction: false,
    });
    expect(more?.inputTokens).toBeGreaterThan(400);
    expect(more?.inputTokens).toBeLessThan(500);
  });

  test("is what its settings say besides", async () => {
    const pricedAs = { provider: "acme", model: "big" };
    const asked = await askedOf({ budgets: { slabCalls: 2, whenExceeded: "wait", pricedAs } });
    expect(asked).toMatchObject({ rules: [], slabCalls: 2, ...pricedAs });
    expect(asked).not.toHaveProperty("whenExceeded"); // no action waits for a new day
  });

  test("names the gateway for a model that is only named", async () => {
    expect(await askedOf({ budgets, model: () => "openai/gpt-5" })).toMatchObject({
      ...{ provider: "gateway", model: "openai/gpt-5" },
    });
  });

  test("is refused where the model cannot be named, unless the settings name it", async () => {
    const model = () => {
      throw new TypeError("No key.");
    };
    const helper = await anAgentWith([], { budgets, model });
    expect(await refusalOf(ask(helper))).toMatchObject({
      code: "AGENT_INVALID",
      message: expect.stringContaining("pricedAs") as string,
    });
    expect(await messagesOf(helper)).toEqual([]);
    const named = { rules: budgets, pricedAs: { provider: "acme", model: "big" } };
    expect(await codeOf(ask(await anAgentWith([], { budgets: named, model })))).toBe("MODEL_FAILED");
  });
});
