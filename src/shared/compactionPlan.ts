import type { Part } from "../validators/content.js";
import { memoryError } from "../validators/errors.js";
import type { Message } from "../validators/message.js";
import type { ThreadPlace } from "../validators/thread.js";
import type { PruningSettings } from "./contextPruning.js";
import { CONTEXT_DEFAULT_TOKENS, PRUNING_KEEP_TOOL_USES, SUMMARY_MAX_TOKENS } from "./limits.js";
import { comparePositions, PROMPT_STEP } from "./position.js";
import { withoutUndefined } from "./withoutUndefined.js";

/** When history is summarised, and how much of it stays as it is. Tokens are those of the provider. */
export type CompactionSettings = {
  /** Nothing is summarised while summary and history hold no more than this. */
  triggerTokens: number;
  /** Then history is cut down to this: so the next time is far off, and prompts keep their start meanwhile. */
  keepTokens: number;
  /** Nothing is summarised unless so much is replaced. */
  minTokens: number;
  /** What a summary may have at most, so that a context has room for it. */
  maxSummaryTokens: number;
  pruning: PruningSettings;
};

/** Shares of the trigger: where history is cut down to, and what must be won by a cut or by pruning. */
const KEEP_SHARE = 0.5;
const MIN_SHARE = 0.1;
/** Share of the tokens that a context may hold from which on it is compacted: the rest is for one more turn. */
const TRIGGER_SHARE = 0.75;
/** Share of them that a summary may have. */
const SUMMARY_SHARE = 0.25;

/** What an app may say about compaction; what it leaves out follows from `maxTokens` of its contexts. */
export type CompactionOptions = Partial<Omit<CompactionSettings, "pruning">> & {
  pruning?: Partial<PruningSettings>;
};

/**
 * The settings of an agent: compaction from 75 % of the history that a context may hold (32,000 tokens unless told),
 * down to half of that; each time at least a tenth; a summary of a quarter at most. Throws `INVALID_ARGUMENT` for what is no budget, and where
 * `keepTokens` is not below `triggerTokens`.
 */
export function resolveCompaction(
  options: CompactionOptions = {},
  maxTokens: number = CONTEXT_DEFAULT_TOKENS,
): CompactionSettings {
  const { pruning, ...budgets } = withoutUndefined(options);
  const { triggerTokens = Math.floor(maxTokens * TRIGGER_SHARE) } = budgets;
  const { minTokens = Math.floor(triggerTokens * MIN_SHARE) } = budgets;
  const settings: CompactionSettings = {
    triggerTokens,
    keepTokens: Math.floor(triggerTokens * KEEP_SHARE),
    minTokens,
    maxSummaryTokens: Math.min(SUMMARY_MAX_TOKENS, Math.floor(maxTokens * SUMMARY_SHARE)),
    ...budgets,
    pruning: {
      triggerTokens,
      keepToolUses: PRUNING_KEEP_TOOL_USES,
      clearAtLeastTokens: minTokens,
      ...withoutUndefined(pruning ?? {}),
    },
  };
  checkSettings(settings);
  return settings;
}

function checkSettings({ triggerTokens, keepTokens, pruning, ...others }: CompactionSettings): void {
  const numbers = {
    triggerTokens,
    keepTokens,
    ...others,
    "pruning.triggerTokens": pruning.triggerTokens,
    "pruning.keepToolUses": pruning.keepToolUses,
    "pruning.clearAtLeastTokens": pruning.clearAtLeastTokens,
  };
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isFinite(value) || value < 0)
      throw memoryError("INVALID_ARGUMENT", `\`${name}\` of a compaction must be a number from 0.`, {
        value: String(value),
      });
  if (keepTokens >= triggerTokens && triggerTokens > 0)
    throw memoryError("INVALID_ARGUMENT", "`keepTokens` must be below `triggerTokens`.", {
      keepTokens,
      triggerTokens,
    });
}

/** Where a thread stands. */
export type CompactionState = {
  /** The turn of the run under way; without one, the newest turn is treated like it. */
  keepTurn?: number;
  /** The end of the newest summary; messages up to it are not covered again. */
  coveredTo?: ThreadPlace;
  /** Tokens of the newest summary, by estimate. */
  summaryTokens?: number;
  /** Tokens that the provider counts for each of our estimate; 1 unless known. */
  tokenFactor?: number;
  /** The thread goes on behind these messages: cover as much of them as may be, whatever they hold. */
  isStart?: boolean;
};

