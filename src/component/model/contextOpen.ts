import type { ContextTrace } from "../../shared/contextTrace.js";
import { isMemoryError, memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { traceOf } from "./contextTraces.js";
import { openThread } from "./threads.js";

export type TraceArgs = { caller: Caller; messageId: string };

/** A call of a model, found by the message that it wrote. */
export type TracedCall = {
  message: Doc<"messages">;
  run: Doc<"runs">;
  row: Doc<"contextTraces">;
  trace: ContextTrace;
};

/**
 * The call that wrote a message, for whoever may read its thread. Messages that no model wrote, or without a trace,
 * and missing, foreign and malformed ids all throw `TRACE_NOT_FOUND`.
 */
export async function openTrace(ctx: QueryCtx, { caller, messageId }: TraceArgs): Promise<TracedCall> {
  const id = ctx.db.normalizeId("messages", messageId);
  const message = id === null ? null : await ctx.db.get("messages", id);
  if (message === null || message.runId === undefined) throw traceNotFound(messageId);
  try {
    await openThread(ctx, caller, message.threadId, "read");
  } catch (error) {
    throw isMemoryError(error, "THREAD_NOT_FOUND") ? traceNotFound(messageId) : error;
  }
  const run = await ctx.db.get("runs", message.runId);
  const found = run === null ? null : await traceOf(ctx, { runId: run._id, step: message.step });
  if (run === null || found === null) throw traceNotFound(messageId);
  return { message, run, ...found };
}

const traceNotFound = (messageId: string) =>
  memoryError(
    "TRACE_NOT_FOUND",
    "No trace of a call of a model for this message and principal: ask for a message that an agent wrote.",
    { messageId },
  );
