import type { Spent } from "../../validators/spent.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import type { StepCall } from "./turnUsage.js";

/** Events looked at, beside as many as there are calls, for calls that were recorded before: those of a step or two. */
const EVENTS_LOOKED_AT = 200;

type Event = Doc<"usageEvents">;

/**
 * The calls that are in none of the newest events of the run: so that repeating a save adds nothing. Calls with a `key`
 * are known by it. Of others, two of one step that took equally long and used the same are told apart by their number.
 * `isEnd`: whoever ends the run may not know that its last step was saved.
 */
export async function unrecorded(
  ctx: QueryCtx,
  run: Doc<"runs">,
  { calls, isEnd = false }: { calls: readonly StepCall[]; isEnd?: boolean | undefined },
): Promise<StepCall[]> {
  if (calls.length === 0) return [];
  const left = await ctx.db
    .query("usageEvents")
    .withIndex("by_run", (q) => q.eq("runId", run._id))
    .order("desc")
    .take(EVENTS_LOOKED_AT + calls.length);
  return calls.filter((call) => {
    const place = left.findIndex((event) => isSame(call, event, isEnd));
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

function isSame({ step, spent }: StepCall, event: Event, isEnd: boolean): boolean {
  if (spent.key !== undefined || event.key !== undefined) return event.key === spent.key;
  const isNear = event.step === step || (isEnd && spent.purpose !== "tool" && event.step === step - 1);
  return isNear && isSameWork(spent, event) && isSameCost(spent, event);
}

const isSameWork = (spent: Spent, event: Event): boolean =>
  event.provider === spent.provider &&
  event.model === spent.model &&
  (event.purpose ?? "answer") === spent.purpose &&
  event.inputTokens === spent.inputTokens &&
  event.outputTokens === spent.outputTokens &&
  event.ms === spent.ms;

/** A cost that was told in another currency is not on the event. */
const isSameCost = ({ costMicros, currency }: Spent, event: Event): boolean =>
  costMicros === undefined || currency !== undefined || event.costMicros === costMicros;
