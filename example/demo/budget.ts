import { ConvexError } from "convex/values";
import type { FunctionReturnType } from "convex/server";
import { api } from "../convex/_generated/api.js";
import { ask } from "./ask.js";
import { amountText } from "./costs.js";
import { DemoError } from "./demoError.js";
import { spendingQuestions } from "./questions.js";
import type { Session } from "./session.js";
import { readTables, type ThreadTables } from "./tables.js";

type Status = FunctionReturnType<typeof api.spending.budgetStatus>[number];

/** Where the budget stood; amounts in millionths of the currency. */
export type BudgetFigures = Pick<
  Status,
  "per" | "unit" | "period" | "limit" | "spent" | "reserved" | "resetsAt"
>;

/** How a run was stopped. */
export type BudgetStop = BudgetFigures & {
  question: string;
  /** Before its first call, so that there is no run; or in the middle, as failed. */
  when: "beforeItBegan" | "underWay";
  code: string;
  message: string;
  /** Calls of the model that it had made, and how many of them are saved and in the ledger: none came after. */
  calls: number;
  savedSteps: number;
  ledgerEvents: number;
};

export type BudgetReport = {
  /** What the amounts are millionths of. */
  currency: string;
  /** Questions that were answered before. */
  answered: number;
  /** Null: nobody was stopped. */
  stop: BudgetStop | null;
  /** As the budget was seen by a live query while it was spent. */
  seen: {
    moments: number;
    /** The most that was spent by then, what was in flight included, and the most that was reserved. */
    mostSpent: number;
    mostReserved: number;
    /** Moments at which more was spent than the limit and what was in flight. */
    passed: number;
  };
};

/** The runs' failures that mean that there is no room. */
const EXCEEDED = "BUDGET_EXCEEDED";
/** As an answer tells it: with a colon and the message behind it. */
const FAILED = `failed: ${EXCEEDED}`;

/** Lets a user who has a budget for the day ask until it stops them. */
export async function spendBudget(user: Session, limitMicros: number): Promise<BudgetReport> {
  const { client, screen } = user;
  const { currency } = await client.query(api.spending.usageSummary, {});
  const report: BudgetReport = {
    currency,
    answered: 0,
    stop: null,
    seen: { moments: 0, mostSpent: 0, mostReserved: 0, passed: 0 },
  };
  screen.line(
    `\nBudget: another user may spend ${amountText(limitMicros)} ${currency} a day, and asks until that stops them`,
  );
  const unsubscribe = client.onUpdate(api.spending.budgetStatus, {}, (budgets) => note(report.seen, budgets));
  try {
    for (const question of spendingQuestions) {
      report.stop = await askUntilStopped(user, question);
      if (report.stop !== null) break;
      report.answered++;
    }
  } finally {
    unsubscribe();
  }
  note(report.seen, await client.query(api.spending.budgetStatus, {}));
  tellBudget(user, report);
  return report;
}

function note(seen: BudgetReport["seen"], [status]: Status[]): void {
  if (status === undefined) return;
  const spent = status.spent + status.inFlight;
  seen.moments++;
  seen.mostSpent = Math.max(seen.mostSpent, spent);
  seen.mostReserved = Math.max(seen.mostReserved, status.reserved);
  if (spent > status.limit + status.reserved) seen.passed++;
}

/** Null when the question was answered. */
async function askUntilStopped(user: Session, question: string): Promise<BudgetStop | null> {
  const figures = async (): Promise<BudgetFigures> => {
    const [status] = await user.client.query(api.spending.budgetStatus, {});
    if (status === undefined) throw new Error("The budget is gone.");
    const { per, unit, period, limit, spent, reserved, resetsAt } = status;
    return { per, unit, period, limit, spent, reserved, resetsAt };
  };
  try {
    const { threadId, state } = await ask(user, question);
    if (!state.startsWith(FAILED)) return null;
    const tables = await readTables(user.client, threadId);
    const message = state.slice(FAILED.length + 2);
    const stopped = { question, when: "underWay" as const, code: EXCEEDED, message };
    return { ...stopped, ...countsOf(tables), ...(await figures()) };
  } catch (error) {
    const { code, message } = refusalOf(error);
    if (code === "PRICE_UNKNOWN")
      throw new DemoError(`--budget needs a model whose price is known. ${message}`);
    if (code !== EXCEEDED) throw error;
    const none = { calls: 0, savedSteps: 0, ledgerEvents: 0 };
    return { question, when: "beforeItBegan", code, message, ...none, ...(await figures()) };
  }
}

function countsOf({ runs, messages, usage }: ThreadTables) {
  return {
    calls: messages.filter(({ role }) => role === "assistant").length,
    savedSteps: runs.reduce((sum, { steps }) => sum + steps, 0),
    ledgerEvents: usage.filter(({ purpose }) => purpose === "answer").length,
  };
}

function refusalOf(error: unknown): { code: string | null; message: string } {
  const data: unknown = error instanceof ConvexError ? error.data : null;
  if (typeof data !== "object" || data === null || !("code" in data && "message" in data))
    return { code: null, message: "" };
  return { code: String(data.code), message: String(data.message) };
}

function tellBudget({ screen }: Session, { currency, answered, stop, seen }: BudgetReport): void {
  if (stop === null) return screen.line(`\nNobody was stopped: ${answered} questions were answered.`);
  const { per, period, limit, spent, reserved, resetsAt, when, calls, ledgerEvents } = stop;
  const resets = resetsAt === null ? "never" : new Date(resetsAt).toISOString();
  screen.line(
    when === "beforeItBegan"
      ? `\n*** stopped by the budget before the model was called: no run was opened`
      : `\n*** the run failed by its budget before the model was called again: ${calls} calls, ${ledgerEvents} in the ledger`,
  );
  screen.line(`*** ${stop.code}: ${stop.message}`);
  screen.line(`  budget    ${period} budget of the ${per}`);
  screen.line(`  limit     ${amountText(limit)} ${currency}`);
  screen.line(`  spent     ${amountText(spent)} ${currency}, after ${answered} answers`);
  const left = amountText(Math.max(0, limit - spent - reserved));
  screen.line(`  left      ${left} ${currency}: less than the next call may need at most`);
  screen.line(`  resets    ${resets}`);
  screen.line(
    `  watched   at ${seen.moments} moments by a live query: at most ${amountText(seen.mostSpent)} spent and ` +
      `${amountText(seen.mostReserved)} reserved`,
  );
  const passed = seen.passed === 0 ? "never" : `at ${seen.passed} moments`;
  screen.line(`  passed    ${passed}: the limit and what was in flight together`);
}

/** What did not hold of it. */
export function budgetProblems({ stop, seen, answered }: BudgetReport): string[] {
  const problems: string[] = [];
  if (stop === null) problems.push(`nobody was stopped by ${answered} questions: give less`);
  if (stop !== null && (stop.calls !== stop.savedSteps || stop.calls !== stop.ledgerEvents))
    problems.push("the model was called again, or a call is not in the ledger");
  if (seen.passed > 0) problems.push("more was spent than the limit and what was in flight");
  if (stop !== null && stop.spent > stop.limit + seen.mostReserved)
    problems.push("more was spent in the end than the limit and what was in flight");
  return problems.map((problem) => `budget: ${problem}`);
}
