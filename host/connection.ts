// One client's WebSocket: its query set, its identity and the states it was told of.
import type { JSONValue } from "convex/values";
import type { WebSocket } from "ws";
import type { Engine } from "./engine.js";
import type { Identity } from "./execution.js";
import { decodeToken } from "./identity.js";
import {
  encodeTimestamp,
  normalizeFunctionPath,
  type ClientMessage,
  type ServerMessage,
  type StateModification,
} from "./protocol.js";
import { callPublic, type WireOutcome } from "./publicCalls.js";
import type { RequestLog } from "./requestLog.js";
import type { Subscription, Subscriptions } from "./subscriptions.js";

/** A query keeps being overtaken by commits only under a flood of writes; then the client waits for the next turn. */
const MAX_REFRESH_ROUNDS = 20;

type Watched = { subscription: Subscription; sentVersion: number };
type MessageOf<T extends ClientMessage["type"]> = Extract<ClientMessage, { type: T }>;

function failureFields(outcome: Extract<WireOutcome, { ok: false }>) {
  return { success: false as const, result: outcome.failure.message, errorData: outcome.failure.data };
}

/** What all connections share. */
export type ConnectionServer = { engine: Engine; subscriptions: Subscriptions; requests: RequestLog };

export class Connection {
  sessionId = "";
  readonly #server: ConnectionServer;
  readonly #socket: WebSocket;
  readonly #queries = new Map<number, Watched>();
  readonly #removed: number[] = [];
  #identity: Identity | null = null;
  // What the client was told last, and what it asked for since.
  #told = { querySet: 0, identity: 0, ts: 0n };
  #asked = { querySet: 0, identity: 0 };
  #owesTransition = false;
  #flushing = false;
  #flushAgain = false;
  #scheduled = false;
  #closed = false;
  // A client's mutations run one after the other, in the order sent.
  #mutations: Promise<void> = Promise.resolve();

  constructor(server: ConnectionServer, socket: WebSocket) {
    this.#server = server;
    this.#socket = socket;
  }

