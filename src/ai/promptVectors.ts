import type { EmbeddingModel } from "ai";
import type { EmbeddedText, EntryVector, PendingEntry, Usage } from "../client/index.js";
import { embeddedTextHash, plainToEmbed } from "../shared/embeddedText.js";
import { EMBEDDING_MAX_CALLS } from "../shared/limits.js";
import type { ResolvedAgent } from "./definition.js";
import { embedderName, embedTexts } from "./embed.js";
import { embedSplitting, type Split } from "./embedSplitting.js";
import { describeError } from "./errors.js";

/** What is embedded for one turn. */
export type PromptRequest = {
  promptText: string;
  promptEntryId?: string;
  pending: PendingEntry[];
  /** The prompt's vector, where its text was embedded before. */
  promptVector?: EmbeddedText;
  /** Whose vectors are searched, once the app has named it. */
  activeEmbedder?: string;
  abortSignal?: AbortSignal;
};

/** The prompt's vector, and what to store on the way. */
export type Made = {
  vector: number[];
  embedder: string;
  store?: EntryVector[];
  refused?: string[];
};

/** What came of it, and what it cost in any case. */
type Embedding = { made: Made | null; usage?: Usage };

/**
 * Embeds the prompt and what is pending, in one call of the embedding model; texts that it has embedded before are not
 * sent. When the call fails the prompt is tried alone, and what is refused is told apart. Nothing is made, with a
 * warning, where the prompt has no vector.
 */
export async function embedPrompt(
  agent: ResolvedAgent,
  request: PromptRequest,
  warnings: string[],
): Promise<Embedding> {
  if (agent.embeddingModel === undefined) return { made: null };
  try {
    const model = modelFor(agent, agent.embeddingModel(), request.activeEmbedder);
    return await embedWithPending(model, { ...request, maxRetries: agent.maxRetries }, warnings);
  } catch (error) {
    warnings.push(`Recall went on by words: ${describeError(error)}`);
    return { made: null };
  }
}

/** The agent's model whose vectors are searched: the other one is on its way in, or out. */
function modelFor(agent: ResolvedAgent, model: EmbeddingModel, active: string | undefined): EmbeddingModel {
  if (active === undefined || embedderName(model) === active) return model;
  const next = agent.nextEmbeddingModel?.();
  return next !== undefined && embedderName(next) === active ? next : model;
}

async function embedWithPending(
  model: EmbeddingModel,
  request: PromptRequest & { maxRetries: number },
  warnings: string[],
): Promise<Embedding> {
  const embedder = embedderName(model);
  const prompt = plainToEmbed(request.promptText);
  const known = knownTexts(prompt, request, embedder);
  const waiting = known.has(prompt) ? waitingBehind(request) : request.pending;
  const pending = (request.activeEmbedder ?? embedder) === embedder ? waiting : [];
  const texts = [prompt, ...pending.map(({ text }) => text)].filter((text) => !known.has(text));
  const made = await embed(model, { texts, prompt, request });
  const vectorOf = new Map([...known, ...made.vectors]);
  const vector = vectorOf.get(prompt);
  if (made.failure !== undefined)
    warnings.push(
      vector === undefined
        ? `Recall went on by words: ${made.failure}`
        : `Texts that wait for their vector were not embedded: ${made.failure}`,
    );
  const spent = made.usage === undefined ? {} : { usage: made.usage };
  if (vector === undefined) return { made: null, ...spent };
  const { promptEntryId } = request;
  const asked = promptEntryId === undefined ? [] : [{ entryId: promptEntryId, text: prompt }];
  const store = await toStore([...asked, ...pending], vectorOf);
  const refused = pending.filter(({ text }) => made.refused.has(text)).map(({ entryId }) => entryId);
  return { made: { vector, embedder, store, refused }, ...spent };
}

/** Texts with the vectors that this embedder made of them before. */
function knownTexts(
  prompt: string,
  { promptVector, pending }: PromptRequest,
  embedder: string,
): Map<string, number[]> {
  const known = [
    { text: prompt, embedded: promptVector },
    ...pending.map(({ text, embedded }) => ({ text, embedded })),
  ];
  return new Map(
    known.flatMap(({ text, embedded }) =>
      embedded?.embedder === embedder ? [[text, embedded.vector] as const] : [],
    ),
  );
}

/** In a later step of a run the prompt has its vector: then nothing is worth a call, what is pending waits. */
const waitingBehind = ({ promptEntryId, pending }: PromptRequest): PendingEntry[] =>
  promptEntryId === undefined ? [] : pending;

async function embed(
  model: EmbeddingModel,
  {
    texts,
    prompt,
    request,
  }: { texts: string[]; prompt: string; request: PromptRequest & { maxRetries: number } },
): Promise<Split> {
  const { maxRetries, abortSignal } = request;
  const attempt = (batch: string[]) => embedTexts(model, batch, { maxRetries, abortSignal });
  return await embedSplitting(attempt, texts, { probe: prompt, maxCalls: EMBEDDING_MAX_CALLS, abortSignal });
}

/** Vectors for entries, each with the hash of its text. Those of one call have one length, or none is kept. */
async function toStore(
  entries: { entryId: string; text: string }[],
  vectorOf: ReadonlyMap<string, number[]>,
): Promise<EntryVector[]> {
  const store: EntryVector[] = [];
  for (const { entryId, text } of entries) {
    const vector = vectorOf.get(text);
    if (vector !== undefined) store.push({ entryId, vector, textHash: await embeddedTextHash(text) });
  }
  return store;
}
