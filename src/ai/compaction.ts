import type { LanguageModel } from "ai";
import type {
  ActionCtx,
  BoundMemory,
  CompactionHead,
  Message,
  NewSummary,
  Part,
  Summary,
  ThreadPlace,
  Uncovered,
  Usage,
} from "../client/index.js";
import { canonicalJson } from "../shared/canonicalJson.js";
import {
  planCompaction,
  resolveCompaction,
  type CompactionOptions,
  type CompactionPlan,
  type CompactionSettings,
} from "../shared/compactionPlan.js";
import { planPruning, prune } from "../shared/contextPruning.js";
import { COMPACTION_SPAN_MAX_TOKENS, COMPACTIONS_PER_CALL } from "../shared/limits.js";
import { comparePositions } from "../shared/position.js";
import { RECALL_TOOL } from "../shared/summaryText.js";
import { isMemoryError } from "../validators/errors.js";
import { CallMeter } from "./callMeter.js";
import { recordSpent } from "./spent.js";
import { summarize } from "./summarize.js";
import type { WorkerJob } from "./workerJob.js";
import { memoryFor, threadsOf } from "./workerThreads.js";

/** Where to compact, and with what. */
type Compaction = {
  ctx: ActionCtx;
  memory: BoundMemory;
  threadId: string;
  settings: CompactionSettings;
  /** Writes the summaries; without one they are extractive. */
  model?: LanguageModel | (() => LanguageModel);
  /** The run whose context it is, for the ledger. */
  runId?: string;
  maxRetries?: number;
  abortSignal?: AbortSignal;
};

/** A summary as far as a context shows it. */
export type ShownSummary = Pick<Summary, "summaryId" | "text" | "tokens" | "to">;

export type ContextCompaction = Compaction & {
  /** The messages that the context holds behind its summary, in order, with nothing added to them. */
  history: readonly Message[];
  summary: ShownSummary | null;
  prunedTo?: ThreadPlace;
  /** The turn of the run under way: its prompt and its newest tool group stay. */
  keepTurn?: number;
  tokenFactor?: number;
};

/** What a context is to be built with; `changed` tells whether that is something else than before. */
export type CompactedContext = {
  summary: ShownSummary | null;
  prunedTo?: ThreadPlace;
  changed: boolean;
  warnings: string[];
};

/**
 * Makes room in a context that is over its trigger: outputs of old tools become placeholders first; if that is not
 * enough, older turns are summarised. Calls nothing while there is room. What is summarised is read from the thread,
 * so nothing that was only injected can get in. When another job was faster, its outcome is given. Safe to retry.
 */
export async function compactContext(request: ContextCompaction): Promise<CompactedContext> {
  const { summary, prunedTo, settings } = request;
  const { isPruned, isSummarised } = dueIn(request);
  if (!isPruned && !isSummarised)
    return { summary, ...(prunedTo === undefined ? {} : { prunedTo }), changed: false, warnings: [] };
  // What the thread holds by now may be a little less than the context: the decision has been made here.
  const forced = { ...settings, pruning: { ...settings.pruning, triggerTokens: 0 } };
  if (isSummarised) forced.triggerTokens = 0;
  const outcome = await compactOnce({ ...request, settings: forced }, request.keepTurn);
  const { head, warnings } = outcome;
  return {
    summary: outcome.summary,
    ...(head.prunedTo === undefined ? {} : { prunedTo: head.prunedTo }),
    changed:
      outcome.summary?.summaryId !== summary?.summaryId ||
      canonicalJson(head.prunedTo) !== canonicalJson(prunedTo),
    warnings,
  };
}

type Due = Pick<
  ContextCompaction,
  "history" | "summary" | "prunedTo" | "settings" | "keepTurn" | "tokenFactor"
>;

/** What a context needs to have room: new placeholders, a summary, both or neither. Pure. */
export function dueIn({ history, summary, prunedTo, settings, ...keep }: Due): {
  isPruned: boolean;
  isSummarised: boolean;
} {
  const state = stateOf(keep, summary);
  const furthest = planPruning(history, { ...settings.pruning, ...state, prunedTo });
  const shown = pruned(history, furthest ?? prunedTo, settings);
  const isSummarised = planCompaction(shown, { ...settings, ...state }) !== null;
  return { isPruned: furthest !== null, isSummarised };
}

export type ThreadCompaction = Omit<Compaction, "ctx" | "settings"> & {
  settings?: CompactionOptions;
  /** Tokens of history that the agent's contexts may hold; 32,000 unless told. */
  maxTokens?: number;
  /** Asked between two summaries: false ends the call with `done: false`. */
  hasTime?: () => boolean;
};

