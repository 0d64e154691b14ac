import { Watcher, type Live, type WatcherAddress } from "./watcher.js";

const PAGE_MESSAGES = 10;
/** The client's cursor moves in steps, so that watchers share one cached query. */
const CURSOR_QUANTUM = 8;

type Part = { type: string; text?: string };
type Message = { role: string; parts: Part[]; state: { kind: string; streamId?: string } };
type Followed = { state: { kind: string }; chunks: { seq: number; deltas: string }[]; more: boolean };

/** What `useThread` subscribes to: the newest messages, the run, and the stream of the answer that is being written. */
export class OurWatcher extends Watcher {
  #saved = "";
  #followed: { streamId: string; after: number; live: Live } | null = null;
  readonly #texts = new Map<number, string>();

  constructor(address: WatcherAddress) {
    super(address);
    const { threadId } = this;
    this.watch<{ page: Message[] }>(
      "ours:listMessages",
      { threadId, cursor: null, limit: PAGE_MESSAGES },
      ({ page }) => this.#onMessages(page),
    );
    this.watch("ours:getRun", { threadId }, () => {});
  }

  get shown(): string {
    return this.#followed === null ? this.#saved : [...this.#texts.values()].join("");
  }

  #onMessages(page: Message[]): void {
    const newest = page[0];
    const streamId = newest?.state.kind === "streaming" ? newest.state.streamId : undefined;
    if (streamId === this.#followed?.streamId) return;
    this.#followed?.live.stop();
    this.#followed = null;
    if (streamId !== undefined) this.#follow(streamId, 0);
    else this.#saved = newest?.role === "assistant" ? newest.parts.map(({ text = "" }) => text).join("") : "";
  }

  #follow(streamId: string, after: number): void {
    const { threadId } = this;
    const live = this.watch<Followed>("ours:followStream", { threadId, streamId, after }, (followed) => {
      if (this.#followed?.after === after) this.#onChunks(streamId, followed);
    });
    this.#followed?.live.stop();
    this.#followed = { streamId, after, live };
  }

  #onChunks(streamId: string, { chunks }: Followed): void {
    for (const { seq, deltas } of chunks) this.#texts.set(seq, textOf(deltas));
    const next = (chunks.at(-1)?.seq ?? -1) + 1;
    const after = next - (next % CURSOR_QUANTUM);
    if (after > (this.#followed?.after ?? 0)) this.#follow(streamId, after);
  }
}

const textOf = (deltas: string): string =>
  (JSON.parse(deltas) as { kind: string; text?: string }[]).map(({ text = "" }) => text).join("");
