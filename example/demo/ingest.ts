import type { FunctionReturnType } from "convex/server";
import { api } from "../convex/_generated/api.js";
import type { SkippedFile, SourceFile } from "./folder.js";
import type { Screen } from "./screen.js";
import type { Session } from "./session.js";

export type IngestResult = {
  documents: number;
  chunks: number;
  ingestMs: number;
  chunksPerMinute: number;
  skipped: SkippedFile[];
};

/** One action call carries up to this much text, and so many files: far from the limits of arguments and time. */
const BATCH_MAX_BYTES = 192 * 1024;
const BATCH_MAX_FILES = 32;
/** Batches under way at once: one is embedded while another is written. */
const BATCHES_AT_ONCE = 2;
const BAR_CHARACTERS = 30;
const MS_PER_MINUTE = 60_000;

type Progress = FunctionReturnType<typeof api.documents.progress>;

/** Sends the files in batches, while a subscription to the progress row draws the bar. */
export async function ingestFiles({ client, screen }: Session, files: SourceFile[]): Promise<IngestResult> {
  const startedAt = performance.now();
  const ingestId = await client.mutation(api.documents.begin, { files: files.length });
  const show = (progress: Progress) => screen.bar(barOf(progress, performance.now() - startedAt));
  const unsubscribe = client.onUpdate(api.documents.progress, { ingestId }, show);
  const waiting = [...batchesOf(files).entries()];
  const skipped: SkippedFile[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [batch, batchFiles] = next;
      const sent = batchFiles.map(({ key, text }) => ({ key, text }));
      const result = await client.action(api.ingest.putBatch, { ingestId, batch, files: sent });
      skipped.push(...result.skipped);
    }
  };
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, work));
  const ingestMs = performance.now() - startedAt;
  unsubscribe();
  show(await client.query(api.documents.progress, { ingestId }));
  const { documents, chunks } = await client.query(api.documents.countDocuments, { scope: "tenant" });
  const result = {
    documents,
    chunks,
    ingestMs,
    chunksPerMinute: (chunks / ingestMs) * MS_PER_MINUTE,
    skipped,
  };
  tellIngest(screen, result);
  return result;
}

/** Cuts the list into batches by bytes and by number; a file that is larger than a batch travels alone. */
export function batchesOf(files: SourceFile[]): SourceFile[][] {
  const batches: SourceFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const open = batches.at(-1);
    bytes += file.bytes;
    if (open === undefined || bytes > BATCH_MAX_BYTES || open.length === BATCH_MAX_FILES) {
      batches.push([file]);
      bytes = file.bytes;
    } else open.push(file);
  }
  return batches;
}

function barOf({ files, filesDone, chunks }: Progress, ms: number): string {
  const done = files === 0 ? 1 : filesDone / files;
  const full = Math.round(done * BAR_CHARACTERS);
  const bar = "█".repeat(full) + "░".repeat(BAR_CHARACTERS - full);
  const rate = Math.round((chunks / ms) * MS_PER_MINUTE).toLocaleString("en");
  return `${bar} ${filesDone}/${files} documents, ${chunks} chunks, ${rate} chunks/min`;
}

function tellIngest(
  screen: Screen,
  { documents, chunks, ingestMs, chunksPerMinute, skipped }: IngestResult,
): void {
  const rate = Math.round(chunksPerMinute).toLocaleString("en");
  screen.line(`${documents} documents, ${chunks} chunks in ${seconds(ingestMs)} (${rate} chunks/min)`);
  for (const { key, reason } of skipped) screen.line(`  refused ${key}: ${reason}`);
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
