import type { ErrorCode } from "convex-agent-memory";
import {
  APP_CURRENCY,
  formatBytes,
  formatDuration,
  formatMoney,
  formatResetTime,
  formatTokens,
  plural,
} from "./formats.js";

/** What is shown of an error: what happened, and what to do about it. */
export type ErrorText = { title: string; advice: string };
/** The figures that came with an error: written by others, so each is looked at before it is shown. */
export type Details = Readonly<Record<string, unknown>>;

const AGAIN = "Try again in a moment.";
const OPERATOR = "Tell whoever runs this app.";
const GONE = "It was removed, or it is not yours.";

/** Words for each code that the package throws. */
export const ERROR_TEXTS: Readonly<Record<ErrorCode, ErrorText | ((details: Details) => ErrorText)>> = {
  AGENT_INVALID: { title: "This assistant is not set up right", advice: OPERATOR },
  ANSWER_EXPIRED: {
    title: "The time to answer is over",
    advice: "The assistant went on without it. Ask again if it still matters.",
  },
  APPROVAL_DECIDED: {
    title: "Somebody decided this already",
    advice: "The other decision stands. Look at the conversation for what it was.",
  },
  APPROVAL_EXPIRED: {
    title: "The time to decide is over",
    advice: "Nothing was done. Ask again if it should be.",
  },
  BLOCK_EXISTS: {
    title: "There is a block of this name",
    advice: "Change that one, or choose another name.",
  },
  BLOCK_NOT_FOUND: { title: "There is no such block", advice: `${GONE} Choose another one.` },
  BLOCK_READ_ONLY: { title: "This block is read-only", advice: "Agents may not write it." },
  BLOCK_TOO_LARGE: (details) => ({
    title: "The text is too long for this block",
    advice: `${tooLong(details)}Shorten it and save again.`,
  }),
  BUDGET_EXCEEDED: budgetExceeded,
  BUDGET_NOT_FOUND: { title: "There is no such budget", advice: GONE },
  CONTEXT_GONE: {
    title: "What this call was shown is not there any more",
    advice: "Something of it was changed or erased since, so it cannot be run again as it was.",
  },
  CONTEXT_TOO_SMALL: { title: "The question is too long", advice: "Ask for less at once, or shorten it." },
  CURRENCY_MISMATCH: { title: "This amount is in another currency", advice: "Convert it first." },
  DOCUMENT_INVALID: {
    title: "This document cannot be read",
    advice: "It must be text (UTF-8) of a size that documents may have. Save it as text and drop it again.",
  },
  DOCUMENT_NOT_FOUND: { title: "There is no such document", advice: `${GONE} Choose another one.` },
  DOCUMENT_REPLACED: {
    title: "A newer version came meanwhile",
    advice: "It is being read now. Drop this one again if it should replace that.",
  },
  EMBEDDING_FAILED: {
    title: "The text could not be indexed",
    advice: `Nothing is lost: it is found by its words until that works. ${AGAIN}`,
  },
  EXTRACTION_FAILED: {
    title: "No facts could be drawn from this",
    advice: "Nothing was changed. Try again later.",
  },
  FACT_CLOSED: {
    title: "This fact is closed",
    advice: "It was replaced, withdrawn, declined or forgotten before. Look at its history.",
  },
  FACT_NOT_FOUND: { title: "There is no such fact", advice: `${GONE} Choose another one.` },
  FILE_IN_USE: { title: "A message still holds this file", advice: "Remove the message first." },
  FILE_NOT_FOUND: { title: "There is no such file", advice: `${GONE} Choose another one.` },
  FILE_TOO_LARGE: ({ bytes, maxBytes }) => {
    const [size, most] = [numberOf(bytes), numberOf(maxBytes)];
    const figures =
      size === undefined || most === undefined
        ? ""
        : `It has ${formatBytes(size)}, and ${formatBytes(most)} are taken at most. `;
    return { title: "This file is too large", advice: `${figures}Choose a smaller one.` };
  },
  FILE_TYPE_REFUSED: ({ accepts }) => ({
    title: "Files of this type are not taken",
    advice: typeof accepts === "string" ? `Choose one of these: ${accepts}.` : "Choose another one.",
  }),
  FORBIDDEN: { title: "You may not do this", advice: "Ask an admin of your tenant." },
  GENERATION_NOT_FOUND: { title: "The index is not in the state that this needs", advice: OPERATOR },
  INVALID_ARGUMENT: { title: "That was not understood", advice: "Check what you entered and try again." },
  MESSAGE_NOT_FOUND: { title: "There is no such message", advice: GONE },
  MESSAGE_TOO_LARGE: { title: "This message is too large", advice: "Send less at once, or as a file." },
  MODEL_FAILED: {
    title: "The model gave no answer",
    advice: "What it had said before is kept. Ask again in a moment.",
  },
  NESTING_TOO_DEEP: { title: "The assistants asked each other too often", advice: "Ask for less at once." },
  OPERATION_MISMATCH: {
    title: "This was sent before with other words",
    advice: "Load the page again, then send it once more.",
  },
  OUTPUT_INVALID: {
    title: "The answer did not have the form that was asked for",
    advice: "It is kept, and was paid for. Ask again, perhaps in other words.",
  },
  PRICE_OVERLAP: {
    title: "Two prices hold for the same time",
    advice: "End the one before the other begins.",
  },
  PRICE_UNKNOWN: (details) => ({
    title: "The price of the model is not known",
    advice: `Your costs are limited, so it may not be called${named(details)}. Ask an admin to load its price.`,
  }),
  PROMPT_EMPTY: { title: "There is nothing to send", advice: "Write something, or attach a file." },
  PROMPT_NOT_IN_THREAD: {
    title: "This message is of another conversation",
    advice: "Open that one and try again.",
  },
  QUEUE_FULL: {
    title: "Too many questions wait here",
    advice: "Wait for an answer, or cancel one of those that wait.",
  },
  RATE_LIMITED: rateLimited,
  RUN_ACTIVE: { title: "An answer is under way", advice: "Wait until it is done, or stop it." },
  RUN_CODE_MOVED: {
    title: "The app was changed while this waited",
    advice: `It cannot go on. Ask again; if that fails too: ${OPERATOR}`,
  },
  RUN_ENDED: {
    title: "This answer has ended",
    advice: "There is nothing left to change. Ask something new.",
  },
  RUN_EXPORTS_MISNAMED: { title: "This assistant is not set up right", advice: OPERATOR },
  RUN_NOT_FOUND: { title: "There is no such run", advice: `${GONE} Choose another one.` },
  RUN_QUEUED: {
    title: "This question waits for its turn",
    advice: "It can be added to once its answer has begun.",
  },
  STEERING_FULL: {
    title: "Enough was added to this answer",
    advice: "Wait until it is done, then ask something new.",
  },
  STREAM_NOT_FOUND: { title: "This stream is over", advice: "The message itself has all of it." },
  SUMMARY_NOT_FOUND: { title: "There is no such summary", advice: GONE },
  THREAD_NOT_FOUND: { title: "There is no such conversation", advice: `${GONE} Choose another one.` },
  TOOL_CALL_NOT_FOUND: { title: "There is no such tool call", advice: GONE },
  TOOL_CALL_NOT_WAITING: {
    title: "This waits for nothing",
    advice: "It was decided or answered before, or needs no decision.",
  },
  TOOL_NOT_FOUND: { title: "The assistant has no such tool", advice: "It was told so. Ask in other words." },
  TRACE_NOT_FOUND: {
    title: "Nothing was kept of how this was made",
    advice: "No model call wrote this message, or its trace is gone.",
  },
  UNAUTHENTICATED: { title: "You are signed out", advice: "Sign in again to go on." },
  VERSION_MISMATCH: {
    title: "Somebody changed this meanwhile",
    advice: "Look at how it stands now, then make your change again.",
  },
};

