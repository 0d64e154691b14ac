import { comparePositions, PROMPT_STEP, type Position } from "../../shared/position.js";
import { callsToRun } from "../../shared/toolGroups.js";
import { memoryError } from "../../validators/errors.js";
import type { NewSummary } from "../../validators/summaryWork.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { isComplete } from "./messageRows.js";
import { isActive } from "../../shared/runState.js";
import { stateOf } from "./runRows.js";
import { rowsBehind } from "./summaryRows.js";

/** True when the run under way must still see what would be covered: its prompt alone, its newest group, its turn's end. */
export async function isNeeded(ctx: QueryCtx, head: Doc<"threadHeads">, to: Position): Promise<boolean> {
  const run = head.activeRunId === undefined ? null : await ctx.db.get("runs", head.activeRunId);
  if (run === null || !isActive(stateOf(run)) || to.turn < run.turn) return false;
  if (to.turn > run.turn || to.step === PROMPT_STEP) return true;
  const next = await firstBehind(ctx, { threadId: head.threadId, place: to, counts: isNotSteering });
  if (next?.turn !== to.turn || next.role === "tool") return true;
  return await isOpen(ctx, head.threadId, to);
}

type Behind = {
  threadId: Id<"threads">;
  place: Position | null;
  /** Which rows are looked for; all unless told. */
  counts?: (row: Doc<"messages">) => boolean;
};

async function firstBehind(
  ctx: QueryCtx,
  { threadId, place, counts = () => true }: Behind,
): Promise<Doc<"messages"> | null> {
  for await (const row of rowsBehind(ctx, threadId, place)) if (counts(row)) return row;
  return null;
}

/** What the user said meanwhile does not follow a tool group as an answer does: the group is still the newest. */
const isNotSteering = ({ role, step }: Doc<"messages">): boolean => role !== "user" || step === PROMPT_STEP;

/** True when a call at or before the place, in its turn, waits for its result. */
async function isOpen(ctx: QueryCtx, threadId: Id<"threads">, { turn, step }: Position): Promise<boolean> {
  const answered = new Set<string>();
  const rows = ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", threadId).eq("turn", turn).lte("step", step))
    .order("desc");
  for await (const row of rows) {
    for (const part of row.parts) if (part.type === "toolResult") answered.add(part.callId);
    const asked = callsToRun(row.parts);
    if (asked.some(({ callId }) => !answered.has(callId))) return true;
    if (row.role !== "tool") return false; // groups before this one were whole when the model was asked again
  }
  return false;
}

/** The row at a place. */
export const findRow = (
  ctx: QueryCtx,
  threadId: Id<"threads">,
  { turn, step }: Position,
): Promise<Doc<"messages"> | null> =>
  ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", threadId).eq("turn", turn).eq("step", step))
    .unique();

/** The refusal of a place where nothing stands. */
export const noSuchPlace = (field: string, { turn, step }: Position) =>
  memoryError("INVALID_ARGUMENT", `No complete message of the thread stands at \`${field}\`.`, {
    turn,
    step,
  });

type Places = { threadId: Id<"threads">; parent: Doc<"summaries"> | null; summary: NewSummary };

/** Every message is covered once: a summary begins right behind the one before it, and ends between whole groups. */
export async function checkPlaces(ctx: QueryCtx, { threadId, parent, summary }: Places): Promise<void> {
  const { from, to } = summary;
  const first = await firstBehind(ctx, { threadId, place: parent?.to ?? null, counts: isComplete });
  if (first === null || comparePositions(first, from) !== 0)
    throw memoryError("INVALID_ARGUMENT", "`from` must be the first message that no summary covers.", {
      turn: from.turn,
      step: from.step,
    });
  const last = await findRow(ctx, threadId, to);
  if (last === null || !isComplete(last)) throw noSuchPlace("summary.to", to);
  const next = await firstBehind(ctx, { threadId, place: to });
  const splits = next?.turn === to.turn && (next.role === "tool" || (await isOpen(ctx, threadId, to)));
  if (!splits) return;
  throw memoryError(
    "INVALID_ARGUMENT",
    "A summary must not part a call from its results: end it elsewhere.",
    {
      turn: to.turn,
      step: to.step,
    },
  );
}
