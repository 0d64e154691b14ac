import {
  vBudgetMode,
  vBudgetPeriod,
  vBudgetSubject,
  vBudgetUnit,
  type BudgetMode,
  type BudgetPeriod,
  type BudgetSubject,
  type BudgetUnit,
} from "../validators/budget.js";
import type { BudgetRule } from "../validators/budgetRun.js";
import { BUDGET_MAX_RULES, SLAB_MAX_CALLS } from "./ledgerLimits.js";
import { withoutUndefined } from "./withoutUndefined.js";

type Limit = {
  unit: BudgetUnit;
  /** Tokens, or millionths of the ledger's currency: an integer from 0. */
  limit: number;
  /** `hard` unless told: no call of a model begins without room in it. `soft`: that there is none is told, once a period. */
  mode?: BudgetMode;
};

/** A limit as an app writes it. A run's own holds for the run's life; the others begin anew at midnight UTC. */
export type AgentBudgetRule =
  | (Limit & { per: Exclude<BudgetSubject, "run">; period: BudgetPeriod })
  | (Limit & { per: "run"; period?: "lifetime" });

export type AgentBudgetSettings = {
  /** None unless told: then what the app has set with `budgets.set` holds alone. */
  rules?: readonly AgentBudgetRule[];
  /** What a durable run does without room: fails unless told, or waits until the budget begins anew. */
  whenExceeded?: "fail" | "wait";
  /** Calls of the model that a run reserves at once: 4 unless told. Fewer waste less, more touch a budget's row less often. */
  slabCalls?: number;
  /** Whose prices are meant where the model cannot say so itself, because it is chosen later. */
  pricedAs?: { provider: string; model: string };
};

/**
 * What an agent may spend. `true`: what the app has set with `budgets.set`; a list: rules beside that, and nothing else to
 * say; `false`: no budget holds, not even the memory's.
 */
export type AgentBudgets = boolean | readonly AgentBudgetRule[] | AgentBudgetSettings;

/** What holds for an agent, with every default that is not the component's in its place. */
export type BudgetTerms = Omit<AgentBudgetSettings, "rules"> & { rules: BudgetRule[] };

/**
 * What an agent's own settings and those of its memory come to together: the rules of both, the agent's where both have
 * one for the same subject, unit and period. Null: no budget holds, and a run looks at none.
 */
export function budgetTerms(
  ofMemory: AgentBudgets | undefined,
  own: AgentBudgets | undefined,
): BudgetTerms | null {
  if (own === false) return null;
  const settings = [ofMemory, own].flatMap(settingsOf);
  if (settings.length === 0) return null;
  const rules = new Map(settings.flatMap(rulesOf).map((rule) => [keyOf(rule), rule]));
  const merged = settings.map(withoutUndefined).reduce((all, more) => ({ ...all, ...more }));
  return { ...merged, rules: [...rules.values()] };
}

const settingsOf = (budgets: AgentBudgets | undefined): AgentBudgetSettings[] => {
  if (budgets === undefined || budgets === false) return [];
  if (budgets === true) return [{}];
  return [isList(budgets) ? { rules: budgets } : budgets];
};

/** `Array.isArray` does not tell a readonly array from what else may be there. */
const isList = (
  budgets: readonly AgentBudgetRule[] | AgentBudgetSettings,
): budgets is readonly AgentBudgetRule[] => Array.isArray(budgets);

const rulesOf = ({ rules = [] }: AgentBudgetSettings): BudgetRule[] =>
  rules.map(({ per, unit, limit, period = "lifetime", mode = "hard" }) => ({
    per,
    unit,
    period,
    limit,
    mode,
  }));

/** What tells two limits of one subject apart. */
const keyOf = ({ per, unit, period }: BudgetRule): string => `${per} ${unit} ${period}`;

/** What is wrong with the settings of an agent or of its memory: messages, and whether each holds. */
export function agentBudgetProblems(budgets: AgentBudgets | undefined): Record<string, boolean> {
  if (!isSettings(budgets))
    return { "`budgets` must be true, false, a list of rules, or settings with `rules`.": true };
  const settings = settingsOf(budgets);
  const [{ whenExceeded, slabCalls, pricedAs } = {}] = settings;
  return {
    ...ruleProblems(settings),
    "`budgets.whenExceeded` must be fail or wait.":
      whenExceeded !== undefined && whenExceeded !== "fail" && whenExceeded !== "wait",
    [`\`budgets.slabCalls\` must be an integer from 1 to ${SLAB_MAX_CALLS}.`]:
      slabCalls !== undefined &&
      !(Number.isInteger(slabCalls) && slabCalls >= 1 && slabCalls <= SLAB_MAX_CALLS),
    "`budgets.pricedAs` must name a provider and a model.":
      pricedAs !== undefined && !(isWord(pricedAs.provider) && isWord(pricedAs.model)),
  };
}

function ruleProblems(settings: readonly AgentBudgetSettings[]): Record<string, boolean> {
  const written = settings.flatMap(({ rules = [] }) => rules);
  const rules = settings.flatMap(rulesOf);
  const bad = rules.find((rule) => !isRule(rule));
  const keys = rules.map(keyOf);
  const twice = keys.find((key, index) => keys.indexOf(key) < index);
  return {
    [`\`budgets\` has no such rule: ${JSON.stringify(bad)}. Check its per, unit, period and mode.`]:
      bad !== undefined,
    "Each rule of `budgets` names its `period`; only a run's may be left out.": written.some(
      (rule) => rule.per !== "run" && !Object.hasOwn(rule, "period"),
    ),
    "The `limit` of a budget must be an integer from 0: tokens, or millionths of the currency.": rules.some(
      ({ limit }) => !(Number.isSafeInteger(limit) && limit >= 0),
    ),
    "A budget per run holds for the run's life: its `period` is lifetime.": rules.some(
      ({ per, period }) => per === "run" && period !== "lifetime",
    ),
    [`\`budgets\` has two rules for "${twice}": leave one.`]: twice !== undefined,
    ...countProblem(rules),
  };
}

/** Also of those of an agent and its memory together. */
export const countProblem = (rules: readonly BudgetRule[]): Record<string, boolean> => ({
  [`\`budgets\` may have ${BUDGET_MAX_RULES} rules: each is a row that a run looks at.`]:
    rules.length > BUDGET_MAX_RULES,
});

/** What comes from code that no compiler has checked may be anything. */
function isSettings(budgets: unknown): boolean {
  if (budgets === undefined || typeof budgets === "boolean") return true;
  if (typeof budgets !== "object" || budgets === null) return false;
  const rules: unknown = Array.isArray(budgets) ? budgets : (Reflect.get(budgets, "rules") ?? []);
  return Array.isArray(rules) && rules.every((rule) => typeof rule === "object" && rule !== null);
}

const isRule = ({ per, unit, period, mode }: BudgetRule): boolean =>
  isOneOf(vBudgetSubject, per) &&
  isOneOf(vBudgetUnit, unit) &&
  isOneOf(vBudgetPeriod, period) &&
  isOneOf(vBudgetMode, mode);

const isOneOf = ({ members }: { members: readonly { value: string }[] }, word: string): boolean =>
  members.some(({ value }) => value === word);

const isWord = (name: unknown): boolean => typeof name === "string" && name.trim() !== "";
