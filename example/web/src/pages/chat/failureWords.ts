import type { Run } from "convex-agent-memory";
import type { ErrorText } from "../../shell/errorText.js";
import { timeOf } from "../../messages/time.js";

type Failed = Extract<Run["state"], { kind: "failed" }>;

const TOO_MANY_REQUESTS = 429;

/** Why an answer failed, and what to do about it. */
export function failureWords({ code, message, error }: Failed, exceeded?: Run["exceeded"]): ErrorText {
  switch (code) {
    case "BUDGET_EXCEEDED": {
      const until = exceeded?.resetsAt;
      return {
        title: "The budget is spent, so this answer ends here",
        advice:
          until === undefined || until === null
            ? "Ask an admin for more, then try again."
            : `It resets at ${timeOf(until)}. Try again then, or ask an admin for more.`,
      };
    }
    case "RATE_LIMITED":
      return { title: "Too many questions at once", advice: "Wait a moment, then try again." };
    case "RUN_LOST":
      return { title: "The answer was lost", advice: "The machine that wrote it went away. Try again." };
    case "MODEL_FAILED":
      return {
        title: "The model could not answer",
        advice:
          error?.statusCode === TOO_MANY_REQUESTS
            ? "Its provider has too much to do. Try again in a minute."
            : error?.isRetryable === false
              ? `Trying again as it is will not help: ${message}`
              : "That is often over in a moment. Try again.",
      };
    default:
      return { title: "The answer failed", advice: message };
  }
}
