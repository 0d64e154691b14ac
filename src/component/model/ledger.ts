import { validate } from "convex-helpers/validators";
import { USAGE_RAW_MAX_BYTES } from "../../shared/limits.js";
import { utf8Bytes } from "../../shared/utf8.js";
import { memoryError } from "../../validators/errors.js";
import { vUsage, type Usage } from "../../validators/usage.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
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
  const { raw, purpose, ...kept } = usage;
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

/** A sum over the ledger can be trusted only when no event takes something away from it. */
function checkUsage(usage: Usage): void {
  if (!validate(vUsage, usage))
    throw memoryError("INVALID_ARGUMENT", "`usage` is none: check its fields against `vUsage`.");
  for (const [name, value] of Object.entries(usage)) {
    if (typeof value !== "number" || (Number.isFinite(value) && value >= 0)) continue;
    throw memoryError("INVALID_ARGUMENT", `\`usage.${name}\` must be a number from 0.`, {
      value: String(value),
    });
  }
}
