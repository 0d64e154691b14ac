import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import type { StepCall } from "./turnUsage.js";

/** Events looked at for calls that were recorded before: as many as two steps with all that comes with them. */
const EVENTS_LOOKED_AT = 200;

type Event = Doc<"usageEvents">;

/** The newest events of a run. */
export const eventsOfRun = (ctx: QueryCtx, run: Doc<"runs">): Promise<Event[]> =>
  ctx.db
    .query("usageEvents")
    .withIndex("by_run", (q) => q.eq("runId", run._id))
    .order("desc")
    .take(EVENTS_LOOKED_AT);

/**
 * The calls that are in none of these events: so that repeating a save adds nothing. A call has no name of its own; two
 * that took equally long and used the same are told apart by their number.
 */
export function notRecorded(calls: readonly StepCall[], events: readonly Event[]): StepCall[] {
  const left = [...events];
  return calls.filter((call) => {
    const place = left.findIndex((event) => isSame(call, event));
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

function isSame({ step, spent }: StepCall, event: Event): boolean {
  const isNear = event.step === step || event.step === step - 1; // its step was saved meanwhile
  return (
    isNear &&
    event.provider === spent.provider &&
    event.model === spent.model &&
    (event.purpose ?? "answer") === spent.purpose &&
    event.inputTokens === spent.inputTokens &&
    event.outputTokens === spent.outputTokens &&
    event.ms === spent.ms
  );
}
