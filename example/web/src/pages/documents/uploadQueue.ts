import { readTextFile, type ChosenFile } from "./readTextFile.js";

/** How far the ingest of one file is. */
export type UploadState =
  | { kind: "queued" }
  | { kind: "writing" }
  | { kind: "ready"; chunks: number }
  | { kind: "unchanged"; chunks: number }
  /** It may be sent again: what is stored of it already is not written twice. */
  | { kind: "failed"; error: unknown }
  | { kind: "refused"; reason: string };
export type Upload = { uploadId: number; chosen: ChosenFile; state: UploadState };

/** Stores a text under a key. */
export type Ingest = (document: {
  key: string;
  text: string;
}) => Promise<{ kind: "unchanged" | "updated" | "written"; chunks: number }>;

/** Files under way at once: one is embedded while another is written. */
const FILES_AT_ONCE = 2;

export const isSettled = ({ state }: Upload): boolean => state.kind !== "queued" && state.kind !== "writing";

/** The files of one person that go into their tenant's documents; it goes on while they look at another page. */
export class UploadQueue {
  private uploads: readonly Upload[] = [];
  private readonly watchers = new Set<() => void>();
  private lastId = 0;
  private underWay = 0;

  constructor(private readonly ingest: Ingest) {}

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly getSnapshot = (): readonly Upload[] => this.uploads;

  readonly add = (files: readonly ChosenFile[]): void => {
    const added = files.map((chosen): Upload => {
      return { uploadId: ++this.lastId, chosen, state: { kind: "queued" } };
    });
    this.set([...this.uploads, ...added]);
    this.start();
  };

  readonly retry = (uploadId: number): void => {
    this.mark(uploadId, { kind: "queued" });
    this.start();
  };

  /** Takes what is over off the list. */
  readonly clear = (): void => this.set(this.uploads.filter((upload) => !isSettled(upload)));

  private start(): void {
    while (this.underWay < FILES_AT_ONCE) {
      const next = this.uploads.find(({ state }) => state.kind === "queued");
      if (next === undefined) return;
      this.underWay += 1;
      this.mark(next.uploadId, { kind: "writing" });
      void this.put(next).then((state) => {
        this.underWay -= 1;
        this.mark(next.uploadId, state);
        this.start();
      });
    }
  }

  private async put({ chosen }: Upload): Promise<UploadState> {
    const read = await readTextFile(chosen);
    if (read.kind === "refused") return read;
    try {
      const { kind, chunks } = await this.ingest({ key: chosen.key, text: read.text });
      return { kind: kind === "written" ? "ready" : "unchanged", chunks };
    } catch (error) {
      return { kind: "failed", error };
    }
  }

  private mark(uploadId: number, state: UploadState): void {
    this.set(this.uploads.map((upload) => (upload.uploadId === uploadId ? { ...upload, state } : upload)));
  }

  private set(uploads: readonly Upload[]): void {
    this.uploads = uploads;
    for (const watcher of this.watchers) watcher();
  }
}
