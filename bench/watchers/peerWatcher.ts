import { Watcher, type Live, type WatcherAddress } from "./watcher.js";

const PAGE_MESSAGES = 10;
/** `usePaginatedQuery` names each pagination, from 1 in each page. */
const PAGINATION_ID = 1;

type Delta = { start: number; end: number; parts: { type: string; delta?: string }[] };
type Page = { page: { role: string; status: string; text: string }[] };
type Streams = { streams: { messages: { streamId: string }[] } };
type Deltas = { streams: { deltas: Delta[] } };

/** What `useUIMessages` with streams subscribes to: the newest messages, the streams, and their deltas at a cursor. */
export class PeerWatcher extends Watcher {
  #saved = "";
  #streamed = "";
  #followed: { streamId: string; cursor: number; live: Live } | null = null;

  constructor(address: WatcherAddress) {
    super(address);
    const { threadId } = this;
    const paginationOpts = { cursor: null, numItems: PAGE_MESSAGES, id: PAGINATION_ID };
    let isLoaded = false;
    this.watch<Page>("peer:listMessages", { threadId, paginationOpts }, ({ page }) => {
      const last = page.at(-1);
      this.#saved = last?.role === "assistant" && last.status === "success" ? last.text : "";
      if (!isLoaded) this.#watchStreams();
      isLoaded = true;
    });
  }

  get shown(): string {
    return this.#followed === null ? this.#saved : this.#streamed;
  }

  #watchStreams(): void {
    const streamArgs = { kind: "list", startOrder: 0 };
    this.watch<Streams>("peer:listMessages", this.#args(streamArgs), ({ streams }) => {
      const streamId = streams.messages[0]?.streamId;
      if (streamId === this.#followed?.streamId) return;
      this.#followed?.live.stop();
      this.#followed = null;
      if (streamId !== undefined) this.#follow(streamId, 0);
    });
  }

  #follow(streamId: string, cursor: number): void {
    const streamArgs = { kind: "deltas", cursors: [{ streamId, cursor }] };
    const live = this.watch<Deltas>(
      "peer:listMessages",
      this.#args(streamArgs),
      ({ streams: { deltas } }) => {
        if (this.#followed?.cursor !== cursor) return;
        const added = deltas.filter(({ start }) => start >= cursor);
        const end = added.at(-1)?.end;
        this.#streamed += added.flatMap(({ parts }) => parts.map(({ delta = "" }) => delta)).join("");
        if (end !== undefined) this.#follow(streamId, end);
      },
    );
    this.#followed?.live.stop();
    this.#followed = { streamId, cursor, live };
  }

  #args(streamArgs: unknown): Record<string, unknown> {
    return { threadId: this.threadId, paginationOpts: { cursor: null, numItems: 0 }, streamArgs };
  }
}
