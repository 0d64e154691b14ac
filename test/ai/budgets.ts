// What tests of budgets share: answers that use a known number of tokens, and a budget that holds so many of them.
import { vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import type { ActionCtx, AgentBudgetRule, BudgetAsk } from "../../src/client/index.js";
import type { ScriptedAnswer } from "../../src/testing/scriptedModel.js";
import { isMemoryError } from "../../src/validators/errors.js";
import { doorOf } from "./support.js";

/** What each answer of these tests uses: 400 in and 100 out. */
export const PER_CALL = 500;
/** The cap of their agents: a call is held to use little more, as their prompts are short. */
export const settings = { maxOutputTokens: 100 };
const usage = { inputTokens: 400, outputTokens: 100 };

export const says = (text: string): ScriptedAnswer => ({ text, usage });
export const asksWeather = (...cities: string[]): ScriptedAnswer => ({
  toolCalls: cities.map((city) => ({ toolName: "weather", input: { city } })),
  usage,
});

/** A hard budget of a user for a day that so many calls use up. */
export const dayOf = (calls: number, more: Partial<AgentBudgetRule> = {}): AgentBudgetRule =>
  ({ per: "user", unit: "tokens", period: "day", limit: calls * PER_CALL, ...more }) as AgentBudgetRule;

/** Midnight UTC after now. */
export const nextMidnight = (now = Date.now()): number => {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1);
};

/** The ctx, noting what `turns.begin` was told of budgets. */
export function notingAsks(ctx: ActionCtx, asked: (BudgetAsk | undefined)[]): ActionCtx {
  const runMutation = (reference: Parameters<typeof doorOf>[0], args: { budgets?: BudgetAsk }) => {
    if (doorOf(reference) === "turns.begin") asked.push(args.budgets);
    return (ctx.runMutation as (...all: unknown[]) => unknown)(reference, args);
  };
  return { ...ctx, runMutation } as unknown as ActionCtx;
}

/** A thermometer that counts how often it is read. */
export function aThermometer() {
  const read = vi.fn(() => 7);
  const weather = defineTool({
    description: "The weather in a city.",
    inputSchema: z.object({ city: z.string() }),
    execute: read,
  });
  return { read, weather };
}

/** What a call is refused with. */
export async function refusalOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isMemoryError(error)) throw error;
  const { code, message, details } = error.data;
  return { code, message, details };
}
