import type { Part, PartOf } from "../validators/content.js";
import type { Message } from "../validators/message.js";
import type { ThreadPlace } from "../validators/thread.js";
import { PRUNING_MIN_OUTPUT_BYTES } from "./limits.js";
import { tokensOf, withBody } from "./partBodies.js";
import { comparePositions } from "./position.js";
import { cutToBytes, utf8Bytes } from "./utf8.js";

/** When the outputs of old tool calls leave the context, and which stay. Tokens are those of the provider. */
export type PruningSettings = {
  /** Nothing is pruned while the context holds no more than this. */
  triggerTokens: number;
  /** The newest tool uses that keep their outputs; the newest group of calls always does. */
  keepToolUses: number;
  /** Nothing is pruned unless so much is saved: each time breaks a provider's prompt cache. */
  clearAtLeastTokens: number;
  /** Tools whose outputs are never pruned. */
  excludeTools?: readonly string[];
};

/** Where a context stands: what is pruned already, and what the provider counts for a token of our estimate. */
export type PruningState = { prunedTo?: ThreadPlace; tokenFactor?: number };

/** The tool that gives a pruned output again: `readOutputTool` of `convex-agent-memory/ai`, under this name. */
export const READ_OUTPUT_TOOL = "readToolOutput";

/** Characters of a tool's name in a placeholder: imported histories may have longer ones than models accept. */
const NAME_MAX_BYTES = 64;

/** A result by the index of its message, and of the message that asked for it. */
type Use = { index: number; askedAt: number };

/**
 * Up to where outputs of tools should become placeholders, or null when they may stay. The place lies behind
 * `prunedTo`, before the tool group that holds the first use to keep, and before the newest group. `messages` are in
 * order and whole: with the outputs that are pruned already.
 *
 * @example const prunedTo = planPruning(history, settings) ?? head.prunedTo;
 */
export function planPruning(
  messages: readonly Message[],
  settings: PruningSettings & PruningState,
): ThreadPlace | null {
  const { prunedTo, tokenFactor = 1, excludeTools } = settings;
  const tokensUpTo = (place: ThreadPlace | undefined): number =>
    messages.reduce((sum, message) => sum + prune(message, place, { excludeTools }).tokens, 0);
  const before = tokensUpTo(prunedTo);
  if (before * tokenFactor <= settings.triggerTokens) return null;
  const place = furthestPlace(messages, settings);
  if (place === null || (prunedTo !== undefined && comparePositions(place, prunedTo) <= 0)) return null;
  const saved = before - tokensUpTo(place);
  return saved > 0 && saved * tokenFactor >= settings.clearAtLeastTokens ? place : null;
}

/** The last output before the group of the first use to keep, and before the newest group. */
function furthestPlace(
  messages: readonly Message[],
  { keepToolUses, excludeTools = [] }: PruningSettings,
): ThreadPlace | null {
  const uses = usesIn(messages, new Set(excludeTools));
  const kept = uses.at(-Math.min(Math.max(1, keepToolUses), uses.length));
  const newest = uses.at(-1);
  if (kept === undefined || newest === undefined) return null;
  const end = Math.min(newest.askedAt, kept.askedAt);
  const last = uses.findLast(({ index }) => index < end);
  const at = last === undefined ? undefined : messages[last.index];
  return at === undefined ? null : { turn: at.turn, step: at.step };
}

/** The outputs that may be pruned, in order, each with the index of the message that asked for it. */
function usesIn(messages: readonly Message[], excluded: ReadonlySet<string>): Use[] {
  const askedAt = new Map<string, number>();
  const uses: Use[] = [];
  for (const [index, message] of messages.entries())
    for (const part of message.parts) {
      if (part.type === "toolCall") askedAt.set(part.callId, index);
      if (part.type === "toolResult" && message.role === "tool" && !excluded.has(part.toolName))
        uses.push({ index, askedAt: askedAt.get(part.callId) ?? index });
    }
  return uses;
}

export type PruneOptions = {
  excludeTools?: readonly string[];
  /** Whether the agent has the tool that reads outputs again; true unless told. */
  canReadAgain?: boolean;
};

/**
 * The message as a context shows it: up to `prunedTo`, what tools gave is replaced by a placeholder that says which
 * tool, how many bytes and how to read them again. The same message and place give the same bytes. What a provider
 * ran itself stays: it stands in the answer, where the provider looks for it.
 */
export function prune(
  message: Message,
  prunedTo: ThreadPlace | null | undefined,
  { excludeTools, canReadAgain = true }: PruneOptions = {},
): Message {
  if (message.role !== "tool" || prunedTo == null || comparePositions(message, prunedTo) > 0) return message;
  let isPruned = false;
  const parts = message.parts.map((part, index): Part => {
    if (!isPrunable(part) || excludeTools?.includes(part.toolName) === true) return part;
    isPruned = true;
    return placeholderFor(part, { messageId: message.messageId, part: index, canReadAgain });
  });
  return isPruned ? { ...message, parts, tokens: tokensOf(parts) } : message;
}

const bytesOf = (part: PartOf<"toolResult">): number => part.payload?.bytes ?? utf8Bytes(part.output);

/** Denials and interruptions are short and must stay: a model that does not see them would ask again. */
function isPrunable(part: Part): part is PartOf<"toolResult"> {
  if (part.type !== "toolResult" || part.outputKind === "denied" || part.outputKind === "interrupted")
    return false;
  return utf8Bytes(part.output) >= PRUNING_MIN_OUTPUT_BYTES;
}

type Where = { messageId: string; part: number; canReadAgain: boolean };

/** An error stays one: that the call failed must not be lost with its words. */
function placeholderFor(part: PartOf<"toolResult">, { messageId, part: index, canReadAgain }: Where): Part {
  const name = cutToBytes(part.toolName, NAME_MAX_BYTES);
  const again = canReadAgain
    ? ` To read it again: ${READ_OUTPUT_TOOL} ${JSON.stringify({ messageId, part: index })}`
    : "";
  const words = `[The output of ${name} was removed to save room: ${bytesOf(part)} bytes.${again}]`;
  const replaced = withBody(part, words);
  if (replaced.type !== "toolResult") return part;
  return { ...replaced, outputKind: part.outputKind === "error" ? "error" : "text" };
}
