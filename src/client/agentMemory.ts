import type { ComponentApi } from "../component/_generated/component.js";
import type { Caller, Principal } from "../validators/principal.js";
import { DocumentsClient } from "./documents.js";
import { createApi, type ExposedApi, type ExposeOptions } from "./exposeApi.js";
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

/**
 * The client of the component.
 *
 * @example
 * export const memory = new AgentMemory(components.agentMemory);
 * const { threadId } = await memory.as({ userId }).threads.create(ctx, { title: "Hello" });
 */
export class AgentMemory {
  constructor(readonly component: ComponentApi) {}

  /** Binds a principal: who asks. The app has authenticated it; the component checks it on every path. */
  as(principal: Principal): BoundMemory {
    return new BoundMemory(this.component, principal);
  }

  /** Passes every check. For crons, migrations and other code of the app that acts for nobody in particular. */
  asSystem(): BoundMemory {
    return new BoundMemory(this.component, "system");
  }

  /**
   * Ready-made public functions for browsers. `authorize` runs first in each of them and returns the principal, or
   * throws; there is no default.
   *
   * @example export const { listMessages, followStream, getRun } = memory.exposeApi({ authorize: principal });
   */
  exposeApi(options: ExposeOptions): ExposedApi {
    return createApi(this, options);
  }
}