/**
 * Compacts a thread as far as its settings want it: for a job after a run, or for a long history that was imported.
 * At most 8 summaries a call; `done` tells whether anything is left. Safe to retry and to run twice at once: a
 * summary is committed by one of two. Throws `THREAD_NOT_FOUND`, `FORBIDDEN` and `INVALID_ARGUMENT`.
 *
 * @example const { done } = await compactThread(ctx, { memory: memory.as(principal), threadId, model: chatModel() });
 */
export async function compactThread(
  ctx: ActionCtx,
  { settings: options, maxTokens, hasTime = () => true, ...request }: ThreadCompaction,
): Promise<{ done: boolean; summaries: number; warnings: string[] }> {
  const settings = resolveCompaction(options, maxTokens);
  const warnings: string[] = [];
  let summaries = 0;
  for (let round = 0; round < COMPACTIONS_PER_CALL; round++) {
    if (!hasTime()) return { done: false, summaries, warnings };
    const outcome = await compactOnce({ ...request, ctx, settings }, undefined);
    warnings.push(...outcome.warnings);
    if (outcome.wrote === "summary") summaries += 1;
    if (outcome.wrote === "nothing") return { done: true, summaries, warnings };
    if (outcome.wrote === "late") break; // not at once again: a model may have been paid for it
  }
  return { done: false, summaries, warnings };
}

export type CompactionJobSettings = Pick<
  ThreadCompaction,
  "settings" | "maxTokens" | "model" | "maxRetries"
> & {
  /** Threads that one run of the job looks at, those last active first: 50 unless told. */
  maxThreads?: number;
};

/**
 * Compaction as a job of a worker, over the worker's target: a thread, the threads of a user, or those of everyone,
 * last active first. Give it the settings of the agents that answer there.
 *
 * @example export const worker = defineWorker(memory, { jobs: [compactionJob({ maxTokens: 32_000 })] });
 */
export function compactionJob({ maxThreads, ...options }: CompactionJobSettings = {}): WorkerJob {
  resolveCompaction(options.settings, options.maxTokens); // a wrong setting is told at once
  return async (ctx, memory, budget) => {
    const bound = memoryFor(memory, budget.target);
    const { hasTime, abortSignal } = budget;
    let done = true;
    for await (const { threadId } of threadsOf(ctx, bound, { target: budget.target, maxThreads })) {
      if (!hasTime()) return { done: false };
      const request = { ...options, memory: bound, threadId, hasTime, abortSignal };
      const compacted = await compactThread(ctx, request).catch(unlessClosed);
      done &&= compacted.done;
    }
    return { done };
  };
}

/** A thread that was removed, or closed to the one who asks, since it was listed. */
function unlessClosed(error: unknown): { done: boolean } {
  if (isMemoryError(error, "THREAD_NOT_FOUND") || isMemoryError(error, "FORBIDDEN")) return { done: true };
  throw error;
}

type Outcome = {
  summary: Summary | null;
  head: CompactionHead;
  /** `late`: another was faster, or a run still needs what was to be covered. */
  wrote: "summary" | "pruning" | "late" | "nothing";
  warnings: string[];
};

/** Reads what no summary covers, plans, and commits at most one summary: everything before the commit is without effect. */
async function compactOnce(request: Compaction, keepTurn: number | undefined): Promise<Outcome> {
  const { ctx, memory, threadId, settings, runId } = request;
  const material = await readMaterial(request);
  const { head, summary = null, messages } = material;
  const { furthest, plan } = planFor(material, settings, keepTurn);
  if (furthest === null && plan === null) return { summary, head, wrote: "nothing", warnings: [] };
  const { maxSummaryTokens } = settings;
  const maxTokens = maxSummaryTokens / (material.tokenFactor ?? 1);
  const written = await write(request, { plan, messages, previous: summary, maxTokens });
  const { committed, ...after } = await memory.summaries
    .commit(ctx, { threadId, expected: head, prunedTo: furthest ?? undefined, ...written.commit, runId })
    .catch(async (error: unknown) => {
      const { usage } = written.commit; // the thread went: it was paid for all the same
      if (usage !== undefined) await recordCalls(request, [{ ...usage, isFailed: true }]);
      throw error;
    });
  const wrote = committed ? (plan === null ? "pruning" : "summary") : "late";
  return { summary: after.summary ?? null, head: after.head, wrote, warnings: written.warnings };
}

