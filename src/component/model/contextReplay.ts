import { prune } from "../../shared/contextPruning.js";
import { decodePlaces } from "../../shared/contextTrace.js";
import type { Position } from "../../shared/position.js";
import { agentScopeIn, threadScope, userScope } from "../../shared/scope.js";
import type { ContextHindrance, ContextSource } from "../../validators/context.js";
import type { ContextBlock } from "../../validators/contextGiven.js";
import type { ReadMaterial } from "../../validators/contextMaterial.js";
import { memoryError } from "../../validators/errors.js";
import type { Message } from "../../validators/message.js";
import type { Caller } from "../../validators/principal.js";
import type { Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { blockAt } from "./blockReads.js";
import { rowsAt } from "./contextExplain.js";
import { openTrace, type TraceArgs, type TracedCall } from "./contextOpen.js";
import { readPart } from "./contextParts.js";
import { isThere, recalledSource } from "./contextRecall.js";
import { fileIdsOf, isComplete, toMessage } from "./messageRows.js";
import { showAgain } from "./messages.js";
import { findHead } from "./threadAccess.js";

const changed = (source: ContextSource): ContextHindrance => ({ kind: "SOURCE_CHANGED", source });
const erased = (source: ContextSource): ContextHindrance => ({ kind: "SOURCE_ERASED", source });

/** Reads what a call was shown, or names the first source that was changed or erased since. */
export async function read(ctx: QueryCtx, args: TraceArgs): Promise<ReadMaterial | ContextHindrance> {
  const call = await openTrace(ctx, args);
  const { run, trace } = call;
  await checkReader(ctx, call, args.caller);
  const agent = await readPart(ctx, agentScopeIn(run.scope, run.agentName), trace.agent);
  if (agent === null) return erased({ kind: "instructions", id: trace.agent });
  const said = await readMessages(ctx, call);
  if ("kind" in said) return said;
  const blocks = await readBlocks(ctx, trace.blocks ?? []);
  if ("kind" in blocks) return blocks;
  const summary = await readSummary(ctx, trace.summary);
  if (summary !== null && typeof summary === "object") return summary;
  const recalled = await readRecalled(ctx, call);
  if ("kind" in recalled) return recalled;
  const files = await readFiles(ctx, said.messages);
  const isUpdated = ({ updatedAt }: ContextBlock) => updatedAt > run._creationTime;
  const suspects = [
    ...(trace.prepared === true ? [changed({ kind: "prepareStep" })] : []),
    ...files.flatMap(({ fileId, url }) => (url === null ? [erased({ kind: "file", id: fileId })] : [])),
    ...said.suspects,
    ...blocks.filter(isUpdated).map(({ blockId }) => changed({ kind: "block", id: blockId })),
  ];
  const { hash } = trace;
  const { messages } = said;
  return {
    kind: "material",
    hash,
    turn: run.turn,
    agent,
    blocks,
    summary,
    messages,
    recalled,
    files,
    suspects,
  };
}

/**
 * Blocks and recalled text may be of the owner's alone, from before others were let in. Throws `FORBIDDEN` for whoever
 * is neither the owner nor the one who was answered.
 */
async function checkReader(ctx: QueryCtx, { run, trace }: TracedCall, caller: Caller): Promise<void> {
  if (trace.blocks === undefined && trace.recalled === undefined) return;
  if (caller === "system" || userScope(caller) === run.scope) return;
  const head = await findHead(ctx, run.threadId);
  if (head === null || userScope(head) !== userScope(caller))
    throw memoryError(
      "FORBIDDEN",
      "This context shows memory that may be its user's alone: only they and the thread's owner may replay it.",
      { runId: run._id },
    );
}

type Said = { messages: Message[]; suspects: ContextHindrance[] };

async function readMessages(
  ctx: QueryCtx,
  { run, row, trace }: TracedCall,
): Promise<Said | ContextHindrance> {
  const places = decodePlaces(trace.places);
  const rows = await rowsAt(ctx, run, places);
  const messages: Message[] = [];
  const suspects: ContextHindrance[] = [];
  const prunedTo = trace.prunedTo === undefined ? null : placeOf(trace.prunedTo);
  for (const place of places) {
    const found = rows.find(({ turn, step }) => turn === place.turn && step === place.step);
    if (found === undefined || !isComplete(found)) return erased({ kind: "message", place });
    const source = { kind: "message" as const, id: found._id, place };
    const editedAt = found.editedAt ?? 0;
    if (editedAt > row._creationTime) return changed(source);
    if (editedAt > run._creationTime) suspects.push(changed(source));
    const shown = prune(toMessage(found), prunedTo, trace.pruning);
    messages.push(place.turn === run.turn ? await showAgain(ctx, shown, trace.long ?? []) : shown);
  }
  return { messages, suspects };
}

const placeOf = ([turn, step]: [number, number]): Position => ({ turn, step });

async function readBlocks(
  ctx: QueryCtx,
  shown: readonly [blockId: string, version: number][],
): Promise<ContextBlock[] | ContextHindrance> {
  const blocks: ContextBlock[] = [];
  for (const [id, version] of shown) {
    const block = await blockAt(ctx, id, version);
    if (block === "erased") return erased({ kind: "block", id });
    if (block === "changed") return changed({ kind: "block", id });
    blocks.push(block);
  }
  return blocks;
}

async function readSummary(
  ctx: QueryCtx,
  summaryId: string | undefined,
): Promise<string | null | ContextHindrance> {
  if (summaryId === undefined) return null;
  const id = ctx.db.normalizeId("summaries", summaryId);
  const summary = id === null ? null : await ctx.db.get("summaries", id);
  return summary === null ? erased({ kind: "summary", id: summaryId }) : summary.text;
}

/** The texts as they were shown, while what they were recalled from is there as it was. */
async function readRecalled(ctx: QueryCtx, { run, trace }: TracedCall): Promise<string[] | ContextHindrance> {
  const texts: string[] = [];
  for (const [kind, sourceId, , , hash] of trace.recalled ?? []) {
    const source = recalledSource(kind, sourceId);
    if (!(await isThere(ctx, { kind, sourceId }))) return erased(source);
    const text = await readPart(ctx, threadScope(run.threadId), hash);
    if (text === null) return changed(source);
    texts.push(text);
  }
  return texts;
}

async function readFiles(ctx: QueryCtx, messages: readonly Message[]): Promise<ReadMaterial["files"]> {
  const ids = new Set(messages.flatMap(({ parts }) => fileIdsOf(parts)));
  return await Promise.all([...ids].map(async (fileId) => ({ fileId, url: await urlOf(ctx, fileId) })));
}

async function urlOf(ctx: QueryCtx, fileId: string): Promise<string | null> {
  const id: Id<"files"> | null = ctx.db.normalizeId("files", fileId);
  const file = id === null ? null : await ctx.db.get("files", id);
  return file === null ? null : await ctx.storage.getUrl(file.storageId);
}
