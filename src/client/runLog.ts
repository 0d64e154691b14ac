import { logRun, ownCode } from "../shared/runLog.js";
import type { RunClosed, RunState } from "../validators/run.js";
import type { StepResult } from "../validators/turn.js";
import type { QueryCtx } from "./ctx.js";
import type { ClientSettings } from "./settings.js";

/** Codes are the runtime's to choose: what does not look like one may hold anything. */
const CODE = /^[A-Z][A-Z_]{0,63}$/;

/** Logs how a run ended, where this very call ended it. */
export function logEnd(
  ctx: QueryCtx,
  { logs }: ClientSettings,
  { runId, state, closed }: { runId: string; state: RunState; closed?: RunClosed },
): void {
  if (closed === undefined) return;
  const code = state.kind === "failed" && CODE.test(state.code) ? { code: state.code } : {};
  logRun(ctx, logs, { event: `run.${state.kind}`, runId, ...code, ...closed });
}

type Results = { runId: string; results?: readonly Pick<StepResult, "part" | "failed" | "ms">[] };

/** Logs the tools that failed. */
export function logResults(ctx: QueryCtx, { logs }: ClientSettings, { runId, results = [] }: Results): void {
  for (const { part, failed, ms } of results)
    if (failed)
      logRun(ctx, logs, {
        event: "tool.failed",
        runId,
        toolName: part.toolName,
        ...ownCode(part.output),
        ms,
      });
}
