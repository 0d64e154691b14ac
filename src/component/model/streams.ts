import { getDocumentSize } from "convex/values";
import { foldDeltas, parseDeltas } from "../../shared/foldDeltas.js";
import {
  PAGE_MAX_BYTES,
  PARTIAL_MAX_BYTES,
  RUN_LEASE_MS,
  STREAM_CHUNK_MAX_BYTES,
  STREAM_CURSOR_QUANTUM,
  STREAM_PAGE_CHUNKS,
  STREAM_RETENTION_MS,
} from "../../shared/limits.js";
import { userScope } from "../../shared/scope.js";
import type { Part } from "../../validators/content.js";
import { isMemoryError, memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { ProviderError } from "../../validators/providerError.js";
import type { StreamChunk, StreamState } from "../../validators/stream.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { insertMessage } from "./messages.js";
import { armSweep } from "./sweeps.js";
import { openThread } from "./threads.js";

type StreamPlace = {
  run: Pick<Doc<"runs">, "_id" | "threadId" | "scope" | "turn" | "agentName" | "engine">;
  step: number;
};
/** Why a stream ended before its answer was whole. */
export type StreamFailure = { code: string; reason: string; error?: ProviderError };
type StreamStart = { streamId: Id<"streams">; messageId: Id<"messages"> };

/** Opens a stream at a place: the message row stands there from now on, and keeps its id. */
export async function startStream(ctx: MutationCtx, { run, step }: StreamPlace): Promise<StreamStart> {
  const { messageId } = await insertMessage(ctx, {
    threadId: run.threadId,
    turn: run.turn,
    step,
    role: "assistant",
    parts: [],
    runId: run._id,
    agentName: run.agentName,
  });
  const streamId = await openOn(ctx, run, messageId);
  return { streamId, messageId };
}

/** Ends a stream whose step is run again and opens a new one on the same message row. */
export async function restartStream(
  ctx: MutationCtx,
  run: StreamPlace["run"],
  old: Doc<"streams">,
): Promise<StreamStart> {
  await endStream(ctx, old, { code: "STEP_RESTARTED", reason: "The step was started again." });
  const streamId = await openOn(ctx, run, old.messageId);
  return { streamId, messageId: old.messageId };
}

async function openOn(ctx: MutationCtx, run: StreamPlace["run"], messageId: Id<"messages">) {
  const streamId = await ctx.db.insert("streams", {
    threadId: run.threadId,
    messageId,
    scope: run.scope,
    state: { kind: "streaming" },
    runId: run._id,
  });
  await ctx.db.patch("messages", messageId, { state: { kind: "streaming", streamId } });
  // An action that dies says nothing: a sweep looks after what it left. A workflow starts its step again by itself.
  if (run.engine !== "durable") await armSweep(ctx, "lostStreams", { delayMs: RUN_LEASE_MS });
  return streamId;
}

/** Finishes a stream, or aborts it when a reason is given; its chunks are swept a while later. */
export async function endStream(
  ctx: MutationCtx,
  stream: Doc<"streams">,
  aborted?: StreamFailure,
): Promise<void> {
  if (stream.state.kind !== "streaming") return;
  const endedAt = Date.now();
  const state: StreamState =
    aborted === undefined ? { kind: "finished", endedAt } : { kind: "aborted", endedAt, ...aborted };
  await ctx.db.patch("streams", stream._id, { state });
  await armSweep(ctx, "streams", { delayMs: STREAM_RETENTION_MS });
}

/** What was streamed so far, as parts; cut after `PARTIAL_MAX_BYTES` of deltas. */
export async function foldStream(ctx: QueryCtx, streamId: Id<"streams">): Promise<Part[]> {
  const deltas = [];
  let bytes = 0;
  const rows = ctx.db.query("streamChunks").withIndex("by_stream", (q) => q.eq("streamId", streamId));
  for await (const chunk of rows) {
    bytes += chunk.deltas.length;
    if (bytes > PARTIAL_MAX_BYTES) break;
    deltas.push(...parseDeltas(chunk.deltas));
  }
  return foldDeltas(deltas);
}

/** Adds a chunk while the stream is open; a `seq` that is there is left as it is. */
export async function append(
  ctx: MutationCtx,
  { caller, streamId, seq, deltas }: { caller: Caller; streamId: string } & StreamChunk,
): Promise<{ alive: boolean }> {
  const stream = await findStream(ctx, streamId);
  if (caller !== "system" && userScope(caller) !== stream.scope) throw streamNotFound(streamId);
  if (!Number.isInteger(seq) || seq < 0)
    throw memoryError("INVALID_ARGUMENT", "`seq` must be an integer from 0.", { seq });
  if (deltas.length > STREAM_CHUNK_MAX_BYTES)
    throw memoryError("INVALID_ARGUMENT", "The deltas are too long for one append: split them.", {
      length: deltas.length,
      maxLength: STREAM_CHUNK_MAX_BYTES,
    });
  if (stream.state.kind !== "streaming") return { alive: false };
  const known = await ctx.db
    .query("streamChunks")
    .withIndex("by_stream", (q) => q.eq("streamId", stream._id).eq("seq", seq))
    .first();
  if (known === null) await ctx.db.insert("streamChunks", { streamId: stream._id, seq, deltas });
  return { alive: true };
}

type Follow = { caller: Caller; streamId: string; after: number; threadId?: string };

/** A page of chunks, for whoever may read the thread. A stream of another thread than the one named is not found. */
export async function follow(ctx: QueryCtx, { caller, streamId, after, threadId }: Follow) {
  const stream = await findStream(ctx, streamId);
  if (threadId !== undefined && threadId !== stream.threadId) throw streamNotFound(streamId);
  await openThread(ctx, caller, stream.threadId, "read").catch((error: unknown) => {
    throw isMemoryError(error, "THREAD_NOT_FOUND") ? streamNotFound(streamId) : error;
  });
  const from = Number.isFinite(after) ? Math.max(0, after - (after % STREAM_CURSOR_QUANTUM)) : 0;
  const { chunks, more } = await readChunks(ctx, stream._id, from);
  return { state: stream.state, messageId: stream.messageId, chunks, more };
}

/** Stops by chunks and by bytes, but never within the quantum that cursors are rounded to: readers would not get on. */
async function readChunks(
  ctx: QueryCtx,
  streamId: Id<"streams">,
  from: number,
): Promise<{ chunks: StreamChunk[]; more: boolean }> {
  const chunks: StreamChunk[] = [];
  let bytes = 0;
  const rows = ctx.db
    .query("streamChunks")
    .withIndex("by_stream", (q) => q.eq("streamId", streamId).gte("seq", from));
  for await (const row of rows) {
    chunks.push({ seq: row.seq, deltas: row.deltas });
    bytes += getDocumentSize(row);
    const isLong = bytes > PAGE_MAX_BYTES && chunks.length >= STREAM_CURSOR_QUANTUM;
    if (isLong || chunks.length === STREAM_PAGE_CHUNKS) return { chunks, more: true };
  }
  return { chunks, more: false };
}

async function findStream(ctx: QueryCtx, streamId: string): Promise<Doc<"streams">> {
  const id = ctx.db.normalizeId("streams", streamId);
  const stream = id === null ? null : await ctx.db.get("streams", id);
  if (stream === null) throw streamNotFound(streamId);
  return stream;
}

const streamNotFound = (streamId: string) =>
  memoryError(
    "STREAM_NOT_FOUND",
    "No such stream for this principal: it may have been swept after its end.",
    {
      streamId,
    },
  );
