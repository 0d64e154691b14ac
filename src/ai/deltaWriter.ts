import type { StreamDelta } from "../shared/foldDeltas.js";
import { STREAM_CHUNK_MAX_BYTES } from "../shared/limits.js";
import { isMemoryError } from "../validators/errors.js";

/** Writes one chunk; `alive: false` when the stream has ended (canceled, replaced). Safe to repeat with one `seq`. */
export type AppendChunk = (seq: number, deltas: StreamDelta[]) => Promise<{ alive: boolean }>;

export type DeltaWriterOptions = {
  append: AppendChunk;
  /** Deltas that arrive within this time are written together, in ms; 0 writes each on its own. */
  throttleMs: number;
  /** Called once when the stream turns out to have ended: stop the model. */
  onEnded: () => void;
};

/** UTF-16 units of text in one chunk: in JSON each may become six, which must stay below the component's limit. */
const CHUNK_MAX_CHARACTERS = Math.floor(STREAM_CHUNK_MAX_BYTES / 8);

/**
 * Writes the deltas of one stream in order. The first is written at once, then those of each `throttleMs` together;
 * the last of them also when nothing follows, so that text before a slow tool is seen. Writes never overlap. A write
 * that fails is tried once more; after that the stream stays behind and the answer itself is not affected.
 */
export class DeltaWriter {
  /** Why the stream stopped short, if writing it failed. */
  failure: unknown;

  readonly #options: DeltaWriterOptions;
  #buffer: StreamDelta[] = [];
  #seq = 0;
  #lastWriteAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: DeltaWriterOptions) {
    this.#options = options;
  }

  /** Takes a delta; returns at once. */
  push(delta: StreamDelta): void {
    if (this.#stopped) return;
    this.#buffer.push(delta);
    const waitMs = this.#lastWriteAt + this.#options.throttleMs - Date.now();
    if (waitMs <= 0) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), waitMs);
  }

  /** Writes what is left and waits until everything is written. */
  async finish(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastWriteAt = Date.now();
    for (const deltas of cutIntoChunks(mergeText(this.#buffer))) {
      const seq = this.#seq++;
      this.#writing = this.#writing.then(() => this.#write(seq, deltas));
    }
    this.#buffer = [];
  }

  async #write(seq: number, deltas: StreamDelta[]): Promise<void> {
    if (this.#stopped) return;
    const append = () => this.#options.append(seq, deltas);
    try {
      const { alive } = await append().catch(append);
      if (alive) return;
      this.#stopped = true;
      this.#options.onEnded();
    } catch (error) {
      this.#stopped = true;
      // Swept or removed with its thread: as ended as can be.
      if (isMemoryError(error, "STREAM_NOT_FOUND")) this.#options.onEnded();
      else this.failure = error;
    }
  }
}

/** Neighbours of one kind as one delta: less to store and to send. */
function mergeText(deltas: readonly StreamDelta[]): StreamDelta[] {
  const merged: StreamDelta[] = [];
  for (const delta of deltas) {
    const last = merged.at(-1);
    if (last !== undefined && isTextDelta(delta) && isSameRun(last, delta))
      merged[merged.length - 1] = { ...last, text: last.text + delta.text };
    else merged.push(delta);
  }
  return merged;
}

type TextDelta = Exclude<StreamDelta, { kind: "part" } | { kind: "extras" }>;

const isTextDelta = (delta: StreamDelta): delta is TextDelta =>
  delta.kind !== "part" && delta.kind !== "extras";

function isSameRun(last: StreamDelta, delta: TextDelta): last is TextDelta {
  if (last.kind === "toolInput" && delta.kind === "toolInput") return last.callId === delta.callId;
  if (last.kind === "toolInput" || delta.kind === "toolInput" || last.kind !== delta.kind) return false;
  return last.block === delta.block;
}

/** Deltas in chunks below the size limit; a text that is too long by itself is cut between characters. */
function cutIntoChunks(deltas: readonly StreamDelta[]): StreamDelta[][] {
  const chunks: StreamDelta[][] = [];
  let size = Infinity;
  for (const delta of deltas.flatMap(cutDelta)) {
    const added = sizeOf(delta);
    if (size + added > CHUNK_MAX_CHARACTERS) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(delta);
    size += added;
  }
  return chunks;
}

function cutDelta(delta: StreamDelta): StreamDelta[] {
  if (!isTextDelta(delta) || delta.text.length <= CHUNK_MAX_CHARACTERS) return [delta];
  const pieces: StreamDelta[] = [];
  for (let start = 0; start < delta.text.length;) {
    const end = characterEnd(delta.text, start + CHUNK_MAX_CHARACTERS);
    pieces.push({ ...delta, text: delta.text.slice(start, end) });
    start = end;
  }
  return pieces;
}

/** `end`, or one less where it would part a surrogate pair. */
function characterEnd(text: string, end: number): number {
  const code = text.charCodeAt(end);
  return code >= 0xdc00 && code <= 0xdfff ? end - 1 : end;
}

const sizeOf = (delta: StreamDelta): number =>
  isTextDelta(delta) ? delta.text.length : JSON.stringify(delta).length;
