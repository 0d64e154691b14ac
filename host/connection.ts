// One client's WebSocket: its query set, its identity and the states it was told of.
import type { JSONValue } from "convex/values";
import type { WebSocket } from "ws";
import { Caller } from "./caller.js";
import type { Engine } from "./engine.js";
import type { Identity } from "./execution.js";
import { Inbox } from "./inbox.js";
import {
  encodeTimestamp,
  normalizeFunctionPath,
  type ClientMessage,
  type ServerMessage,
  type StateModification,
} from "./protocol.js";
import { callPublic, type WireOutcome } from "./publicCalls.js";
import type { RequestLog } from "./requestLog.js";
import { toModification, type Subscription, type Subscriptions } from "./subscriptions.js";
import type { TokenVerifier } from "./tokenVerifier.js";

/** A query keeps being overtaken by commits only under a flood of writes; then the client waits for the next turn. */
const MAX_REFRESH_ROUNDS = 20;

type Watched = { subscription: Subscription; sentVersion: number };
type MessageOf<T extends ClientMessage["type"]> = Extract<ClientMessage, { type: T }>;

function failureFields(outcome: Extract<WireOutcome, { ok: false }>) {
  return { success: false as const, result: outcome.failure.message, errorData: outcome.failure.data };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What all connections share. */
export type ConnectionServer = {
  engine: Engine;
  subscriptions: Subscriptions;
  requests: RequestLog;
  verifier: TokenVerifier;
};

export class Connection {
  sessionId = "";
  readonly #server: ConnectionServer;
  readonly #socket: WebSocket;
  readonly #queries = new Map<number, Watched>();
  readonly #removed: number[] = [];
  readonly #caller: Caller;
  // What comes after a token waits until the token is verified.
  readonly #inbox = new Inbox<ClientMessage>((message) => this.#receive(message));
  // What the client was told last, and what it asked for since.
  #told = { querySet: 0, identity: 0, ts: 0n };
  #asked = { querySet: 0, identity: 0 };
  #owesTransition = false;
  #flushing = false;
  #flushAgain = false;
  #scheduled = false;
  #closed = false;
  #refused = false;
  // A client's mutations run one after the other, in the order sent.
  #mutations: Promise<void> = Promise.resolve();

  constructor(server: ConnectionServer, socket: WebSocket) {
    this.#server = server;
    this.#caller = new Caller(server.verifier, () => server.engine.clock.now());
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
      this.#inbox.push(JSON.parse(text) as ClientMessage);
    } catch (error) {
      this.#fail(error);
    }
  }

  #receive(message: ClientMessage): Promise<void> | void {
    if (this.#refused || this.#closed) return;
    switch (message.type) {
      case "Connect":
        this.sessionId = message.sessionId;
        return;
      case "Authenticate":
        return this.#authenticate(message);
      case "ModifyQuerySet":
        return this.#modifyQuerySet(message);
      case "Mutation": {
        // Whoever is signed in when its turn comes, it is done as who sent it.
        const { identity } = this.#caller;
        this.#mutations = this.#mutations
          .then(() => this.#mutate(message, identity))
          .catch((error: unknown) => this.#fail(error));
        return;
      }
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
    this.send({ type: "FatalError", error: textOf(error) });
    this.#socket.close();
  }

  async #authenticate(message: MessageOf<"Authenticate">): Promise<void> {
    try {
      await this.#caller.become(message);
    } catch (error) {
      const { baseVersion } = message;
      return this.#refuse(textOf(error), { baseVersion, authUpdateAttempted: true });
    }
    this.#asked.identity = message.baseVersion + 1;
    for (const [queryId, { subscription }] of [...this.#queries]) {
      this.#unwatch(queryId);
      this.#watch(queryId, subscription.query);
    }
    this.schedule();
  }

  /** Ends the connection, as Convex does: the client comes back with another token, and what waited is sent again. */
  #refuse(error: string, state: { baseVersion: number; authUpdateAttempted: boolean }): void {
    this.send({ type: "AuthError", error, ...state });
    this.#refused = true;
    this.#socket.close();
  }

  /** Whether nothing more is done for this client: its token was refused, or has expired by now. */
  #isRefused(): boolean {
    if (!this.#refused && this.#caller.isExpired)
      this.#refuse("The token has expired", {
        baseVersion: this.#asked.identity,
        authUpdateAttempted: false,
      });
    return this.#refused;
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
    const subscription = this.#server.subscriptions.watch(this, {
      ...query,
      identity: this.#caller.identity,
    });
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

  async #mutate(message: MessageOf<"Mutation">, identity: Identity | null): Promise<void> {
    if (this.#isRefused()) return;
    const { requestId, udfPath, args } = message;
    const response = await this.#server.requests.once(
      { sessionId: this.sessionId, requestId },
      async (requestKey) => {
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
    if (this.#isRefused()) return;
    const { requestId, udfPath, args } = message;
    const call = { kind: "action" as const, path: udfPath, args: args[0], identity: this.#caller.identity };
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
        if (this.#isRefused()) return;
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
      modifications.push(toModification(queryId, state));
    }
    return modifications;
  }
}
