/** Budgets as an app writes them; only compiled, as `publicApi.ts`. */
import {
  AgentMemory,
  vBudgetWarning,
  type AgentBudgetRule,
  type AgentBudgets,
  type AgentBudgetSettings,
  type BudgetExceeded,
  type BudgetWarning,
  type ComponentApi,
  type Hooks,
  type Run,
} from "convex-agent-memory";
import {
  defineAgent,
  memoryMiddleware,
  type AgentDefinition,
  type MiddlewareSettings,
} from "convex-agent-memory/ai";
import type { LanguageModel } from "ai";
import { v, type Infer } from "convex/values";
import type { Equal, Holds } from "./publicApi.js";

declare const component: ComponentApi;
declare const model: LanguageModel;
declare const onBudgetWarning: NonNullable<Hooks["onBudgetWarning"]>;
declare const settings: MiddlewareSettings;

export const memory = new AgentMemory(component, {
  budgets: [{ per: "user", unit: "tokens", period: "day", limit: 100_000 }],
  hooks: { onBudgetWarning },
});

const define = (budgets: AgentBudgets) =>
  defineAgent(memory, { name: "helper", model: () => model, instructions: "", budgets });
define(true);
define(false);
define([]);
define([{ per: "run", unit: "cost", limit: 1_000 }]);
define([{ per: "run", unit: "cost", limit: 1_000, period: "lifetime", mode: "soft" }]);
define({
  rules: [{ per: "tenant", unit: "cost", period: "month", limit: 1_000, mode: "hard" }],
  whenExceeded: "wait",
  slabCalls: 2,
  pricedAs: { provider: "openai", model: "gpt-5" },
});
memoryMiddleware(memory, { ...settings, budgets: true });

const limit = 1;
// @ts-expect-error a run's budget holds for its life
define([{ per: "run", unit: "cost", period: "day", limit }]);
// @ts-expect-error of others it says for how long
define([{ per: "user", unit: "cost", limit }]);
// @ts-expect-error a year is none
define([{ per: "user", unit: "cost", period: "year", limit }]);
// @ts-expect-error dollars are counted in millionths of the ledger's currency: "cost"
define([{ per: "user", unit: "dollars", period: "day", limit }]);
// @ts-expect-error it fails or waits
define({ whenExceeded: "ignore" });

export const rules: readonly AgentBudgetRule[] = [];
export const hookArgs = v.object({ budget: vBudgetWarning });
export type Told = [
  Holds<Equal<AgentDefinition["budgets"], AgentBudgets | undefined>>,
  Holds<Equal<AgentBudgetSettings["rules"], readonly AgentBudgetRule[] | undefined>>,
  Holds<Equal<Infer<typeof hookArgs>, { budget: BudgetWarning }>>,
  Holds<Equal<Run["exceeded"], BudgetExceeded | undefined>>,
];
