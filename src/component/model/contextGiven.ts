import { decodeTrace, type ContextTrace } from "../../shared/contextTrace.js";
import { agentScopeIn, tenantScope, threadScope, userScope } from "../../shared/scope.js";
import type { ContextAsk, ContextBlock, ContextEntry, ContextGiven } from "../../validators/context.js";
import type { ScopeKind } from "../../validators/principal.js";
import type { ThreadPlace } from "../../validators/thread.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { blockAt, blocksOf, toContextBlock } from "./blockReads.js";
import { findPart, readPart } from "./contextParts.js";
import { firstTrace } from "./contextTraces.js";

/** Which summary a turn may be shown, and from where on its messages are read. */
export type Overlay = { summary: Doc<"summaries"> | null; after?: ThreadPlace };

/** Overlays looked back through for one that ends before a turn: an earlier prompt may be answered again. */
const OVERLAYS_LOOKED_AT = 8;

/** The newest summary that tells nothing of later turns. None costs no read. */
export async function overlayOf(
  ctx: Pick<QueryCtx, "db">,
  head: Doc<"threadHeads">,
  turn: number,
): Promise<Overlay> {
  let id: Id<"summaries"> | undefined = head.summaryId;
  for (let looked = 0; id !== undefined && looked < OVERLAYS_LOOKED_AT; looked++) {
    const summary: Doc<"summaries"> | null = await ctx.db.get("summaries", id);
    if (summary === null) break;
    if (summary.to.turn <= turn) return { summary, after: summary.to };
    id = summary.parentId;
  }
  return { summary: null };
}

type Asked = {
  head: Doc<"threadHeads">;
  agentName: string;
  ask: ContextAsk;
  overlay: Overlay;
  long: number[][];
  /** Of a run that has begun: later calls are shown what the first was. */
  runId?: Id<"runs">;
};

/** What a context shows besides the messages: one range for each scope of blocks, and one for the agent's text. */
export async function readGiven(
  ctx: Pick<QueryCtx, "db">,
  { head, agentName, ask, overlay, long, runId }: Asked,
): Promise<ContextGiven> {
  const first = runId === undefined ? null : await firstTrace(ctx, runId);
  const trace = first === null ? null : decodeTrace(first.trace, null);
  const { summary } = overlay;
  const agent = agentScopeIn(userScope(head), agentName);
  const recalled = trace === null ? [] : await recalledAgain(ctx, head.threadId, trace);
  return {
    isAgentKnown: (await findPart(ctx, agent, ask.agentHash)) !== null,
    blocks: await snapshot(ctx, { head, agentName, kinds: ask.blocks ?? [], trace }),
    ...(summary === null
      ? {}
      : { summary: { summaryId: summary._id, text: summary.text, tokens: summary.tokens } }),
    ...(head.prunedTo === undefined ? {} : { prunedTo: head.prunedTo }),
    ...(head.tokenFactor === undefined ? {} : { tokenFactor: head.tokenFactor }),
    long,
    ...(first === null ? {} : { first: { trace: first.trace, recalled } }),
  };
}

type Snapshot = {
  head: Doc<"threadHeads">;
  agentName: string;
  kinds: readonly ScopeKind[];
  trace: ContextTrace | null;
};

/** The blocks as they are when a run begins; for its later calls as they were then, so that the prompt's start stays. */
async function snapshot(
  ctx: Pick<QueryCtx, "db">,
  { head, agentName, kinds, trace }: Snapshot,
): Promise<ContextBlock[]> {
  if (kinds.length === 0) return [];
  if (trace === null) {
    const scopes = kinds.flatMap((kind) => blockScope(head, kind, agentName) ?? []);
    return (await blocksOf(ctx, scopes)).filter(({ value }) => value !== "").map(toContextBlock);
  }
  const blocks: ContextBlock[] = [];
  for (const [blockId, version] of trace.blocks ?? []) {
    const block = await blockAt(ctx, blockId, version);
    if (typeof block === "object") blocks.push(block);
  }
  return blocks;
}

/** Where blocks of a kind live; a user's own are not shown in company. */
function blockScope(head: Doc<"threadHeads">, kind: ScopeKind, agentName: string): string | null {
  switch (kind) {
    case "thread":
      return threadScope(head.threadId);
    case "user":
      return head.shared === true ? null : userScope(head);
    case "agent":
      return agentScopeIn(userScope(head), agentName);
    case "tenant":
      return tenantScope(head);
  }
}

/** What the run's first call recalled and is not forgotten since. */
async function recalledAgain(
  ctx: Pick<QueryCtx, "db">,
  threadId: Id<"threads">,
  { recalled = [] }: ContextTrace,
): Promise<ContextEntry[]> {
  const entries: ContextEntry[] = [];
  for (const [kind, sourceId, ranks, tokens, hash] of recalled) {
    const text = await readPart(ctx, threadScope(threadId), hash);
    if (text !== null) entries.push({ kind, sourceId, ranks, tokens, hash, text });
  }
  return entries;
}
