import type { ComponentApi } from "../component/_generated/component.js";
import { plainToEmbed } from "../shared/embeddedText.js";
import { checkQuestion } from "../shared/recallArguments.js";
import { wellFormed } from "../shared/wellFormed.js";
import type { DocumentFilter } from "../validators/document.js";
import { memoryError } from "../validators/errors.js";
import type { Caller, ScopeKind } from "../validators/principal.js";
import type { RecallHit, RecallKind } from "../validators/recall.js";
import type { EntryVector } from "../validators/recallEntry.js";
import type { Usage } from "../validators/usage.js";
import type { ActionCtx, QueryCtx } from "./ctx.js";
import { filterText } from "./documents.js";
import { embedUnknown, type Embed } from "./embed.js";
import { rerankHits, reachForRerank, type Rerank } from "./rerank.js";

/** What to find, and where to look. */
export type RecallQuestion = {
  query: string;
  /** Messages, facts and chunks unless told. */
  kinds?: RecallKind[];
  /** The user's own unless told. `thread` needs `threadId`. In a shared thread only the thread answers. */
  scopes?: ScopeKind[];
  threadId?: string;
  /** Leaves out messages of the thread from this turn on: the question itself stands there. */
  beforeTurn?: number;
  /**
   * Only passages of documents whose metadata holds every key with exactly that value; messages and facts have none,
   * so they do not answer then.
   */
  filter?: DocumentFilter;
  /** Hits at most: 50 unless told, never more. */
  limit?: number;
  /** Tokens of all texts at most, by estimate: 2,000 unless told. */
  maxTokens?: number;
  /** Only what was said or written from then on, in ms since the epoch. */
  after?: number;
  /** Only what was said or written before then, in ms since the epoch. */
  before?: number;
  /** Turns, or chunks, shown on each side of a hit: 0 unless told, 3 at most. What overlaps becomes one hit. */
  neighbours?: number;
  /** By how much the newest is raised over the oldest, as a share from 0 to 1; half of it is lost in 30 days. 0.1 unless told. */
  recency?: number;
  /** How far vectors are trusted where words are found, from 0 to 1: what `embed` says, or 1. */
  vectorWeight?: number;
  /** Gives each hit a `why`: its place in each list, what each signal added, and the same in words. */
  explain?: boolean;
};

/** A question with its vector, or with what makes one; and what to store in the same call. */
export type RecallSearch = RecallQuestion & {
  /** Embeds the question; ignored when `vector` is given. */
  embed?: Embed;
  vector?: number[];
  /** Who made `vector` and the vectors of `store`. */
  embedder?: string;
  store?: EntryVector[];
  /** Entries whose text the embedder refused. */
  refused?: string[];
  /** Puts the best in a new order, by their texts. `rerankWith` of `convex-agent-memory/ai` makes one of a model. */
  rerank?: Rerank;
  /** Takes what reranking cost, to be recorded with something else; else it is recorded by a call of its own. */
  onRerankUsage?: (usage: Usage) => void;
  /** What making the vectors cost: recorded once with `operationId`. */
  usage?: Usage;
  runId?: string;
  operationId?: string;
};

/** Hits, best first. `warnings` only where something went wrong that did not cost the answer. */
export type RecallAnswer = { hits: RecallHit[]; warnings?: string[] };

const DEFAULT_KINDS: RecallKind[] = ["message", "fact", "chunk"];
const DEFAULT_SCOPES: ScopeKind[] = ["user"];

