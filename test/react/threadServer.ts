import { getFunctionName, makeFunctionReference, type FunctionReference } from "convex/server";
import type { ThreadApi } from "../../src/react/threadApi.js";
import type { ThreadClient } from "../../src/react/threadStore.js";
import type { StreamDelta } from "../../src/shared/foldDeltas.js";
import { comparePositions } from "../../src/shared/position.js";
import { memoryError } from "../../src/validators/errors.js";
import type { Message } from "../../src/validators/message.js";
import type { Run } from "../../src/validators/run.js";
import { aMessage } from "../parts/aMessage.js";

type Args = Record<string, unknown>;
type Watcher = { name: string; args: Args; listeners: Set<() => void>; result?: unknown; seen?: string };

export const api: ThreadApi = {
  listMessages: makeFunctionReference("chat:listMessages"),
  followStream: makeFunctionReference("chat:followStream"),
  getRun: makeFunctionReference("chat:getRun"),
};

const STREAM_PAGE = 16;

/**
 * A thread with its three queries and a client that watches them, in memory: as with Convex, a watched query has no
 * result until it was answered (`deliver`), then a new one after each change, and errors throw where they are read.
 */
export class ThreadServer {
  messages: Message[] = [];
  run: Run | null = null;
  isGone = false;
  /** The query that throws, by its name. */
  broken: string | null = null;
  readonly chunks = new Map<string, { seq: number; deltas: string }[]>();
  /** Names and arguments of all queries that were answered anew. */
  readonly asked: string[] = [];
  readonly #watchers = new Map<string, Watcher>();

  readonly client = {
    watchQuery: (query: FunctionReference<"query">, args: Args) => this.#watch(getFunctionName(query), args),
    query: async (query: FunctionReference<"query">, args: Args) =>
      this.#answer(getFunctionName(query), args),
  } as unknown as ThreadClient;

  /** Writes a placeholder and gives its stream. */
  startStream(
    fields: { turn: number; step: number },
    streamId = `stream-${fields.turn}-${fields.step}`,
  ): string {
    this.messages.push(aMessage("assistant", [], { ...fields, state: { kind: "streaming", streamId } }));
    this.chunks.set(streamId, []);
    return streamId;
  }

  /** Replaces a stream by a new one on the same row, as a step that is run again does. */
  restartStream(streamId: string, again: string): string {
    this.messages = this.messages.map((message) =>
      message.state.kind === "streaming" && message.state.streamId === streamId
        ? { ...message, state: { kind: "streaming", streamId: again } }
        : message,
    );
    this.chunks.set(again, []);
    return again;
  }

  append(streamId: string, ...deltas: StreamDelta[]): void {
    const chunks = this.chunks.get(streamId) ?? [];
    chunks.push({ seq: chunks.length, deltas: JSON.stringify(deltas) });
  }

  /** Puts the answer in the place of its placeholder. */
  finish(streamId: string, parts: Message["parts"]): void {
    this.messages = this.messages.map((message) =>
      message.state.kind === "streaming" && message.state.streamId === streamId
        ? { ...message, parts, state: { kind: "complete" } }
        : message,
    );
  }

  /** Answers all watched queries, those too that begin to be watched meanwhile. */
  deliver(): void {
    for (let pass = 0; pass < 100; pass++) {
      const changed = [...this.#watchers.values()].filter((watcher) => this.#refresh(watcher));
      for (const watcher of changed) for (const listener of [...watcher.listeners]) listener();
      if (changed.length === 0) return;
    }
    throw new TypeError("The watched queries never come to rest.");
  }

  get watched(): string[] {
    return [...this.#watchers.keys()];
  }

  #watch(name: string, args: Args) {
    const token = `${name} ${JSON.stringify(args)}`;
    return {
      onUpdate: (listener: () => void) => {
        const watcher: Watcher = this.#watchers.get(token) ?? { name, args, listeners: new Set() };
        this.#watchers.set(token, watcher);
        watcher.listeners.add(listener);
        return () => {
          watcher.listeners.delete(listener);
          if (watcher.listeners.size === 0) this.#watchers.delete(token);
        };
      },
      localQueryResult: () => {
        const result = this.#watchers.get(token)?.result;
        if (result instanceof Error) throw result;
        return result;
      },
    };
  }

  #refresh(watcher: Watcher): boolean {
    const result = this.#tryAnswer(watcher);
    const seen = result instanceof Error ? result.message : JSON.stringify(result);
    if (seen === watcher.seen) return false;
    this.asked.push(`${watcher.name} ${JSON.stringify(watcher.args)}`);
    watcher.result = result;
    watcher.seen = seen;
    return true;
  }

  #tryAnswer({ name, args }: Watcher): unknown {
    try {
      return structuredClone(this.#answer(name, args));
    } catch (error) {
      return error;
    }
  }

  #answer(name: string, args: Args): unknown {
    if (this.isGone) throw memoryError("THREAD_NOT_FOUND", "No such thread.");
    if (name === this.broken) throw new TypeError(`${name} is broken`);
    if (name === "chat:getRun") return this.run;
    if (name === "chat:followStream") return this.#follow(args as { streamId: string; after: number });
    return this.#list(args as { cursor: string | null; limit: number });
  }

  #list({ cursor, limit }: { cursor: string | null; limit: number }) {
    const newestFirst = [...this.messages].sort((left, right) => comparePositions(right, left));
    const [turn = Infinity, step = Infinity] = (JSON.parse(cursor ?? "[]") as number[]) ?? [];
    const rest = newestFirst.filter((message) => comparePositions(message, { turn, step }) < 0);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    return {
      page,
      cursor:
        last === undefined || rest.length === page.length ? null : JSON.stringify([last.turn, last.step]),
    };
  }

  #follow({ streamId, after }: { streamId: string; after: number }) {
    const all = this.chunks.get(streamId);
    if (all === undefined) throw memoryError("STREAM_NOT_FOUND", "No such stream.");
    const chunks = all.filter(({ seq }) => seq >= after).slice(0, STREAM_PAGE);
    return { state: { kind: "streaming" }, messageId: "", chunks, more: chunks.length === STREAM_PAGE };
  }
}
