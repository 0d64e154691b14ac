import type { ComponentApi } from "../component/_generated/component.js";
import { agentBudgetProblems, type AgentBudgets } from "../shared/agentBudgets.js";
import { memoryError } from "../validators/errors.js";
import type { Principal } from "../validators/principal.js";
import type { LogLevel } from "../validators/run.js";
import { BoundMemory } from "./boundMemory.js";
import { createApi, type ExposedApi, type ExposeOptions } from "./exposeApi.js";
import type { RateLimits } from "./rateLimits.js";
import { handlesOf, type Hooks } from "./hooks.js";
import type { ClientSettings } from "./settings.js";

export type MemorySettings = {
  /** Mutations of the app that are told what was said, and how runs ended, in the transaction that saves it. */
  hooks?: Hooks;
  /** What is logged as JSON lines, never with content: `errors` unless told; `all`: each transition of a run too. */
  logs?: LogLevel;
  /**
   * What runs of every agent of this memory may spend, beside what each says for itself; `true`: what `budgets.set`
   * has set. No budget is looked at unless told. Where a hard one may hold, answers are cut at the agent's
   * `maxOutputTokens`, or at 8,192 tokens.
   */
  budgets?: AgentBudgets;
  /** How often agents may ask their models, unless an agent says otherwise. */
  rateLimits?: RateLimits;
};

/**
 * The client of the component. Throws `INVALID_ARGUMENT` for `budgets` that are none.
 *
 * @example
 * export const memory = new AgentMemory(components.agentMemory);
 * const { threadId } = await memory.as({ userId }).threads.create(ctx, { title: "Hello" });
 */
export class AgentMemory {
  readonly #settings: ClientSettings;
  /** What its agents may spend, as it was made: for runtimes. */
  readonly budgets: AgentBudgets | undefined;
  /** Of the agents that name none. */
  readonly rateLimits: RateLimits | undefined;

  constructor(
    readonly component: ComponentApi,
    { hooks, logs = "errors", budgets, rateLimits }: MemorySettings = {},
  ) {
    checkBudgets(budgets);
    this.budgets = budgets;
    this.rateLimits = rateLimits;
    this.#settings = { handles: handlesOf(hooks), logs };
  }

  /** Binds a principal: who asks. The app has authenticated it; the component checks it on every path. */
  as(principal: Principal): BoundMemory {
    return new BoundMemory(this.component, principal, this.#settings);
  }

  /** Passes every check. For crons, migrations and other code of the app that acts for nobody in particular. */
  asSystem(): BoundMemory {
    return new BoundMemory(this.component, "system", this.#settings);
  }

  /**
   * Ready-made public functions for browsers. `authorize` runs first in each of them and returns the principal, or
   * throws; there is no default.
   *
   * @example export const { listMessages, followStream, getRun } = memory.exposeApi({ authorize: principal });
   */
  exposeApi(options: ExposeOptions): ExposedApi {
    return createApi(this, options);
  }
}

function checkBudgets(budgets: AgentBudgets | undefined): void {
  for (const [message, holds] of Object.entries(agentBudgetProblems(budgets)))
    if (holds) throw memoryError("INVALID_ARGUMENT", message, { field: "budgets" });
}