  send(message: ServerMessage): void {
    if (!this.#closed) this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#closed = true;
    for (const queryId of [...this.#queries.keys()]) this.#unwatch(queryId);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Sends the new state in the next turn of the event loop, after any response that is about to go out. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#server.engine.clock.soon(() => {
      this.#scheduled = false;
      this.#flush().catch((error: unknown) => this.#fail(error));
    });
  }

  /** A text that is no message ends the connection, never the host. */
  receiveText(text: string): void {
    try {
      this.#receive(JSON.parse(text) as ClientMessage);
    } catch (error) {
      this.#fail(error);
    }
  }

  #receive(message: ClientMessage): void {
    switch (message.type) {
      case "Connect":
        this.sessionId = message.sessionId;
        return;
      case "Authenticate":
        return this.#authenticate(message);
      case "ModifyQuerySet":
        return this.#modifyQuerySet(message);
      case "Mutation":
        this.#mutations = this.#mutations
          .then(() => this.#mutate(message))
          .catch((error: unknown) => this.#fail(error));
        return;
      case "Action":
        this.#act(message).catch((error: unknown) => this.#fail(error));
        return;
      case "Event":
        return;
      default:
        message satisfies never;
        this.#fail(new Error("Unknown message"));
    }
  }

  #fail(error: unknown): void {
    this.send({ type: "FatalError", error: error instanceof Error ? error.message : String(error) });
    this.#socket.close();
  }

  #authenticate(message: MessageOf<"Authenticate">): void {
    try {
      this.#identity = message.tokenType === "User" ? decodeToken(message.value ?? "") : null;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.send({
        type: "AuthError",
        error: text,
        baseVersion: message.baseVersion,
        authUpdateAttempted: true,
      });
      return;
    }
    this.#asked.identity = message.baseVersion + 1;
    for (const [queryId, { subscription }] of [...this.#queries]) {
      this.#unwatch(queryId);
      this.#watch(queryId, subscription.query);
    }
    this.schedule();
  }

  #modifyQuerySet(message: MessageOf<"ModifyQuerySet">): void {
    if (message.baseVersion !== this.#asked.querySet) {
      this.#fail(
        new Error(`Base version ${message.baseVersion} is not the query set's ${this.#asked.querySet}`),
      );
      return;
    }
    for (const change of message.modifications) {
      if (change.type === "Add") {
        const { udfPath, args, journal } = change;
        this.#watch(change.queryId, {
          path: normalizeFunctionPath(udfPath),
          args: args[0] ?? {},
          journal: journal ?? null,
        });
      } else {
        this.#unwatch(change.queryId);
        this.#removed.push(change.queryId);
      }
    }
    this.#asked.querySet = message.newVersion;
    this.schedule();
  }

  #watch(queryId: number, query: { path: string; args: JSONValue; journal: string | null }): void {
    const subscription = this.#server.subscriptions.watch(this, { ...query, identity: this.#identity });
    this.#queries.set(queryId, { subscription, sentVersion: 0 });
  }

  #unwatch(queryId: number): void {
    const watched = this.#queries.get(queryId);
    if (watched === undefined) return;
    this.#queries.delete(queryId);
    const others = [...this.#queries.values()];
    if (others.some(({ subscription }) => subscription === watched.subscription)) return;
    this.#server.subscriptions.unwatch(this, watched.subscription);
  }

  async #mutate(message: MessageOf<"Mutation">): Promise<void> {
    const { requestId, udfPath, args } = message;
    const response = await this.#server.requests.once(
      { sessionId: this.sessionId, requestId },
      async (requestKey) => {
        const identity = this.#identity;
        const outcome = await callPublic(this.#server.engine, {
          kind: "mutation",
          path: udfPath,
          args: args[0],
          identity,
          requestKey,
        });
        if (!outcome.ok) return failureFields(outcome);
        const commitTs = outcome.root.commitTs ?? this.#server.engine.transactions.lastCommitTs;
        return { success: true as const, result: outcome.value, ts: encodeTimestamp(commitTs) };
      },
    );
    this.send({ type: "MutationResponse", requestId, logLines: [], ...response });
    // The client holds its optimistic update until a transition reaches the commit, even an empty one.
    if (response.success) this.#owesTransition = true;
    this.schedule();
  }

  async #act(message: MessageOf<"Action">): Promise<void> {
    const { requestId, udfPath, args } = message;
    const call = { kind: "action" as const, path: udfPath, args: args[0], identity: this.#identity };
    const outcome = await callPublic(this.#server.engine, call);
    const fields = outcome.ok ? { success: true as const, result: outcome.value } : failureFields(outcome);
    this.send({ type: "ActionResponse", requestId, logLines: [], ...fields });
  }

  async #flush(): Promise<void> {
    if (this.#flushing) {
      this.#flushAgain = true;
      return;
    }
    this.#flushing = true;
    try {
      do {
        this.#flushAgain = false;
        await this.#refreshAll();
        // Nothing is awaited from here on, so every state sent is that of the last commit.
        if (!this.#closed) this.#sendTransition();
      } while (this.#flushAgain && !this.#closed);
    } finally {
      this.#flushing = false;
    }
  }

  async #refreshAll(): Promise<void> {
    for (let round = 0; round < MAX_REFRESH_ROUNDS && !this.#closed; round++) {
      const waiting = [...this.#queries.values()]
        .map(({ subscription }) => subscription)
        .filter(({ isStale, state, running }) => isStale || state === null || running !== null);
      if (waiting.length === 0) return;
      await Promise.all(waiting.map((subscription) => this.#server.subscriptions.refresh(subscription)));
    }
    if ([...this.#queries.values()].some(({ subscription }) => subscription.isStale)) this.schedule();
  }

  #sendTransition(): void {
    const { engine, subscriptions } = this.#server;
    const modifications = this.#takeModifications();
    const { querySet, identity } = this.#asked;
    const isUpToDate = querySet === this.#told.querySet && identity === this.#told.identity;
    if (modifications.length === 0 && isUpToDate && !this.#owesTransition) return;
    this.#owesTransition = false;
    subscriptions.stats.transitions++;
    const lastTs = engine.transactions.lastCommitTs;
    const next = { querySet, identity, ts: lastTs > this.#told.ts ? lastTs : this.#told.ts };
    this.send({
      type: "Transition",
      startVersion: { ...this.#told, ts: encodeTimestamp(this.#told.ts) },
      endVersion: { ...next, ts: encodeTimestamp(next.ts) },
      modifications,
      serverTs: engine.clock.now() * 1e6,
    });
    this.#told = next;
  }

  #takeModifications(): StateModification[] {
    const modifications: StateModification[] = [];
    for (const queryId of this.#removed.splice(0)) modifications.push({ type: "QueryRemoved", queryId });
    for (const [queryId, watched] of this.#queries) {
      const { version, state } = watched.subscription;
      if (watched.sentVersion === version || state === null) continue;
      watched.sentVersion = version;
      const common = { queryId, logLines: [], journal: state.journal };
      modifications.push(
        state.ok
          ? { type: "QueryUpdated", value: state.value, ...common }
          : {
              type: "QueryFailed",
              errorMessage: state.failure.message,
              errorData: state.failure.data,
              ...common,
            },
      );
    }
    return modifications;
  }
}