/** What can be found by words and by meaning. */
export class RecallClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Finds what fits a question: by words, and by meaning where there is a vector, in one component call. Best first,
   * each hit with its text and how to cite it, within `maxTokens`. What is stored on the way is found as well.
   * Where `rerank` fails, the order stays and `warnings` says so. Reading is safe to retry; give `operationId` where
   * `usage` must be recorded once.
   *
   * Throws `THREAD_NOT_FOUND`, `EMBEDDING_FAILED`, or `INVALID_ARGUMENT` for numbers out of their range and for
   * vectors that cannot be compared; nothing is stored then.
   *
   * @example const { hits } = await memory.as(principal).recall(ctx, { query, kinds: ["chunk"], scopes: ["tenant"] });
   */
  async search(
    ctx: ActionCtx,
    { embed, rerank, onRerankUsage, ...given }: RecallSearch,
  ): Promise<RecallAnswer> {
    const asked = { ...this.question(given), vectorWeight: given.vectorWeight ?? embed?.weight };
    checkQuestion(asked);
    checkEmbedder(given, embed);
    const reach = reachForRerank(rerank, given);
    const made = given.vector === undefined ? await this.embedQuestion(ctx, embed, asked.query) : {};
    const usage = given.usage ?? made.usage;
    const { hits } = await ctx.runAction(this.component.recall.search, {
      ...asked,
      ...made,
      ...reach,
      ...(usage === undefined ? {} : { usage }),
    });
    if (rerank === undefined) return { hits };
    const { usage: spent, ...answer } = await rerankHits(rerank, hits, given);
    if (spent === undefined) return answer;
    if (onRerankUsage === undefined) return await this.recordRerank(ctx, answer, { ...given, usage: spent });
    onRerankUsage(spent);
    return answer;
  }

  /** In a call of its own: nothing follows that could take it along. The answer is not lost where that fails. */
  private async recordRerank(
    ctx: ActionCtx,
    answer: RecallAnswer,
    { usage, threadId, runId }: Pick<RecallSearch, "threadId" | "runId"> & { usage: Usage },
  ): Promise<RecallAnswer> {
    try {
      await ctx.runMutation(this.component.usage.record, { caller: this.caller, usage, threadId, runId });
      return answer;
    } catch {
      const { warnings = [] } = answer;
      return { ...answer, warnings: [...warnings, "What reranking cost could not be recorded."] };
    }
  }

  /** As `search`, by words alone: in a query, and live. Throws `THREAD_NOT_FOUND` and `INVALID_ARGUMENT`. */
  async searchText(ctx: QueryCtx, question: RecallQuestion): Promise<{ hits: RecallHit[] }> {
    const asked = this.question(question);
    checkQuestion(asked);
    return await ctx.runQuery(this.component.recall.searchText, asked);
  }

  /** The question's vector, made once a day: a question that was asked before is not embedded again. */
  private async embedQuestion(ctx: QueryCtx, embed: Embed | undefined, query: string): Promise<MadeVector> {
    if (embed === undefined || query.trim() === "") return {};
    const known = { ctx, component: this.component };
    const { vectors, textHashes, usage, made } = await embedUnknown(known, embed, [plainToEmbed(query)]);
    return {
      vector: vectors[0],
      embedder: embed.name,
      usage,
      ...(made === 0 ? {} : { queryHash: textHashes[0] }),
    };
  }

  /** The question as the component takes it. What is undefined counts as not given. */
  private question<Asked extends RecallQuestion>({ filter, ...asked }: Asked) {
    return {
      ...asked,
      caller: this.caller,
      query: wellFormed(asked.query),
      kinds: asked.kinds ?? DEFAULT_KINDS,
      scopes: asked.scopes ?? DEFAULT_SCOPES,
      filter: filter === undefined ? undefined : filterText(filter),
    };
  }
}

/** One call stores and compares the vectors of one embedder: those of another would go by a wrong name. */
function checkEmbedder({ embedder, store = [], vector }: RecallSearch, embed: Embed | undefined): void {
  const isOther = embed !== undefined && embedder !== undefined && embedder !== embed.name;
  if (!isOther || vector !== undefined || store.length === 0) return;
  throw memoryError("INVALID_ARGUMENT", "`store` holds vectors of another embedder than `embed`.", {
    embedder,
    embed: embed.name,
  });
}

type MadeVector = { vector?: number[]; embedder?: string; queryHash?: string; usage?: Usage };
