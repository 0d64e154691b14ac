import { findOperation } from "./operations.js";
import { findOwnRun, stateOf } from "./runRows.js";
import { operationOf, steerRun } from "./steering.js";
import type { SteeringPlace } from "../../validators/steering.js";
import type { TurnStart } from "../../validators/turn.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import type { BeginArgs } from "./turnArgs.js";

type Steering = { head: Doc<"threadHeads">; args: BeginArgs };

/** Hands a prompt to the active run, which reads it with its next call of the model; null: it waits for its turn. */
export async function steerActive(
  ctx: MutationCtx,
  { head, active, args }: Steering & { active: Doc<"runs"> },
): Promise<TurnStart | null> {
  const { caller, prompt, operationId } = args;
  if (prompt === undefined) return null; // a message that is in the thread already
  const place = await steerRun(ctx, { run: active, head, caller, prompt, operationId });
  return steeredStart(place, active);
}

/** What a begin with the same operationId came to that has steered a run, which may have ended since; else null. */
export async function findSteered(ctx: MutationCtx, { head, args }: Steering): Promise<TurnStart | null> {
  const { caller, prompt, operationId, whileRunning } = args;
  if (whileRunning !== "steer" || operationId === undefined || prompt === undefined) return null;
  const first = await findOperation(ctx, await operationOf({ head, caller, prompt, operationId }));
  if (first === null) return null;
  const place = JSON.parse(first) as SteeringPlace; // a row of our own
  return steeredStart(place, await findOwnRun(ctx, "system", place.runId));
}

const steeredStart = ({ runId, turn, messageId }: SteeringPlace, run: Doc<"runs">): TurnStart => ({
  ...{ runId, turn, promptMessageId: messageId, state: stateOf(run) },
  ...{ repeated: true, steered: true, context: [], pending: [] },
});
