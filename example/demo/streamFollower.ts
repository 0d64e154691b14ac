import type { ConvexClient } from "convex/browser";
import type { FunctionReturnType } from "convex/server";
import { api } from "../convex/_generated/api.js";

export type FollowOptions = { threadId: string; streamId: string; onText: (text: string) => void };

type Followed = FunctionReturnType<typeof api.chat.followStream>;

/** Watchers move their cursor in steps of this many chunks, so that they share one cached query. */
const CURSOR_QUANTUM = 8;

/** Follows one stream of a thread and tells its text once, in order, through reconnects. */
export class StreamFollower {
  #next = 0;
  #cursor = 0;
  #closed = false;
  #unsubscribe: () => void;

  constructor(
    private readonly client: ConvexClient,
    private readonly options: FollowOptions,
  ) {
    this.#unsubscribe = this.#subscribe();
  }

  close(): void {
    if (this.#closed) return; // the client counts its listeners: one may leave once
    this.#closed = true;
    this.#unsubscribe();
  }

  #subscribe(): () => void {
    const { threadId, streamId } = this.options;
    const args = { threadId, streamId, after: this.#cursor };
    const see = (followed: Followed) => this.#see(followed);
    // A stream that was swept meanwhile is told by its message.
    return this.client.onUpdate(api.chat.followStream, args, see, () => this.close());
  }

  #see({ chunks }: Followed): void {
    if (this.#closed) return;
    for (const { seq, deltas } of chunks) {
      if (seq !== this.#next) continue;
      this.#next++;
      const text = textIn(deltas);
      if (text !== "") this.options.onText(text);
    }
    const cursor = this.#next - (this.#next % CURSOR_QUANTUM);
    if (cursor === this.#cursor) return;
    this.#cursor = cursor;
    const before = this.#unsubscribe;
    this.#unsubscribe = this.#subscribe();
    before();
  }
}

/** The text in the deltas of a chunk, which are JSON. */
function textIn(deltas: string): string {
  const parsed: unknown = JSON.parse(deltas);
  if (!Array.isArray(parsed)) return "";
  return parsed.map((delta: unknown) => (isTextDelta(delta) ? delta.text : "")).join("");
}

function isTextDelta(delta: unknown): delta is { kind: "text"; text: string } {
  return (
    typeof delta === "object" && delta !== null && "kind" in delta && delta.kind === "text" && "text" in delta
  );
}
