import {
  generateText,
  jsonSchema,
  NoObjectGeneratedError,
  NoOutputGeneratedError,
  Output,
  type LanguageModel,
} from "ai";
import type { BoundMemory, ExtractedFact, MutationCtx, ScopeKind, Unread, Usage } from "../client/index.js";
import { CallMeter } from "./callMeter.js";
import { readFound, type FoundFact } from "../shared/extractionOutput.js";
import { EXTRACTION_MAX_FACTS } from "../shared/limits.js";
import { isMemoryError, memoryError } from "../validators/errors.js";
import { describeError } from "./errors.js";
import { extractionPrompt, FOUND_SCHEMA } from "./extractionPrompt.js";
import { soundModel } from "./soundModel.js";
import { recordSpent } from "./spent.js";
import type { WorkerJob } from "./workerJob.js";
import { memoryFor, threadsOf } from "./workerThreads.js";

/** How facts are found in what was said. */
export type ExtractionSettings = {
  /** The model that reads; without one nothing is extracted, and `facts.append` is all there is. */
  model: LanguageModel | (() => LanguageModel);
  /** Where they go. The thread's own scope when it is shared, else the user's, unless told. */
  scope?: ScopeKind;
  /** `candidate`: a reviewer confirms each before it is used. `active` unless told. */
  status?: "active" | "candidate";
  /** What else the model should know: what matters in this app. */
  instructions?: string;
  /** Facts of one call at most: 25 unless told, never more. */
  maxFacts?: number;
  /** Calls of the model at most, each over up to 40 messages: 4 unless told. */
  maxCalls?: number;
  /** Retries of a call that failed for a while: 2 unless told. */
  maxRetries?: number;
  abortSignal?: AbortSignal;
};

export type ExtractArgs = ExtractionSettings & {
  memory: BoundMemory;
  threadId: string;
  /** The run that it is done for, in the ledger. */
  runId?: string;
};

/** What an extraction did. `isDone` is false when something is left to read: call again. */
export type Extracted = {
  calls: number;
  written: number;
  duplicates: number;
  superseded: number;
  dropped: number;
  warnings: string[];
  isDone: boolean;
};

const DEFAULT_CALLS = 4;

/**
 * Reads what was said in a thread since the last extraction and writes the facts in it. One call of the model for each
 * 40 messages; the cursor moves in the transaction that writes, so every message is read once: of two extractions
 * under way together one writes, the other finds the cursor moved and writes nothing but its usage. Reads only what
 * people and agents said: no tool results, no failed or half-said messages, nothing that was recalled or summarised.
 * What the model gives is checked: made-up ids, empty and long texts are dropped with a warning.
 *
 * Safe to retry: it goes on where it stopped. Throws `EXTRACTION_FAILED` when the model fails or gives no list of
 * facts (the cursor stays, what was spent is recorded), `THREAD_NOT_FOUND`, `FORBIDDEN`.
 *
 * @example await extractFacts(ctx, { memory: memory.as(principal), threadId, model: chatModel });
 */
export async function extractFacts(ctx: MutationCtx, args: ExtractArgs): Promise<Extracted> {
  const { memory, threadId, scope, maxCalls = DEFAULT_CALLS } = args;
  const sum: Extracted = {
    calls: 0,
    written: 0,
    duplicates: 0,
    superseded: 0,
    dropped: 0,
    warnings: [],
    isDone: false,
  };
  for (;;) {
    const unread = await memory.extraction.read(ctx, { threadId, scope });
    if (unread.to === null) return { ...sum, isDone: true };
    if (unread.messages.length > 0 && sum.calls >= maxCalls) return sum;
    const found = unread.messages.length === 0 ? NOTHING_FOUND : await findFacts(ctx, args, unread);
    sum.calls += unread.messages.length === 0 ? 0 : 1;
    sum.warnings.push(...found.warnings);
    const { from, to, readAt, isLast } = unread;
    const { usage } = found;
    const commit = await memory.extraction
      .commit(ctx, {
        threadId,
        // As the reading had it: who is let into the thread meanwhile does not change where its facts go.
        scope: unread.scope,
        ...{ from, to, readAt, isLast },
        facts: found.facts,
        status: args.status ?? "active",
        usage,
        runId: args.runId,
      })
      .catch(async (error: unknown) => {
        await recordLost(ctx, args, usage);
        throw error;
      });
    if (commit.kind === "stale") return sum;
    const { kind: _kind, ...counts } = commit;
    for (const field of ["written", "duplicates", "superseded", "dropped"] as const)
      sum[field] += counts[field];
    if (isLast) return { ...sum, isDone: true };
  }
}

type Found = { facts: ExtractedFact[]; warnings: string[]; usage?: Usage };
const NOTHING_FOUND: Found = { facts: [], warnings: [] };

/** One call of the model over one reading. What it cost is recorded also when nothing of it can be used. */
async function findFacts(ctx: MutationCtx, args: ExtractArgs, unread: Unread): Promise<Found> {
  const { threadId, maxFacts = EXTRACTION_MAX_FACTS } = args;
  const meter = new CallMeter();
  const record = (spent: readonly Usage[]) => recordSpent(placeOf(ctx, args), spent.map(asExtraction));
  const call = await callModel(args, unread, meter).catch(async (error: unknown) => {
    await record(meter.spent());
    throw error;
  });
  const shown = { messages: unread.messages.length, known: unread.known.length, maxFacts };
  const read = call.kind === "failed" ? null : readFound(call.output, shown);
  const usage = meter.answer();
  if (read !== null && usage !== undefined) {
    await record(meter.wasted());
    const facts = read.facts.map((fact) => mapped(fact, unread));
    return { facts, warnings: read.warnings, usage: asExtraction(usage) };
  }
  await record(meter.spent());
  const reason = call.kind === "failed" ? call.reason : "its output is no list of facts.";
  throw memoryError("EXTRACTION_FAILED", `The model found no facts that can be read: ${reason}`, {
    threadId,
  });
}

