import { fieldOf } from "../../data/json.js";
import { errorCodeOf, errorText, type ErrorText } from "../../shell/errorText.js";

/** Why something was not sent, and what to do; `retryAt`: until when it is sure to be refused, in ms since the epoch. */
export type SendProblem = ErrorText & { retryAt?: number };

/** Words for what kept something from being sent. */
export function problemOf(error: unknown): SendProblem {
  const text = errorText(error);
  const waitMs = fieldOf(fieldOf(fieldOf(error, "data"), "details"), "retryAfterMs");
  return errorCodeOf(error) === "RATE_LIMITED" && typeof waitMs === "number"
    ? { ...text, retryAt: Date.now() + waitMs }
    : text;
}
