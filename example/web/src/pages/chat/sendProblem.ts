import { ConvexError } from "convex/values";
import { fieldOf } from "../../messages/parts.js";
import { timeOf } from "../../messages/time.js";
import { errorText, type ErrorText } from "../../shell/errorText.js";

/** Why something was not sent, and what to do; `retryAt`: when it may be sent again, in ms since the epoch. */
export type SendProblem = ErrorText & { retryAt?: number };

const TEXTS: Readonly<Record<string, ErrorText>> = {
  QUEUE_FULL: {
    title: "Too many questions wait here already",
    advice: "Wait until some are answered, or remove one of them.",
  },
  MESSAGE_TOO_LARGE: {
    title: "That is too long for one message",
    advice: "Shorten it, or attach it as a file.",
  },
  PROMPT_EMPTY: { title: "There is nothing to send", advice: "Write something, or attach a file." },
  FILE_NOT_FOUND: {
    title: "A file is not there any more",
    advice: "Remove it and attach it again.",
  },
  RUN_ENDED: {
    title: "The answer was done before this could reach it",
    advice: "Send it as your next question.",
  },
  RUN_QUEUED: {
    title: "That answer has not begun yet",
    advice: "Send this as a question of its own.",
  },
  STEERING_FULL: {
    title: "The answer has a lot to read already",
    advice: "Wait a moment, or send this as your next question.",
  },
};

/** Words for what kept something from being sent. */
export function problemOf(error: unknown): SendProblem {
  const data: unknown = error instanceof ConvexError ? error.data : undefined;
  const [code, details] = [fieldOf(data, "code"), fieldOf(data, "details")];
  if (code === "RATE_LIMITED") {
    const ms = fieldOf(details, "retryAfterMs");
    const wait = typeof ms === "number" ? { retryAt: Date.now() + ms } : {};
    return { title: "You ask faster than you may", advice: "Wait a moment, then send it again.", ...wait };
  }
  if (code === "BUDGET_EXCEEDED") {
    const until = fieldOf(details, "resetsAt");
    const when = typeof until === "number" ? ` It resets at ${timeOf(until)}.` : "";
    return { title: "Your budget is spent", advice: `Nothing was sent.${when} An admin can give you more.` };
  }
  return (typeof code === "string" ? TEXTS[code] : undefined) ?? errorText(error);
}
