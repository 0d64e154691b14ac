import type { LanguageModel, ModelMessage } from "ai";
import type { BoundMemory, BudgetAsk, CallDrawn, HeldRoom, MutationCtx } from "../client/index.js";
import { estimateTokens } from "../shared/tokens.js";
import { memoryError } from "../validators/errors.js";
import { nameOf } from "./budgetAsk.js";
import type { CallContext } from "./context.js";
import { MustWait } from "./limitedCall.js";
import { fileTokens, messageTokens } from "./requestTokens.js";

/** What a run has drawn for its next call. */
export type Drawn = { runId: string; holds: HeldRoom; takeUps?: number };

type Call = {
  ctx: MutationCtx;
  memory: BoundMemory;
  built: CallContext;
  model: () => LanguageModel;
  drawn: Drawn | undefined;
};

/**
 * Sees before a call whether the run holds enough for it: what tools have given, files, and what `prepareStep` has
 * changed was not known when it drew. A call of the component only where it does not. Throws `BUDGET_EXCEEDED` and
 * `PRICE_UNKNOWN`, and `MustWait` for a durable run that waits.
 */
export async function withinBudget({ ctx, memory, built, model, drawn }: Call): Promise<void> {
  if (drawn === undefined) return;
  const { holds, ...run } = drawn;
  const inputTokens = shownBy(built);
  const asked = () => nameOf(built.prepared.model ?? model());
  const isItsModel = holds.pricedAs === undefined || isSame(holds.pricedAs, asked());
  if (isItsModel && inputTokens <= holds.inputTokens) return;
  const named = asked();
  const { waitUntil, ...refused } = await memory.turns.draw(ctx, { ...run, inputTokens, ...named });
  if (waitUntil !== undefined) throw new MustWait({ at: waitUntil, reason: "budget" });
  refuse(refused, { runId: run.runId, ...named });
}

type Asked = { runId: string } & Name;

function refuse({ refused, exceeded }: CallDrawn, { runId, ...named }: Asked): void {
  if (refused === undefined) return;
  if (exceeded !== undefined) throw memoryError("BUDGET_EXCEEDED", refused.message, { runId, ...exceeded });
  throw memoryError("PRICE_UNKNOWN", refused.message, { runId, ...named });
}

type Name = Pick<BudgetAsk, "provider" | "model">;
const isSame = (one: Name, other: Name): boolean =>
  one.provider === other.provider && one.model === other.model;

/** What the model is shown, by estimate: as it was planned and its files, or what was prepared instead. */
function shownBy({ messages, prepared, call }: CallContext): number {
  const { instructions, messages: changed } = prepared;
  const more = instructions === undefined ? 0 : textTokens(instructions);
  const planned = Math.ceil(call.estimate);
  if (changed === undefined) return planned + more + sum(messages, fileTokens);
  const before = sum(messages, messageTokens);
  return Math.max(0, planned - before) + more + sum(changed, messageTokens) + sum(changed, fileTokens);
}

const sum = (messages: readonly ModelMessage[], tokens: (message: ModelMessage) => number): number =>
  messages.reduce((all, message) => all + tokens(message), 0);

const textTokens = (instructions: unknown): number =>
  estimateTokens(typeof instructions === "string" ? instructions : JSON.stringify(instructions));
