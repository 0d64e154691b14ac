import { TokenBudget } from "../../shared/recallBudget.js";
import type { RankedRow } from "../../shared/recallRank.js";
import { Spans, type Span } from "../../shared/recallSpans.js";
import type { RecallHit } from "../../validators/recall.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import type { Candidates } from "./recallCandidates.js";
import type { Reach } from "./recallReach.js";
import { isExhausted, readAround, readSource, type Reading, type Source } from "./recallSources.js";

type Bounds = { maxHits: number; maxTokens: number; neighbours: number };
type Found = { source: Source; ranked: RankedRow };

/**
 * The best candidates with their texts, within the token budget. Reads a text only when its turn comes, and leaves
 * out what is no longer there: replaced chunks, removed threads, facts that ended, messages that are not complete.
 */
export async function readHits(
  ctx: QueryCtx,
  { ranked, candidates }: { ranked: readonly RankedRow[]; candidates: Candidates },
  { reach, maxHits, maxTokens, neighbours }: Bounds & { reach: Reach },
): Promise<{ source: RecallHit; ranked: RankedRow }[]> {
  const reading: Reading = { reach, neighbours, documents: new Map(), openThreads: new Map(), bytes: 0 };
  const budget = new TokenBudget(maxTokens, maxHits);
  const spans = new Spans<Found>();
  for (const row of ranked) {
    if (budget.isFull || isExhausted(reading)) break;
    const entry = candidates.entries.get(row.row.id);
    if (entry === undefined || spans.has(entry.sourceId)) continue; // shown beside a better one
    const source = await readSource(ctx, entry, reading);
    const fitting = source === null ? null : budget.take(source);
    if (fitting !== null)
      await addSpan(ctx, { entry, source: fitting, ranked: row }, { reading, budget, spans });
  }
  const ranks = ranksOf(candidates);
  return spans.list().map((span) => ({ source: hitOf(span, ranks), ranked: span.hit.ranked }));
}

type Adding = { reading: Reading; budget: TokenBudget; spans: Spans<Found> };

async function addSpan(
  ctx: QueryCtx,
  { entry, source, ranked }: Found & { entry: Doc<"recallEntries"> },
  { reading, budget, spans }: Adding,
): Promise<void> {
  const around = await readAround(ctx, { entry, source }, reading);
  const taken = around.filter((piece) => !spans.has(piece.sourceId) && budget.takeBeside(piece));
  const { sourceId, order, text, tokens } = source;
  spans.add(
    { source, ranked },
    [{ sourceId, order, text, tokens }, ...taken],
    around.map((piece) => piece.sourceId),
  );
}

type Ranks = { lexical: Map<string, number>; vector: Map<string, number> };

function ranksOf({ lexical, vector }: Candidates): Ranks {
  const places = (ids: readonly string[]) => new Map(ids.map((id, index) => [id, index + 1]));
  return { lexical: places(lexical), vector: places(vector) };
}

/** One hit of a span: its text whole, everything else of its best. */
function hitOf({ hit: { source, ranked }, pieces }: Span<Found>, { lexical, vector }: Ranks): RecallHit {
  const { order: _, ...shown } = source;
  const { id } = ranked.row;
  const isSpan = pieces.length > 1;
  return {
    ...shown,
    text: isSpan ? pieces.map(({ text }) => text).join(source.kind === "chunk" ? "\n\n" : "\n") : source.text,
    tokens: pieces.reduce((sum, { tokens }) => sum + tokens, 0),
    score: ranked.score,
    lexicalRank: lexical.get(id),
    vectorRank: vector.get(id),
    ...(isSpan ? { sourceIds: pieces.map(({ sourceId }) => sourceId) } : {}),
  };
}
