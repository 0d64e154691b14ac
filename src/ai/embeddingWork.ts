import type { EmbeddingModel } from "ai";
import type { ActionCtx, BoundMemory, Generation, PendingEntry, StoreVectors } from "../client/index.js";
import { embeddedTextHash } from "../shared/embeddedText.js";
import { EMBEDDING_MAX_CALLS, EMBEDDING_PAGE_ENTRIES } from "../shared/limits.js";
import { shareOut } from "../shared/shareOut.js";
import { utf8Bytes } from "../shared/utf8.js";
import { embedderName, embedTexts } from "./embed.js";
import { embedSplitting, type Split } from "./embedSplitting.js";
import type { WorkerBudget } from "./workerJob.js";

type Models = { embeddingModel?: () => EmbeddingModel; nextEmbeddingModel?: () => EmbeddingModel };
/** `memory`: as the one whose texts are embedded; `system`: as the app itself, to whom generations belong. */
type Working = { ctx: ActionCtx; memory: BoundMemory; system: BoundMemory; budget: WorkerBudget };
/** What one kind of work came to. */
type Report = { done: boolean; embedded: number; refused: number; failure?: string };

/** A text that every embedder embeds: when it fails, the embedder is down and no other text is to blame. */
const PROBE = "memory";
const RETRIES = 2;
const DONE: Report = { done: true, embedded: 0, refused: 0 };

/** Makes the vectors that wait, then those that a generation lacks, page by page while there is time. */
export async function embeddingWork(models: Models, working: Working): Promise<Report> {
  if (models.embeddingModel === undefined && models.nextEmbeddingModel === undefined) return DONE;
  const { ctx, memory, system, budget } = working;
  const { generations } = await system.embeddings.progress(ctx);
  const made = [models.embeddingModel?.(), models.nextEmbeddingModel?.()].filter(
    (model) => model !== undefined,
  );
  const active = generations.find(({ state }) => state.kind === "active");
  const pending = await fillPending(modelOf(made, active), working);
  const isEverything = memory.caller === "system" && budget.target.threadId === undefined;
  const builds: Report[] = [];
  for (const generation of isEverything ? generations : []) {
    if (generation.state.kind === "building" || generation === active)
      builds.push(await fillGeneration(generation, modelOf(made, generation), working));
  }
  return builds.reduce(add, pending);
}

const add = (one: Report, other: Report): Report => ({
  done: one.done && other.done,
  embedded: one.embedded + other.embedded,
  refused: one.refused + other.refused,
  ...(one.failure === undefined && other.failure === undefined
    ? {}
    : { failure: one.failure ?? other.failure }),
});

/** The model that makes a generation's vectors; without generations the first. */
const modelOf = (models: EmbeddingModel[], generation: Generation | undefined): EmbeddingModel | undefined =>
  generation === undefined ? models[0] : models.find((model) => embedderName(model) === generation.embedder);

async function fillPending(model: EmbeddingModel | undefined, working: Working): Promise<Report> {
  const { ctx, memory, budget } = working;
  if (model === undefined)
    return { ...DONE, done: false, failure: "No model makes the vectors that are searched." };
  let report = DONE;
  while (budget.hasTime()) {
    const place = { threadId: budget.target.threadId, limit: EMBEDDING_PAGE_ENTRIES };
    const page = await memory.embeddings.listPending(ctx, place);
    if (page.length === 0) return report;
    const split = await embedPage(model, page, working);
    if (split.isDown) return { ...report, done: false, failure: split.failure };
    const { stored, refused } = await memory.embeddings.store(ctx, await toStore(model, page, split));
    report = { ...report, embedded: report.embedded + stored, refused: report.refused + refused };
    // Nothing was stored: another embedder's vectors are searched, and these entries would come again for ever.
    if (stored + refused === 0)
      return {
        ...report,
        done: false,
        failure: "The vectors of this model are not those that are searched.",
      };
  }
  return { ...report, done: false };
}

async function fillGeneration(
  { generationId, embedder, length }: Generation,
  model: EmbeddingModel | undefined,
  working: Working,
): Promise<Report> {
  const { ctx, memory, budget } = working;
  if (model === undefined) return { ...DONE, done: false, failure: `No model is ${embedder}.` };
  let report = DONE;
  let after: number | undefined;
  while (budget.hasTime()) {
    const looked = await memory.embeddings.listUnembedded(ctx, {
      generationId,
      after,
      limit: EMBEDDING_PAGE_ENTRIES,
    });
    const split = await embedPage(model, looked.page, working);
    if (split.isDown) return { ...report, done: false, failure: split.failure };
    const other = [...split.vectors.values()].find((vector) => vector.length !== length);
    if (other !== undefined) {
      const failure = `${embedder} gives vectors of length ${other.length}, its generation has ${length}.`;
      return { ...report, done: false, failure };
    }
    if (looked.page.length === 0 && looked.to === (after ?? 0)) return report;
    const build = { generationId, to: looked.to, isLast: looked.isDone };
    const { stored, refused } = await memory.embeddings.store(ctx, {
      ...(await toStore(model, looked.page, split)),
      build,
    });
    report = { ...report, embedded: report.embedded + stored, refused: report.refused + refused };
    if (looked.isDone) return report;
    after = looked.to;
  }
  return { ...report, done: false };
}

async function embedPage(
  model: EmbeddingModel,
  page: PendingEntry[],
  { budget: { abortSignal } }: Working,
): Promise<Split> {
  const embedder = embedderName(model);
  const known = page.flatMap(({ text, embedded }) =>
    embedded?.embedder === embedder ? [[text, embedded.vector] as const] : [],
  );
  const knownTexts = new Set(known.map(([text]) => text));
  const split = await embedSplitting(
    (texts) => embedTexts(model, texts, { maxRetries: RETRIES, abortSignal }),
    page.map(({ text }) => text).filter((text) => !knownTexts.has(text)),
    { probe: PROBE, maxCalls: EMBEDDING_MAX_CALLS, abortSignal },
  );
  for (const [text, vector] of known) split.vectors.set(text, vector);
  return split;
}

/** What is to be stored of a page, with what each text cost by its length. */
async function toStore(model: EmbeddingModel, page: PendingEntry[], split: Split): Promise<StoreVectors> {
  const made = page.flatMap(({ entryId, text, embedded }) => {
    const vector = split.vectors.get(text);
    const isPaid = embedded?.embedder !== embedderName(model);
    return vector === undefined ? [] : [{ entryId, text, vector, bytes: isPaid ? utf8Bytes(text) : 0 }];
  });
  const tokens = shareOut(
    split.usage?.inputTokens ?? 0,
    made.map(({ bytes }) => bytes),
  );
  const vectors = await Promise.all(
    made.map(async ({ entryId, text, vector }, index) => ({
      entryId,
      vector,
      textHash: await embeddedTextHash(text),
      tokens: tokens[index],
    })),
  );
  return {
    embedder: embedderName(model),
    vectors,
    refused: page.filter(({ text }) => split.refused.has(text)).map(({ entryId }) => entryId),
    ...(split.usage === undefined ? {} : { usage: split.usage }),
  };
}