const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

function tooLong({ overrun }: Details): string {
  const tokens = numberOf(overrun);
  return tokens === undefined ? "" : `It is ${formatTokens(tokens)} over the limit. `;
}

const named = ({ model }: Details): string => (typeof model === "string" ? ` (${model})` : "");

function rateLimited({ retryAfterMs }: Details): ErrorText {
  const waitMs = numberOf(retryAfterMs);
  if (waitMs === undefined)
    return {
      title: "This is more than a limit allows at once",
      advice: "Ask for less: waiting does not help.",
    };
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const wait = seconds < 120 ? plural(seconds, "second") : formatDuration(seconds * 1_000);
  return { title: "That was too fast", advice: `Try again in ${wait}.` };
}

const OWNERS: Readonly<Record<string, string>> = {
  tenant: "your tenant's",
  user: "your",
  agent: "this assistant's",
  thread: "this conversation's",
  run: "this answer's",
};
const PERIODS: Readonly<Record<string, string>> = { day: "for today", month: "for this month", lifetime: "" };

function budgetExceeded({ per, period, unit, limit, spent, resetsAt }: Details): ErrorText {
  const whose = OWNERS[String(per)] ?? "a";
  const when = PERIODS[String(period)] ?? "";
  const title = `${whose} budget ${when}`.trim();
  const amount = (value: unknown): string | undefined => {
    const known = numberOf(value);
    if (known === undefined) return undefined;
    return unit === "tokens" ? formatTokens(known) : formatMoney(known, APP_CURRENCY);
  };
  const [used, whole] = [amount(spent), amount(limit)];
  const figures =
    used === undefined || whole === undefined
      ? ""
      : `${used} of ${whole} is spent, and the next step may need more than is left. `;
  const reset = numberOf(resetsAt);
  const advice =
    reset === undefined
      ? "Ask an admin for more."
      : `It begins anew on ${formatResetTime(reset)}: ask again then, or ask an admin for more.`;
  return { title: `${title[0]!.toUpperCase()}${title.slice(1)} is used up`, advice: figures + advice };
}
