import { RUN_STATES_AFTER } from "../../shared/runState.js";
import { memoryError } from "../../validators/errors.js";
import type { RunState } from "../../validators/run.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { stateOf } from "./runRows.js";
import { logTransition } from "./runTransitions.js";

/** A state, and what of the row changes with it. */
export type RunChange = Partial<Doc<"runs">> & { state: RunState };

/**
 * The one place where a run changes its state. A step that no run may take throws `INVALID_ARGUMENT` and changes
 * nothing.
 */
export async function setRunState(ctx: MutationCtx, run: Doc<"runs">, change: RunChange): Promise<void> {
  const from = stateOf(run).kind;
  const to = change.state.kind;
  if (!RUN_STATES_AFTER[from].includes(to))
    throw memoryError("INVALID_ARGUMENT", `A run that is ${from} cannot become ${to}.`, {
      runId: run._id,
      from,
      to,
    });
  logTransition(ctx, run, change.state);
  await ctx.db.patch("runs", run._id, { ...change, state: to === "running" ? undefined : change.state });
}
