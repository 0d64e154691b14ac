import type { LanguageModel } from "ai";
import type { MutationCtx, Principal } from "../client/index.js";
import { RATE_OUTPUT_TOKENS } from "../shared/ledgerLimits.js";
import { estimateTokens } from "../shared/tokens.js";
import type { ResolvedAgent } from "./definition.js";
import type { StepArgs } from "./stepRecord.js";
import {
  checkFits,
  correct,
  countOf,
  findRefusal,
  gatesOf,
  pass,
  rateLimited,
  type Gate,
} from "./rateGates.js";

/** What a call has taken of its limits, and when it counts, in ms since the epoch. */
export type Reservation = { gates: Gate[]; tokens: number; takenAt: number };

/** How a call of the model stands to the limits of its agent. */
export type Limiting = {
  as: Principal;
  /** Where a long wait leaves the action to the workflow: else it is waited for here. */
  isDurable?: boolean;
  /** What was taken for this call before. */
  held?: Reservation;
};

/**
 * Takes what the first call of a turn needs, before anything of it is written. Throws `RATE_LIMITED`. Undefined for an
 * agent without limits.
 */
export async function reserveFirst(
  { rateLimits, ...agent }: ResolvedAgent,
  ctx: MutationCtx,
  { as, model, text }: { as: Principal; model: () => LanguageModel; text: string },
): Promise<Reservation | undefined> {
  if (rateLimits === undefined) return undefined;
  const asked = { gates: gatesOf(rateLimits, { as, model }), tokens: promptTokens(agent, text) };
  checkFits(asked.gates, asked.tokens);
  const { ok, gate, waitMs } = await pass(rateLimits, ctx, { ...asked, ahead: false });
  if (!ok) throw rateLimited(gate, waitMs);
  return { ...asked, takenAt: Date.now() };
}

/** What comes before a call; where that fails, what was taken for the call is given back. */
export async function orGiveBack<Begun>(
  beginning: Promise<Begun>,
  agent: Pick<ResolvedAgent, "rateLimits">,
  { ctx, held }: { ctx: MutationCtx; held: Reservation | undefined },
): Promise<Begun> {
  try {
    return await beginning;
  } catch (error) {
    await giveBack(agent, ctx, held);
    throw error;
  }
}

/** Throws `RATE_LIMITED` where an agent's runs are not to begin over the limits of their user or tenant. Takes nothing. */
export async function checkStart(
  { rateLimits, ...agent }: ResolvedAgent,
  ctx: MutationCtx,
  { as, text }: { as: Principal; text: string },
): Promise<void> {
  if (rateLimits?.whenExceeded !== "fail") return;
  const asked = { gates: gatesOf(rateLimits, { as }), tokens: promptTokens(agent, text) };
  checkFits(asked.gates, asked.tokens);
  const refusal = await findRefusal(rateLimits, ctx, asked);
  if (refusal !== null) throw rateLimited(refusal.gate, refusal.waitMs);
}

/** Before the context is known: the instructions, what is asked now, and the answer. */
const promptTokens = (agent: Pick<ResolvedAgent, "instructions" | "settings">, text: string): number =>
  estimateTokens(agent.instructions) + estimateTokens(text) + outputTokens(agent);

/** What a call is taken to answer with. */
export const outputTokens = (
  { settings }: Pick<ResolvedAgent, "settings">,
  prepared?: { maxOutputTokens?: number },
): number => prepared?.maxOutputTokens ?? settings.maxOutputTokens ?? RATE_OUTPUT_TOKENS;

/** Gives back what was taken for a call that is not made. */
export async function giveBack(
  { rateLimits }: Pick<ResolvedAgent, "rateLimits">,
  ctx: MutationCtx,
  held: Reservation | undefined,
): Promise<void> {
  if (rateLimits === undefined || held === undefined) return;
  const { gates, tokens, takenAt } = held;
  await correct(
    rateLimits,
    ctx,
    gates.map((gate) => ({ gate, count: -countOf(gate, tokens), takenAt })),
  );
}

/** What a durable step had taken when it began to wait, if anything. */
export function heldBy(
  { rateLimits, model }: ResolvedAgent,
  { as, waited }: Pick<StepArgs, "waited"> & { as: Principal },
): Reservation | undefined {
  const tokens = waited?.reserved;
  if (rateLimits === undefined || tokens === undefined) return undefined;
  return { gates: gatesOf(rateLimits, { as, model }), tokens, takenAt: Date.now() };
}
