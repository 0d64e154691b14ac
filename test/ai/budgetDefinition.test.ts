// What agents and memories may say of budgets, and what comes of it.
import { describe, expect, test } from "vitest";
import { defineAgent, type AgentDefinition } from "../../src/ai/index.js";
import { AgentMemory, type AgentBudgets, type ComponentApi } from "../../src/client/index.js";
import { budgetTerms } from "../../src/shared/agentBudgets.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { codeOf } from "../support/aMemory.js";

const component = {} as ComponentApi;
const A_DAY = { per: "user", unit: "tokens", period: "day", limit: 1_000 } as const;
const A_RUN = { per: "run", unit: "cost", limit: 50_000 } as const;

const define = async (budgets: unknown, ofMemory?: AgentBudgets) => {
  const definition: AgentDefinition = {
    ...{ name: "helper", model: () => scriptedModel([]), instructions: "" },
    budgets: budgets as AgentBudgets,
  };
  return defineAgent(new AgentMemory(component, { budgets: ofMemory }), definition);
};
const remember = async (budgets: unknown) => new AgentMemory(component, { budgets: budgets as AgentBudgets });

describe("budgets in a definition", () => {
  test.each<[string, AgentBudgets]>([
    ["a list of rules", [A_DAY, A_RUN]],
    ["no rule of its own", []],
    ["what the app has set", true],
    ["none at all", false],
    ["a limit of nothing", [{ ...A_DAY, limit: 0 }]],
    ["soft and hard of different periods", [A_DAY, { ...A_DAY, period: "month", mode: "soft" }]],
    [
      "settings",
      {
        rules: [A_DAY],
        whenExceeded: "wait",
        slabCalls: 1,
        pricedAs: { provider: "openai", model: "gpt-5" },
      },
    ],
    ["settings without rules", { whenExceeded: "wait" }],
  ])("may be %s", async (_name, budgets) => {
    expect(await codeOf(define(budgets))).toBe("ok");
    expect(await codeOf(remember(budgets))).toBe("ok");
  });

  test.each<[string, unknown]>([
    ["a negative limit", [{ ...A_DAY, limit: -1 }]],
    ["a limit that is no number", [{ ...A_DAY, limit: NaN }]],
    ["a limit without end", [{ ...A_DAY, limit: Infinity }]],
    ["half a token", [{ ...A_DAY, limit: 0.5 }]],
    ["a limit as text", [{ ...A_DAY, limit: "100" }]],
    ["no limit", [{ per: "user", unit: "tokens", period: "day" }]],
    ["no period", [{ per: "user", unit: "tokens", limit: 1 }]],
    ["a period that is none", [{ ...A_DAY, period: "year" }]],
    ["a subject that is none", [{ ...A_DAY, per: "planet" }]],
    ["a unit that is none", [{ ...A_DAY, unit: "euros" }]],
    ["a mode that is none", [{ ...A_DAY, mode: "firm" }]],
    ["a run's own by the day", [{ ...A_RUN, period: "day" }]],
    ["the same twice", [A_DAY, { ...A_DAY, limit: 5 }]],
    ["the same, soft and hard", [A_DAY, { ...A_DAY, mode: "soft" }]],
    ["nothing", null],
    ["a word", "strict"],
    ["a list of nothing", [null]],
    ["rules that are no list", { rules: A_DAY }],
    ["no way to wait", { whenExceeded: "sleep" }],
    ["slabs of no call", { slabCalls: 0 }],
    ["slabs of half a call", { slabCalls: 1.5 }],
    ["slabs of very many calls", { slabCalls: 101 }],
    ["prices of nobody", { pricedAs: { provider: "", model: "gpt-5" } }],
    ["more than a run looks at", manyRules(17)],
  ])("is refused: %s", async (_name, budgets) => {
    expect(await codeOf(define(budgets))).toBe("AGENT_INVALID");
    expect(await codeOf(remember(budgets))).toBe("INVALID_ARGUMENT");
  });

  test("is refused where the agent's and the memory's are too many together", async () => {
    expect(await codeOf(define([A_RUN], manyRules(16)))).toBe("AGENT_INVALID");
    expect(await codeOf(define([A_RUN], manyRules(15)))).toBe("ok");
  });
});

/** So many different rules, as far as there are any. */
function manyRules(count: number): AgentBudgets {
  const pers = ["tenant", "user", "agent", "thread"] as const;
  const rules = pers.flatMap((per) =>
    (["tokens", "cost"] as const).flatMap((unit) =>
      (["day", "month", "lifetime"] as const).map((period) => ({ per, unit, period, limit: 1 })),
    ),
  );
  return rules.slice(0, count);
}

describe("what holds for an agent", () => {
  const day = { ...A_DAY, mode: "hard" };

  test("is nothing unless the agent or its memory says so", () => {
    expect(budgetTerms(undefined, undefined)).toBeNull();
    expect(budgetTerms(false, undefined)).toBeNull();
    expect(budgetTerms([A_DAY], false)).toBeNull();
  });

  test("is what the app has set, where either says no more", () => {
    expect(budgetTerms(undefined, true)).toEqual({ rules: [] });
    expect(budgetTerms(true, undefined)).toEqual({ rules: [] });
    expect(budgetTerms(undefined, [])).toEqual({ rules: [] });
    expect(budgetTerms(false, true)).toEqual({ rules: [] });
  });

  test("is hard, and a run's own for its life, unless told", () => {
    expect(budgetTerms(undefined, [A_DAY, A_RUN, { ...A_DAY, unit: "cost", mode: "soft" }])).toEqual({
      rules: [day, { ...A_RUN, period: "lifetime", mode: "hard" }, { ...A_DAY, unit: "cost", mode: "soft" }],
    });
  });

  test("is of both, and the agent's own where both speak of the same", () => {
    const ofMemory = { rules: [A_DAY, A_RUN], whenExceeded: "fail", slabCalls: 2 } as const;
    const own = { rules: [{ ...A_DAY, limit: 5 }], whenExceeded: "wait", slabCalls: undefined } as const;
    expect(budgetTerms(ofMemory, own)).toEqual({
      rules: [
        { ...day, limit: 5 },
        { ...A_RUN, period: "lifetime", mode: "hard" },
      ],
      whenExceeded: "wait",
      slabCalls: 2,
    });
  });
});
