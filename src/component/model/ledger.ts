import { validate } from "convex-helpers/validators";
import { USAGE_MAX_COST_MICROS, USAGE_MAX_TOKENS } from "../../shared/ledgerLimits.js";
import { USAGE_RAW_MAX_BYTES } from "../../shared/limits.js";
import { utf8Bytes } from "../../shared/utf8.js";
import { memoryError } from "../../validators/errors.js";
import { vUsage, type Usage } from "../../validators/usage.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { checkCurrency } from "./currency.js";
import { costNow } from "./priceReads.js";

/** Who pays for a call, and where it happened. */
export type UsagePlace = {
  userId: string;
  tenantId?: string;
  agentName?: string;
  threadId?: Id<"threads">;
  runId?: Id<"runs">;
  parentRunId?: string;
  step?: number;
};

/** An event that was recorded, with what it cost as far as that is known. */
export type Recorded = { eventId: Id<"usageEvents">; costMicros?: number };

/**
 * Adds one event to the ledger: one insert, and one range for its price. Whoever calls it sees to it that a retry does
 * not.
 */
export async function recordUsage(ctx: MutationCtx, place: UsagePlace, usage: Usage): Promise<Recorded> {
  checkUsage(usage);
  const { raw, purpose, currency, ...kept } = usage;
  if (currency !== undefined || usage.costMicros !== undefined) await checkCurrency(ctx, currency);
  const cost = await costNow(ctx, usage);
  const eventId = await ctx.db.insert("usageEvents", {
    ...place,
    ...kept,
    ...cost,
    ...(purpose === "answer" ? {} : { purpose }),
    ...(raw !== undefined && utf8Bytes(raw) <= USAGE_RAW_MAX_BYTES ? { raw } : {}),
    commitTs: ctx.db.vars.commitTs,
  });
  const { costMicros } = cost;
  return { eventId, ...(costMicros === undefined ? {} : { costMicros }) };
}

/** The counts of a call, with the most that each may be. */
const MOST: Partial<Record<keyof Usage, number>> = {
  inputTokens: USAGE_MAX_TOKENS,
  outputTokens: USAGE_MAX_TOKENS,
  cachedInputTokens: USAGE_MAX_TOKENS,
  cacheWriteTokens: USAGE_MAX_TOKENS,
  reasoningTokens: USAGE_MAX_TOKENS,
  costMicros: USAGE_MAX_COST_MICROS,
};

/**
 * A sum over the ledger can be trusted only when no event takes something away from it, and when none is so large that
 * the sum is no longer exact. Runtimes mend what a provider counts: what comes here wrong is a fault of the caller.
 */
export function checkUsage(usage: Usage): void {
  if (!validate(vUsage, usage))
    throw memoryError("INVALID_ARGUMENT", "`usage` is none: check its fields against `vUsage`.");
  for (const [name, value] of Object.entries(usage)) {
    if (typeof value !== "number") continue;
    const most = MOST[name as keyof Usage];
    if (
      value >= 0 &&
      (most === undefined ? Number.isFinite(value) : Number.isInteger(value) && value <= most)
    )
      continue;
    throw memoryError(
      "INVALID_ARGUMENT",
      most === undefined
        ? `\`usage.${name}\` must be a number from 0.`
        : `\`usage.${name}\` must be an integer from 0 to ${most}.`,
      { field: name, value: String(value) },
    );
  }
}
