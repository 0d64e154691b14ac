import type { Usage } from "../client/index.js";
import { usageOfFailure } from "./embed.js";
import { describeError } from "./errors.js";

/** One try to embed texts: all of them, or it throws. */
export type Attempt = (texts: string[]) => Promise<{ vectors: number[][]; usage: Usage }>;

/** What became of each text. Texts in neither were not tried to the end: they wait for the next time. */
export type Split = {
  vectors: Map<string, number[]>;
  refused: Set<string>;
  /** What all calls used together that were paid for; absent when none was. */
  usage?: Usage;
  /** Why the first call failed, in words. */
  failure?: string;
  /** True when the embedder embeds nothing: what waits is not to blame. */
  isDown: boolean;
};

type Options = { probe: string; maxCalls: number; abortSignal?: AbortSignal };

/**
 * Embeds what can be embedded. One call when all goes well. When it fails, the `probe` is tried alone: when that fails
 * too, the embedder is down and no text is to blame. Else the texts are halved until those that are refused stand
 * alone, in at most `maxCalls` calls altogether. Aborted calls throw.
 */
export async function embedSplitting(
  attempt: Attempt,
  texts: readonly string[],
  { probe, maxCalls, abortSignal }: Options,
): Promise<Split> {
  const split: Split = { vectors: new Map(), refused: new Set(), isDown: false };
  const isMade = (batch: string[]): Promise<boolean> => take(attempt, { batch, split, abortSignal });
  const distinct = [...new Set(texts)];
  if (distinct.length === 0 || (await isMade(distinct))) return split;
  const [only = ""] = distinct;
  const isAlone = distinct.length === 1;
  if ((isAlone && only === probe) || !(await isMade([probe]))) return { ...split, isDown: true };
  if (isAlone) split.refused.add(only);
  else
    await halve(isMade, { texts: distinct.filter((text) => text !== probe), split, maxCalls: maxCalls - 2 });
  return split;
}

type Taking = { batch: string[]; split: Split; abortSignal: AbortSignal | undefined };

/** One call for a batch: its vectors are noted, or why it failed. */
async function take(attempt: Attempt, { batch, split, abortSignal }: Taking): Promise<boolean> {
  try {
    const { vectors, usage } = await attempt(batch);
    batch.forEach((text, index) => split.vectors.set(text, vectors[index] ?? []));
    split.usage = addUsage(split.usage, usage);
    return true;
  } catch (error) {
    abortSignal?.throwIfAborted();
    const usage = usageOfFailure(error);
    if (usage !== undefined) split.usage = addUsage(split.usage, usage);
    split.failure ??= describeError(error);
    return false;
  }
}

/** Halves what failed until single texts are refused. The nearest half first: so a few calls tell some texts apart. */
async function halve(
  isMade: (batch: string[]) => Promise<boolean>,
  { texts, split, maxCalls }: { texts: string[]; split: Split; maxCalls: number },
): Promise<void> {
  const waiting = halves(texts);
  for (let calls = 0; calls < maxCalls; calls++) {
    const batch = waiting.shift();
    if (batch === undefined) return;
    const [only = ""] = batch;
    if (await isMade(batch)) continue;
    if (batch.length > 1) waiting.unshift(...halves(batch));
    else split.refused.add(only);
  }
}

/** A batch in two; one text stays one batch, and none gives none. */
function halves(texts: string[]): string[][] {
  const middle = Math.ceil(texts.length / 2);
  return [texts.slice(0, middle), texts.slice(middle)].filter((half) => half.length > 0);
}

/** Two calls of one embedder as one row of the ledger. */
function addUsage(sum: Usage | undefined, added: Usage): Usage {
  if (sum === undefined) return added;
  const isEstimated = sum.isEstimated === true || added.isEstimated === true;
  return {
    ...sum,
    inputTokens: sum.inputTokens + added.inputTokens,
    ms: sum.ms + added.ms,
    ...(isEstimated ? { isEstimated } : {}),
  };
}
