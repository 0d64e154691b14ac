import type { ActionCtx, BoundMemory } from "../client/index.js";
import { warningLine } from "../shared/runLog.js";
import { failureOf, ModelFailure } from "./errors.js";

type Where = { ctx: ActionCtx; memory: BoundMemory; runId: string; agentName: string };

/** Logs a call of the model that failed, by its code: what the provider said may hold what it was asked. */
export function logFailure(error: unknown, { ctx, memory, ...where }: Where): void {
  if (!(error instanceof ModelFailure)) return;
  const { code } = failureOf(error);
  const last = error.spent.at(-1);
  const spent = last === undefined ? {} : { ms: last.ms, tokens: last.inputTokens + last.outputTokens };
  memory.log(ctx, { event: "model.failed", ...where, code, ...spent });
}

/** Logs what went wrong without losing the turn, where nobody waits for a result that could carry it. */
export function logWarnings(warnings: readonly string[], { ctx, memory, ...where }: Where): void {
  for (const warning of warnings) memory.log(ctx, { event: "run.warned", ...where, ...warningLine(warning) });
}
