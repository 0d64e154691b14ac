import type { MutationCtx, RateLimits, Usage } from "../client/index.js";
import { RATE_ACTION_WAIT_MS, RATE_STEP_WAIT_MS, RATE_WAIT_MAX_MS } from "../shared/ledgerLimits.js";
import { takenFor } from "../shared/rateWindows.js";
import type { CallContext } from "./context.js";
import type { ResolvedAgent } from "./definition.js";
import type { Wait } from "./durableWait.js";
import { describeError, ModelFailure } from "./errors.js";
import type { ModelAnswer } from "./modelCall.js";
import { checkFits, correct, gatesOf, pass, rateLimited, type Gate } from "./rateGates.js";
import { giveBack, orGiveBack, outputTokens, type Limiting, type Reservation } from "./rateLimits.js";
import { retryAfterOf } from "./retryAfter.js";
import { pause } from "./turnWaiting.js";

/** A durable step has its place in the line: its workflow waits until that has come. */
export class MustWait extends Error {
  override readonly name = "MustWait";

  constructor(
    readonly wait: Wait,
    /** What the step has taken for when its turn has come. */
    readonly held?: Reservation,
  ) {
    super("The step waits for its turn within the rate limits.");
  }
}

type Call = {
  ctx: MutationCtx;
  built: CallContext;
  limiting: Limiting | undefined;
  abortSignal: AbortSignal;
};

/**
 * One call of the model within the agent's limits: what it needs is taken before it is made, and corrected by what the
 * provider counted, also where it failed. Throws `MustWait` for a durable step whose turn is not soon, and
 * `RATE_LIMITED` where no waiting helps or an action cannot wait so long.
 */
export async function withinLimits(
  agent: ResolvedAgent,
  { ctx, built, limiting, abortSignal }: Call,
  ask: () => Promise<ModelAnswer>,
): Promise<ModelAnswer> {
  const { rateLimits } = agent;
  if (rateLimits === undefined || limiting === undefined) return await ask();
  const { held } = limiting;
  const planned = Promise.resolve().then(() => plan(agent, rateLimits, { built, limiting, abortSignal }));
  const { gates, tokens } = await orGiveBack(planned, agent, { ctx, held });
  const taken = await take(agent, rateLimits, { ctx, limiting, gates, tokens, abortSignal });
  try {
    const answer = await ask();
    const warnings = await settle(rateLimits, ctx, {
      taken,
      used: tokensOf([answer.usage, ...answer.alsoUsed]),
    });
    return warnings.length === 0 ? answer : { ...answer, warnings: [...answer.warnings, ...warnings] };
  } catch (error) {
    await settle(rateLimits, ctx, { taken, used: spentOf(error) });
    await tellModel(rateLimits, ctx, { gates, ms: retryAfterOf(error) }).catch(() => {}); // the error itself is what counts
    throw error;
  }
}

type Planning = Pick<Call, "built" | "abortSignal"> & { limiting: Limiting };

/** What a call is to take, and of which limits. Throws for one that is not made. */
function plan(
  agent: ResolvedAgent,
  limits: RateLimits,
  { built: { prepared, call }, limiting, abortSignal }: Planning,
): { gates: Gate[]; tokens: number } {
  abortSignal.throwIfAborted();
  const tokens = Math.ceil(call.estimate) + outputTokens(agent, prepared);
  const gates = gatesOf(limits, { as: limiting.as, model: () => prepared.model ?? agent.model() });
  checkFits(gates, tokens);
  return { gates, tokens };
}

type Taking = Omit<Call, "built" | "limiting"> & { limiting: Limiting; gates: Gate[]; tokens: number };

/** Takes what the call needs, and waits where its turn is soon. */
async function take(agent: ResolvedAgent, limits: RateLimits, taking: Taking): Promise<Reservation> {
  const { ctx, limiting, gates, tokens } = taking;
  const { held } = limiting;
  if (held !== undefined && isSame(held.gates, gates)) return await topUp(limits, ctx, { held, tokens });
  await giveBack(agent, ctx, held); // it was for another model
  const patienceMs =
    limiting.isDurable === true ? RATE_STEP_WAIT_MS : (limits.maxWaitMs ?? RATE_ACTION_WAIT_MS);
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const taken = await tryTake(agent, limits, { ...taking, giveUpAt });
    if (taken !== null) return taken;
  }
}

