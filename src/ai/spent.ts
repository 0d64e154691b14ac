import type { BoundMemory, MutationCtx, Spent, Usage } from "../client/index.js";
import { STEP_MAX_OTHER_CALLS, USAGE_MAX_COST_MICROS, USAGE_MAX_TOKENS } from "../shared/ledgerLimits.js";

type Where = {
  ctx: MutationCtx;
  memory: BoundMemory;
  runId?: string | undefined;
  threadId?: string;
  step?: number;
};

/**
 * Records calls that no save takes along, in a call of its own; none for none. Never throws: what they were for has
 * failed or is done already.
 */
export async function recordSpent({ ctx, memory, ...place }: Where, used: readonly Spent[]): Promise<void> {
  if (used.length === 0) return;
  // Each by a key: the end of the run may bring another that used the same and took equally long.
  const keyed = atMost(used, STEP_MAX_OTHER_CALLS).map((call) => ({ key: crypto.randomUUID(), ...call }));
  const calls = { ...place, used: keyed };
  await memory.turns.record(ctx, calls).catch(() => {
    const { runId } = place;
    const told = runId === undefined ? {} : { runId };
    memory.log(ctx, { event: "run.warned", ...told, warning: "What calls have used could not be recorded." });
  });
}

/** So many calls at most: further ones are added to the last. */
export function atMost<Call extends Usage>(used: readonly Call[], most: number): Call[] {
  const kept = used.slice(0, most);
  const last = kept.pop();
  if (last === undefined) return kept;
  return [...kept, used.slice(most).reduce(added, last)];
}

const COUNTS = [
  "inputTokens",
  "outputTokens",
  "cachedInputTokens",
  "cacheWriteTokens",
  "reasoningTokens",
] as const;

/** The ledger refuses more in one call, and with it the save that brings it. */
const mostOf = (name: (typeof COUNTS)[number] | "costMicros"): number =>
  name === "costMicros" ? USAGE_MAX_COST_MICROS : USAGE_MAX_TOKENS;

function added<Call extends Usage>(one: Call, other: Call): Call {
  const sum = { ...one, ms: one.ms + other.ms, isEstimated: true };
  for (const name of [...COUNTS, "costMicros"] as const)
    if (one[name] !== undefined || other[name] !== undefined)
      sum[name] = Math.min((one[name] ?? 0) + (other[name] ?? 0), mostOf(name));
  return sum;
}