type Plans = { furthest: ThreadPlace | null; plan: CompactionPlan | null };

function planFor(material: Material, settings: CompactionSettings, keepTurn: number | undefined): Plans {
  const { head, summary = null, messages, isStart } = material;
  const keep = { ...material, keepTurn: material.runningTurn ?? keepTurn };
  const state = { ...stateOf(keep, summary), isStart };
  const furthest = planPruning(messages, { ...settings.pruning, ...state, prunedTo: head.prunedTo });
  const shown = pruned(messages, furthest ?? head.prunedTo, settings);
  return { furthest, plan: planCompaction(shown, { ...settings, ...state }) };
}

type Writing = {
  plan: CompactionPlan | null;
  messages: readonly Message[];
  previous: Summary | null;
  /** Of the summary, by estimate. */
  maxTokens: number;
};

/** The summary of the planned span, as a commit takes it. The id makes sure that its call is in the ledger once. */
async function write(
  request: Compaction,
  { plan, messages, previous, maxTokens }: Writing,
): Promise<{ commit: Written; warnings: string[] }> {
  if (plan === null) return { commit: {}, warnings: [] };
  const meter = new CallMeter();
  const asked = { ...request, meter, messages: spanOf(messages, plan), previous: previous?.text, maxTokens };
  const written = await summarize(asked).catch(async (error: unknown) => {
    await recordCalls(request, meter.spent());
    throw error;
  });
  const { text, model, spent: used, warnings } = written;
  await recordCalls(request, used.slice(0, -1)); // the last goes with the commit
  const summary = { from: plan.from, to: plan.to, text, ...(model === undefined ? {} : { model }) };
  const spent = used.slice(-1).map((usage) => ({ usage, operationId: crypto.randomUUID() }));
  return { commit: { summary, ...spent[0] }, warnings };
}

type Written = { summary?: NewSummary; usage?: Usage; operationId?: string };

function recordCalls({ ctx, memory, threadId, runId }: Compaction, used: readonly Usage[]): Promise<void> {
  const calls = used.map((usage) => ({ ...usage, purpose: "compaction" as const }));
  return recordSpent({ ctx, memory, threadId, runId }, calls);
}

type State = { keepTurn?: number; tokenFactor?: number };

const stateOf = ({ keepTurn, tokenFactor }: State, summary: ShownSummary | null) => ({
  ...(keepTurn === undefined ? {} : { keepTurn }),
  ...(tokenFactor === undefined ? {} : { tokenFactor }),
  ...(summary === null ? {} : { coveredTo: summary.to, summaryTokens: summary.tokens }),
});

const pruned = (
  messages: readonly Message[],
  prunedTo: ThreadPlace | undefined,
  { pruning: { excludeTools } }: CompactionSettings,
): Message[] => messages.map((message) => prune(message, prunedTo, { excludeTools }));

/**
 * The messages that a summary replaces, whole: outputs that a context shows as placeholders too. Without what the tool
 * `recall` gave: it was said elsewhere, and is forgotten there.
 */
const spanOf = (messages: readonly Message[], { from, to }: CompactionPlan): Message[] =>
  messages
    .filter((message) => comparePositions(message, from) >= 0 && comparePositions(message, to) <= 0)
    .map((message) => ({ ...message, parts: message.parts.filter((part) => !isRecalled(part)) }));

const isRecalled = (part: Part): boolean => part.type === "toolResult" && part.toolName === RECALL_TOOL;

/** Messages read at once: the last page may bring so many more than a summary should read. */
const PAGE_MESSAGES = 50;

type Material = Omit<Uncovered, "cursor"> & { isStart: boolean };

/**
 * What no summary covers, from its start: as much as one summary reads. Pages that were read at different times may
 * not fit each other; then the commit, which rests on the first, finds the thread changed.
 */
async function readMaterial({ ctx, memory, threadId }: Compaction): Promise<Material> {
  const page = { threadId, limit: PAGE_MESSAGES };
  const { cursor: first, ...material } = await memory.summaries.listUncovered(ctx, { ...page, after: null });
  let cursor = first;
  const messages = [...material.messages];
  let tokens = messages.reduce((sum, message) => sum + message.tokens, 0);
  while (cursor !== null && tokens < COMPACTION_SPAN_MAX_TOKENS) {
    const next = await memory.summaries.listUncovered(ctx, { ...page, after: cursor });
    messages.push(...next.messages);
    tokens += next.messages.reduce((sum, message) => sum + message.tokens, 0);
    cursor = next.cursor;
  }
  return { ...material, messages, isStart: cursor !== null };
}
