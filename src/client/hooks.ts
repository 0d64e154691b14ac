import { createFunctionHandle, type FunctionReference, type FunctionVisibility } from "convex/server";
import type { BudgetWarning } from "../validators/budget.js";
import type { HookHandles } from "../validators/hook.js";
import type { Message } from "../validators/message.js";
import type { Run } from "../validators/run.js";

/** A mutation of the app that is told something; what it returns is not looked at. */
type Hook<Told extends Record<string, unknown>> = () => FunctionReference<
  "mutation",
  FunctionVisibility,
  Told,
  unknown
>;

/**
 * Mutations of the app that are called in the transaction that saves, so that its own tables are never behind. What one
 * throws takes its own writes back and is logged as `hook.failed`; what was said stays saved. Named by functions,
 * because `internal` is not there yet when the memory is made.
 */
export type Hooks = {
  /**
   * Gets `{ messages }` as lists show them, in order: what one mutation wrote, 200 at most. Prompts, answers, results
   * of tools, appended ones and what a failed run had said; an answer that is streamed once it is whole. Not edits.
   */
  onMessage?: Hook<{ messages: Message[] }>;
  /** Gets `{ run }` as `runs.get` gives it, when it has completed, failed or was canceled: once. */
  onRunFinished?: Hook<{ run: Run }>;
  /**
   * Gets `{ budget }` when a soft budget has no room for the next call: once in each of its periods, with its figures
   * and the run that found it.
   */
  onBudgetWarning?: Hook<{ budget: BudgetWarning }>;
};

/** Gives the handles of the hooks, made when they are first needed; nothing where none is named. */
export function handlesOf(hooks: Hooks = {}): () => Promise<{ hooks?: HookHandles }> {
  const { onMessage, onRunFinished, onBudgetWarning } = hooks;
  if ([onMessage, onRunFinished, onBudgetWarning].every((hook) => hook === undefined))
    return async () => ({});
  let made: Promise<{ hooks?: HookHandles }> | undefined;
  const make = async () => ({
    hooks: {
      ...(await named("onMessage", onMessage)),
      ...(await named("onRunFinished", onRunFinished)),
      ...(await named("onBudgetWarning", onBudgetWarning)),
    },
  });
  return async () => {
    made ??= make();
    try {
      return await made;
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
}

const named = async <Told extends Record<string, unknown>>(
  name: keyof HookHandles,
  hook: Hook<Told> | undefined,
): Promise<HookHandles> => (hook === undefined ? {} : { [name]: await createFunctionHandle(hook()) });
