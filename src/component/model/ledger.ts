import { USAGE_RAW_MAX_BYTES } from "../../shared/limits.js";
import { utf8Bytes } from "../../shared/utf8.js";
import { memoryError } from "../../validators/errors.js";
import type { Usage } from "../../validators/usage.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";

/** A call of a model: what it used, who pays for it, and where it happened. */
export type NewUsageEvent = Usage & {
  userId: string;
  tenantId?: string;
  agentName?: string;
  threadId?: Id<"threads">;
  runId?: Id<"runs">;
  parentRunId?: string;
  step?: number;
};

/** Adds one event to the ledger: one insert, no read. Whoever calls it sees to it that a retry does not. */
export async function recordUsage(ctx: MutationCtx, event: NewUsageEvent): Promise<Id<"usageEvents">> {
  checkCounts(event);
  const { raw, purpose, ...kept } = event;
  return await ctx.db.insert("usageEvents", {
    ...kept,
    ...(purpose === "answer" ? {} : { purpose }),
    ...(raw !== undefined && utf8Bytes(raw) <= USAGE_RAW_MAX_BYTES ? { raw } : {}),
    commitTs: ctx.db.vars.commitTs,
  });
}

/** A sum over the ledger can be trusted only when no event takes something away from it. */
function checkCounts(usage: Usage): void {
  const { inputTokens, outputTokens, cachedInputTokens = 0, reasoningTokens = 0, ms } = usage;
  for (const [name, value] of Object.entries({
    inputTokens,
    outputTokens,
    cachedInputTokens,
    reasoningTokens,
    ms,
  })) {
    if (Number.isFinite(value) && value >= 0) continue;
    throw memoryError("INVALID_ARGUMENT", `\`usage.${name}\` must be a number from 0.`, {
      value: String(value),
    });
  }
}