const placeOf = (ctx: MutationCtx, { memory, threadId, runId }: ExtractArgs) => ({
  ctx,
  memory,
  threadId,
  runId,
});

/** What was found could not be written, because the thread went: it was paid for all the same. */
const recordLost = (ctx: MutationCtx, args: ExtractArgs, usage: Usage | undefined): Promise<void> =>
  recordSpent(placeOf(ctx, args), usage === undefined ? [] : [{ ...usage, isFailed: true }]);

const asExtraction = (usage: Usage): Usage => ({ ...usage, purpose: "extraction" });

/** Small numbers back to ids. The numbers were checked. */
function mapped({ messages, supersedes, ...fact }: FoundFact, unread: Unread): ExtractedFact {
  const replaced = supersedes === undefined ? undefined : unread.known[supersedes]?.factId;
  return {
    ...fact,
    messageIds: messages.flatMap((number) => unread.messages[number]?.messageId ?? []),
    ...(replaced === undefined ? {} : { supersedes: replaced }),
  };
}

type Called = { kind: "answered"; output: unknown } | { kind: "failed"; reason: string };

async function callModel(args: ExtractArgs, unread: Unread, meter: CallMeter): Promise<Called> {
  const { model: given, maxFacts = EXTRACTION_MAX_FACTS, maxRetries, abortSignal, instructions } = args;
  try {
    const result = await generateText({
      model: soundModel(typeof given === "function" ? given() : given, meter),
      ...extractionPrompt(unread, { instructions, maxFacts }),
      output: Output.object({ schema: jsonSchema<unknown>(FOUND_SCHEMA), name: "facts" }),
      maxRetries,
      abortSignal,
    });
    return result.finishReason === "stop"
      ? { kind: "answered", output: outputOf(result) }
      : { kind: "failed", reason: `it stopped with "${result.finishReason}".` };
  } catch (error) {
    abortSignal?.throwIfAborted();
    const output = NoObjectGeneratedError.isInstance(error) ? jsonIn(error.text) : undefined;
    return output === undefined
      ? { kind: "failed", reason: describeError(error) }
      : { kind: "answered", output };
  }
}

/** The SDK throws where a model gave `null`: that is no list of facts either, but it was paid for. */
function outputOf(result: { output: unknown }): unknown {
  try {
    return result.output;
  } catch (error) {
    if (NoOutputGeneratedError.isInstance(error)) return null;
    throw error;
  }
}

/** The JSON of a text that has more around it, a fence or a preamble; undefined when there is none. */
function jsonIn(text = ""): unknown {
  const [start, end] = [text.indexOf("{"), text.lastIndexOf("}")];
  if (start < 0 || end < start) return undefined;
  try {
    const value: unknown = JSON.parse(text.slice(start, end + 1));
    return value;
  } catch {
    return undefined;
  }
}

/**
 * The last step of a run: as `extractFacts`, but an extraction that fails is a warning and never costs the answer; what
 * was not read is read the next time. One call of the model unless told.
 *
 * @example const { warnings } = await extractAfterRun(ctx, { memory, threadId, model: chatModel });
 */
export async function extractAfterRun(ctx: MutationCtx, args: ExtractArgs): Promise<{ warnings: string[] }> {
  try {
    return await extractFacts(ctx, { maxCalls: 1, ...args });
  } catch (error) {
    return { warnings: [`No facts were extracted: ${describeError(error)}`] };
  }
}

export type ExtractionJobSettings = Omit<ExtractionSettings, "abortSignal"> & {
  /** Threads that one run of the job looks at, those last active first: 50 unless told. */
  maxThreads?: number;
};

/**
 * Extraction as a job of a worker, over the worker's target: a thread, the threads of a user, or those of everyone,
 * last active first; of these the ones that have something new. `done` is false when something is left. A thread
 * whose extraction fails is passed over, and tried again by the next run.
 *
 * @example export const worker = defineWorker(memory, { jobs: [extractionJob({ model: chatModel })] });
 */
export function extractionJob({ maxThreads, ...settings }: ExtractionJobSettings): WorkerJob {
  return async (ctx, memory, budget) => {
    const { target, hasTime, abortSignal } = budget;
    const bound = memoryFor(memory, target);
    let done = true;
    for await (const { threadId, isUnread } of threadsOf(ctx, bound, { target, maxThreads })) {
      if (!isUnread) continue;
      if (!hasTime()) return { done: false };
      const args = { ...settings, abortSignal, memory: bound, threadId };
      const { isDone } = await extractFacts(ctx, args).catch(passOver);
      done &&= isDone;
    }
    return { done };
  };
}

/** What cannot be read now is not waited for. */
function passOver(error: unknown): Pick<Extracted, "isDone"> {
  const passes = ["EXTRACTION_FAILED", "THREAD_NOT_FOUND", "FORBIDDEN"] as const;
  if (passes.some((code) => isMemoryError(error, code))) return { isDone: true };
  throw error;
}
