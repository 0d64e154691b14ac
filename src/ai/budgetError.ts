import type { BoundMemory, QueryCtx, RunState } from "../client/index.js";
import { memoryError } from "../validators/errors.js";

type Ended = { ctx: QueryCtx; memory: BoundMemory; runId: string };
type Failed = Extract<RunState, { kind: "failed" }>;

/**
 * What the caller is thrown for a run that was ended because of a budget: with which one and its figures, as `begin`
 * throws it. Null for any other end.
 */
export async function budgetError(
  { ctx, memory, runId }: Ended,
  { code, message }: Pick<Failed, "code" | "message">,
): Promise<Error | null> {
  if (code !== "BUDGET_EXCEEDED" && code !== "PRICE_UNKNOWN") return null;
  const run = await memory.runs.get(ctx, { runId }).catch(() => null); // it may have gone with its thread
  return memoryError(code, message, { runId, ...run?.exceeded });
}
