import { logRun } from "../../shared/runLog.js";
import type { LogLevel, RunState } from "../../validators/run.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { totalsOf } from "./runRows.js";

/** Codes are the runtime's to choose: what does not look like one may hold anything. */
const CODE = /^[A-Z][A-Z_]{0,63}$/;

/** What the memory that began the run logs; the usual is not kept. */
const levelOf = ({ logs = "errors" }: Pick<Doc<"runs">, "logs">): LogLevel => logs;

/** What is kept of it with the run. */
export const keptLevel = ({ logs = "errors" }: { logs?: LogLevel }): Pick<Doc<"runs">, "logs"> =>
  logs === "errors" ? {} : { logs };

type Logged = Pick<Doc<"runs">, "_id" | "agentName" | "logs">;

/** Logs that a run has begun, waits or goes on, whoever made it so: the component itself too. */
export function logTransition(ctx: MutationCtx, run: Logged, { kind }: RunState): void {
  if (kind === "completed" || kind === "failed" || kind === "canceled") return; // with what it came to, once that is known
  const { _id: runId, agentName } = run;
  const named = kind === "queued" || kind === "running" ? { agentName } : {};
  logRun(ctx, levelOf(run), { event: `run.${kind}`, runId, ...named });
}

/** Logs how a run has ended, with what all of it used. Reads it only where the line is wanted. */
export async function logRunEnd(ctx: MutationCtx, run: Doc<"runs">, state: RunState): Promise<void> {
  const level = levelOf(run);
  if (!("endedAt" in state) || level === "off" || (level === "errors" && state.kind !== "failed")) return;
  const ended = (await ctx.db.get("runs", run._id)) ?? run;
  const { inputTokens, outputTokens, costMicros } = totalsOf(ended);
  const spent = {
    ms: Math.round(state.endedAt - run._creationTime),
    tokens: inputTokens + outputTokens,
    ...(costMicros === undefined ? {} : { costMicros }),
  };
  const code = state.kind === "failed" && CODE.test(state.code) ? { code: state.code } : {};
  logRun(ctx, level, { event: `run.${state.kind}`, runId: run._id, ...code, ...spent });
}
