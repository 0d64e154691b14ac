import type { TurnStart } from "../../validators/turn.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import type { BeginArgs } from "./turnArgs.js";

type Steering = { head: Doc<"threadHeads">; active: Doc<"runs">; args: BeginArgs };

/** Hands a prompt to the active run, which reads it with its next call of the model; null: it waits for its turn. */
export const steerActive: (ctx: MutationCtx, steering: Steering) => Promise<TurnStart | null> = () =>
  Promise.resolve(null);