/** What a summary should cover: places, and how many messages and estimated tokens stand there. */
export type CompactionPlan = { from: ThreadPlace; to: ThreadPlace; messages: number; tokens: number };

/**
 * What to summarise, or null when nothing should be. `messages` are in order, in whole tool groups and with pruned
 * outputs, as a context shows them.
 *
 * Whole turns only, and in the turn under way whole tool groups only: never its prompt alone nor its newest group.
 * A summary that ends inside that turn covers its prompt too; a context shows the prompt all the same.
 *
 * @example const plan = planCompaction(history, { ...settings, coveredTo: summary?.to, keepTurn: turn });
 */
export function planCompaction(
  messages: readonly Message[],
  settings: Omit<CompactionSettings, "pruning" | "maxSummaryTokens"> & CompactionState,
): CompactionPlan | null {
  const { summaryTokens = 0, tokenFactor = 1, isStart = false } = settings;
  const total = messages.reduce((sum, { tokens }) => sum + tokens, summaryTokens);
  if (!isStart && total * tokenFactor <= settings.triggerTokens) return null;
  const open = messages.filter((message) => isUncovered(message, settings.coveredTo));
  const [first] = open;
  const chosen = chooseCut(open, settings);
  const last = chosen === undefined ? undefined : open[chosen.index];
  if (first === undefined || chosen === undefined || last === undefined) return null;
  if (!isStart && chosen.saved * tokenFactor < settings.minTokens) return null;
  const covered = open.slice(0, chosen.index + 1);
  return {
    from: { turn: first.turn, step: first.step },
    to: { turn: last.turn, step: last.step },
    messages: covered.length,
    tokens: covered.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

const isUncovered = (message: ThreadPlace, coveredTo: ThreadPlace | undefined): boolean =>
  coveredTo === undefined || comparePositions(message, coveredTo) > 0;

/** A cut behind a message: what stays, and what a context is shorter by. */
type Cut = { index: number; rest: number; saved: number; isTurnEnd: boolean };

/** The first cut that leaves little enough; else the last one there is. Between turns where more is to come. */
function chooseCut(
  open: readonly Message[],
  { keepTurn, keepTokens, tokenFactor = 1, isStart = false }: Parameters<typeof planCompaction>[1],
): Cut | undefined {
  const lastTurn = open.at(-1)?.turn ?? 0;
  // Of a thread's start the last turn may go on: it is cut between its groups or not at all.
  const cuts = legalCuts(open, isStart ? Math.min(keepTurn ?? lastTurn, lastTurn) : (keepTurn ?? lastTurn));
  if (isStart) return cuts.findLast(({ isTurnEnd }) => isTurnEnd) ?? cuts.at(-1);
  return cuts.find(({ rest }) => rest * tokenFactor <= keepTokens) ?? cuts.at(-1);
}

function legalCuts(open: readonly Message[], keepTurn: number): Cut[] {
  const newestGroup = open.findLastIndex(({ turn, parts }) => turn === keepTurn && parts.some(isCall));
  const total = open.reduce((sum, { tokens }) => sum + tokens, 0);
  const whole = wholeBehind(open);
  const cuts: Cut[] = [];
  let saved = 0;
  for (const [index, { turn, step, tokens }] of open.entries()) {
    if (turn > keepTurn) break;
    const isPrompt = turn === keepTurn && step === PROMPT_STEP;
    if (!isPrompt) saved += tokens; // the prompt is shown all the same
    const isTurnEnd = open[index + 1]?.turn !== turn;
    const isGroupEnd = whole[index] === true && !isPrompt && index < newestGroup;
    if (turn === keepTurn ? isGroupEnd : isTurnEnd)
      cuts.push({ index, rest: total - saved, saved, isTurnEnd });
  }
  return cuts;
}

/** For each message whether a cut behind it leaves all groups of its turn whole. */
function wholeBehind(open: readonly Message[]): boolean[] {
  const waiting = new Set<string>();
  return open.map((message, index) => {
    const next = open[index + 1];
    noteCalls(message, waiting);
    if (next?.turn !== message.turn) waiting.clear(); // results stand in the turn of their call
    return waiting.size === 0 && next?.role !== "tool";
  });
}

const isCall = ({ type }: Part): boolean => type === "toolCall";

function noteCalls({ parts }: Message, waiting: Set<string>): void {
  for (const part of parts) {
    if (part.type === "toolCall") waiting.add(part.callId);
    if (part.type === "toolResult") waiting.delete(part.callId);
  }
}
