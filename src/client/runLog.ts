import { logRun, ownCode } from "../shared/runLog.js";
import type { StepResult } from "../validators/turn.js";
import type { QueryCtx } from "./ctx.js";
import type { ClientSettings } from "./settings.js";

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
