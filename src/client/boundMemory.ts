import type { ComponentApi } from "../component/_generated/component.js";
import type { Caller } from "../validators/principal.js";
import { ContextsClient } from "./contexts.js";
import { DocumentsClient } from "./documents.js";
import { FilesClient } from "./files.js";
import { MessagesClient } from "./messages.js";
import { RecallClient } from "./recall.js";
import { RunsClient } from "./runs.js";
import { StreamsClient } from "./streams.js";
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
  readonly entries: RecallClient;

  constructor(
    readonly component: ComponentApi,
    readonly caller: Caller,
  ) {
    this.threads = new ThreadsClient(component, caller);
    this.messages = new MessagesClient(component, caller);
    this.runs = new RunsClient(component, caller);
    this.turns = new TurnsClient(component, caller);
    this.streams = new StreamsClient(component, caller);
    this.contexts = new ContextsClient(component, caller);
    this.documents = new DocumentsClient(component, caller);
    this.files = new FilesClient(component, caller);
    this.usage = new UsageClient(component, caller);
    this.entries = new RecallClient(component, caller);
  }

  /** What fits the question, within a token budget. See `RecallClient.search`. */
  recall(...args: Parameters<RecallClient["search"]>): ReturnType<RecallClient["search"]> {
    return this.entries.search(...args);
  }
}