/** Null where a limit lets nobody stand in line, and there is time to try again. */
async function tryTake(
  agent: ResolvedAgent,
  limits: RateLimits,
  { ctx, limiting, gates, tokens, abortSignal, giveUpAt }: Taking & { giveUpAt: number },
): Promise<Reservation | null> {
  const { ok, gate, waitMs } = await pass(limits, ctx, { gates, tokens, ahead: true });
  const reservation = { gates, tokens, takenAt: Date.now() };
  const isSoon = Date.now() + waitMs <= giveUpAt;
  if (!isSoon && limiting.isDurable === true && waitMs <= RATE_WAIT_MAX_MS)
    throw mustWait(Date.now() + waitMs, ok ? reservation : undefined);
  if (isSoon && waitMs > 0) await pause(waitMs, abortSignal);
  if (ok && isSoon && !abortSignal.aborted) return { ...reservation, takenAt: Date.now() };
  if (ok) await giveBack(agent, ctx, reservation);
  abortSignal.throwIfAborted();
  if (!isSoon) throw rateLimited(gate, waitMs);
  return null;
}

const mustWait = (at: number, held: Reservation | undefined): MustWait =>
  new MustWait({ at, reason: "rateLimit", ...(held === undefined ? {} : { reserved: held.tokens }) }, held);

const isSame = (held: readonly Gate[], gates: readonly Gate[]): boolean =>
  held.length === gates.length &&
  held.every(({ name, key }, index) => gates[index]?.name === name && gates[index]?.key === key);

/** What was taken before the context was known, and what it needs besides. */
async function topUp(
  limits: RateLimits,
  ctx: MutationCtx,
  { held, tokens }: { held: Reservation; tokens: number },
): Promise<Reservation> {
  const count = tokens - held.tokens;
  if (count <= 0) return held;
  await correct(limits, ctx, correctionsOf(held, count));
  return { ...held, tokens };
}

const correctionsOf = ({ gates, takenAt }: Reservation, count: number) =>
  gates.filter(({ kind }) => kind === "tokens").map((gate) => ({ gate, count, takenAt }));

/** Corrects what was taken by what was used. An answer must not be lost over that: what fails is a warning. */
async function settle(
  limits: RateLimits,
  ctx: MutationCtx,
  { taken, used }: { taken: Reservation; used: number | undefined },
): Promise<string[]> {
  if (used === undefined) return [];
  try {
    await correct(limits, ctx, correctionsOf(taken, used - taken.tokens));
    return [];
  } catch (error) {
    return [`The rate limits could not be corrected: ${describeError(error)}`];
  }
}

/** As the ledger counts them, which estimates what nobody has counted. */
const tokensOf = (calls: readonly Usage[]): number =>
  calls.reduce((sum, { inputTokens, outputTokens }) => sum + Math.ceil(inputTokens + outputTokens), 0);

/** What a call used that failed; one that its provider refused used nothing. Undefined where nobody knows. */
const spentOf = (error: unknown): number | undefined =>
  error instanceof ModelFailure ? tokensOf(error.spent) : undefined;

/**
 * A provider that has no room is not asked by other runs either, for as long as it says: the model's bucket of requests
 * is emptied for that time. A fixed window would be shut for all of it, and is left as it is; so are shards.
 */
async function tellModel(
  { limiter }: RateLimits,
  ctx: MutationCtx,
  { gates, ms }: { gates: readonly Gate[]; ms: number | undefined },
): Promise<void> {
  const gate = gates.find(({ kind, per }) => kind === "requests" && per === "model");
  if (
    ms === undefined ||
    ms === 0 ||
    gate?.config.kind !== "token bucket" ||
    gate.config.shards !== undefined
  )
    return;
  const { name, key, config } = gate;
  const { count, maxDebt } = takenFor(config, await limiter.getValue(ctx, name, { key, config }), {
    now: Date.now(),
    ms,
  });
  if (count > 0)
    await limiter.limit(ctx, name, {
      key,
      count,
      reserve: true,
      config: { ...config, maxReserved: maxDebt },
    });
}
