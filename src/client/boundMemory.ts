import type { ComponentApi } from "../component/_generated/component.js";
import { logRun, type LogLine } from "../shared/runLog.js";
import type { Health } from "../validators/health.js";
import type { Caller } from "../validators/principal.js";
import { BlocksClient } from "./blocks.js";
import { BudgetsClient } from "./budgets.js";
import { ContextsClient } from "./contexts.js";
import type { QueryCtx } from "./ctx.js";
import { DocumentsClient } from "./documents.js";
import { EmbeddingsClient } from "./embeddings.js";
import { ExtractionClient } from "./extraction.js";
import { FactsClient } from "./facts.js";
import { FilesClient } from "./files.js";
import { MessagesClient } from "./messages.js";
import { PricesClient } from "./prices.js";
import { RecallClient } from "./recall.js";
import { RunsClient } from "./runs.js";
import type { MemoryScope } from "./scopes.js";
import { DEFAULT_SETTINGS, type ClientSettings } from "./settings.js";
import { StreamsClient } from "./streams.js";
import { SummariesClient } from "./summaries.js";
import { ThreadsClient } from "./threads.js";
import { TurnsClient } from "./turns.js";
import { UsageClient } from "./usage.js";

/** The memory as one caller sees it: every call is checked against it inside the component. */
export class BoundMemory {
  readonly threads: ThreadsClient;
  readonly messages: MessagesClient;
  readonly runs: RunsClient;
  readonly turns: TurnsClient;
  readonly streams: StreamsClient;
  readonly contexts: ContextsClient;
  readonly documents: DocumentsClient;
  readonly files: FilesClient;
  readonly usage: UsageClient;
  readonly prices: PricesClient;
  readonly budgets: BudgetsClient;
  readonly entries: RecallClient;
  readonly embeddings: EmbeddingsClient;
  readonly facts: FactsClient;
  readonly blocks: BlocksClient;
  readonly extraction: ExtractionClient;
  readonly summaries: SummariesClient;

  constructor(
    readonly component: ComponentApi,
    readonly caller: Caller,
    private readonly settings: ClientSettings = DEFAULT_SETTINGS,
  ) {
    this.threads = new ThreadsClient(component, caller);
    this.messages = new MessagesClient(component, caller, settings);
    this.runs = new RunsClient(component, caller, settings);
    this.turns = new TurnsClient(component, caller, settings);
    this.streams = new StreamsClient(component, caller);
    this.contexts = new ContextsClient(component, caller);
    this.documents = new DocumentsClient(component, caller);
    this.files = new FilesClient(component, caller);
    this.usage = new UsageClient(component, caller);
    this.prices = new PricesClient(component, caller);
    this.budgets = new BudgetsClient(component, caller);
    this.entries = new RecallClient(component, caller);
    this.embeddings = new EmbeddingsClient(component, caller);
    this.facts = new FactsClient(component, caller);
    this.blocks = new BlocksClient(component, caller);
    this.extraction = new ExtractionClient(component, caller);
    this.summaries = new SummariesClient(component, caller);
  }

  /** What fits the question, within a token budget. See `RecallClient.search`. */
  recall(...args: Parameters<RecallClient["search"]>): ReturnType<RecallClient["search"]> {
    return this.entries.search(...args);
  }

  /**
   * Logs a line as JSON where the memory's `logs` has it: for runtimes. 20 lines a function execution at most. Give
   * names, counts and codes, never what was said. Throws nothing.
   *
   * @example memory.log(ctx, { event: "model.failed", runId, code: "MODEL_FAILED", ms });
   */
  log(ctx: QueryCtx, line: LogLine): void {
    logRun(ctx, this.settings.logs, line);
  }

  /**
   * How well a scope's memory is kept: duplicates and states as the writes counted them; what waits for a vector, was
   * never shown, is stale (not shown for `staleAfterMs`, 90 days unless told) or has expired, counted up to 200 each;
   * and blocks over a limit that was lowered. Live in a query. Throws `INVALID_ARGUMENT`, `THREAD_NOT_FOUND`.
   *
   * @example const { duplicateShare } = await memory.as(principal).health(ctx, { scope: "user" });
   */
  async health(ctx: QueryCtx, args: MemoryScope & { staleAfterMs?: number }): Promise<Health> {
    return await ctx.runQuery(this.component.health.get, { ...args, caller: this.caller });
  }
}
