import type { Run } from "convex-agent-memory";
import { errorText, type ErrorText } from "../shell/errorText.js";

type Failed = Extract<Run["state"], { kind: "failed" }>;

const TOO_MANY_REQUESTS = 429;

/** Why an answer failed, and what to do about it. */
export function failureWords(failed: Failed, exceeded?: Run["exceeded"]): ErrorText {
  const { code, message } = failed;
  switch (code) {
    case "RATE_LIMITED": // how long to wait is not kept with a run
      return { title: "Too many questions at once", advice: "Wait a moment, then try again." };
    case "RUN_LOST":
      return { title: "The answer was lost", advice: "The machine that wrote it went away. Try again." };
    case "MODEL_FAILED":
      return { title: "The model could not answer", advice: modelAdvice(failed) };
    default:
      return errorText({ code, message, details: exceeded });
  }
}

function modelAdvice({ message, error }: Failed): string {
  if (error?.statusCode === TOO_MANY_REQUESTS)
    return "Its provider has too much to do. Try again in a minute.";
  return error?.isRetryable === false
    ? `Trying again as it is will not help: ${message}`
    : "That is often over in a moment. Try again.";
}
