import { decodeTrace, type ContextTrace } from "../../shared/contextTrace.js";
import { agentScopeIn, tenantScope, threadScope, userScope } from "../../shared/scope.js";
import type { ContextAsk, ContextBlock, ContextEntry, ContextGiven } from "../../validators/contextGiven.js";
import type { ScopeKind } from "../../validators/principal.js";
import type { ThreadPlace } from "../../validators/thread.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { blockAt, toContextBlock } from "./blockReads.js";
import { blocksIn } from "./blockRows.js";
import { findPart, readPart } from "./contextParts.js";
import { firstTrace } from "./contextTraces.js";
import { summaryBefore } from "./summaryReads.js";

/** Which summary a turn may be shown, and from where on its messages are read. */
export type Overlay = { summary: Doc<"summaries"> | null; after?: ThreadPlace };

/**
 * The newest summary that tells nothing of later turns; one that ends inside the turn stands for its older steps. None
 * costs no read.
 */
export async function overlayOf(ctx: QueryCtx, head: Doc<"threadHeads">, turn: number): Promise<Overlay> {
  const summary = await summaryBefore(ctx, head, turn + 1);
  return summary === null ? { summary } : { summary, after: summary.to };
}

type Asked = {
  head: Doc<"threadHeads">;
  agentName: string;
  ask: ContextAsk;
  overlay: Overlay;
  long: number[][];
  isCut?: boolean;
  /** Of a run that has begun: later calls are shown what the first was. */
  runId?: Id<"runs">;
};

/** What a context shows besides the messages: one range for each scope of blocks, and one for the agent's text. */
export async function readGiven(
  ctx: QueryCtx,
  { head, agentName, ask, overlay, long, isCut = false, runId }: Asked,
): Promise<ContextGiven> {
  const first = runId === undefined ? null : await firstTrace(ctx, runId);
  const trace = first === null ? null : decodeTrace(first.trace, null);
  const { summary } = overlay;
  const agent = agentScopeIn(userScope(head), agentName);
  const recalled = trace === null ? [] : await recalledAgain(ctx, head.threadId, trace);
  return {
    isAgentKnown: (await findPart(ctx, agent, ask.agentHash)) !== null,
    blocks: await snapshot(ctx, { head, agentName, kinds: ask.blocks ?? [], trace }),
    ...(summary === null ? {} : { summary: shownSummary(summary) }),
    ...(head.prunedTo === undefined ? {} : { prunedTo: head.prunedTo }),
    ...(head.tokenFactor === undefined ? {} : { tokenFactor: head.tokenFactor }),
    long,
    ...(isCut ? { isCut } : {}),
    ...(first === null ? {} : { first: { trace: first.trace, recalled } }),
  };
}

const shownSummary = ({ _id: summaryId, text, tokens, to }: Doc<"summaries">) => ({
  summaryId,
  text,
  tokens,
  to,
});

type Snapshot = {
  head: Doc<"threadHeads">;
  agentName: string;
  kinds: readonly ScopeKind[];
  trace: ContextTrace | null;
};

/** The blocks as they are when a run begins; for its later calls as they were then, so that the prompt's start stays. */
async function snapshot(ctx: QueryCtx, { head, agentName, kinds, trace }: Snapshot): Promise<ContextBlock[]> {
  if (kinds.length === 0) return [];
  if (trace === null) {
    const scopes = kinds.flatMap((kind) => blockScope(head, kind, agentName) ?? []);
    const found: Doc<"blocks">[] = [];
    for (const scope of scopes) found.push(...(await blocksIn(ctx, scope)));
    return found.map(toContextBlock); // an empty one too: it is there to be filled
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
  ctx: QueryCtx,
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
