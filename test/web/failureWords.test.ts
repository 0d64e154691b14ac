// Why an answer failed, in words: for who reads the conversation and for who looks at the run.
import { expect, test } from "vitest";
import { failureWords } from "../../example/web/src/messages/failureWords.js";

const failed = { kind: "failed", endedAt: 0 } as const;
const adviceOf = (error: { statusCode?: number; isRetryable: boolean }): string =>
  failureWords({
    ...failed,
    code: "MODEL_FAILED",
    message: "Bad prompt.",
    error: { name: "AI_APICallError", ...error },
  }).advice;

test("a limit that was reached during a run says no wait that is not known", () => {
  const words = failureWords({ ...failed, code: "RATE_LIMITED", message: "Slow." });
  expect(words).toEqual({ title: "Too many questions at once", advice: "Wait a moment, then try again." });
});

test("a lost answer says what became of it", () => {
  expect(failureWords({ ...failed, code: "RUN_LOST", message: "Lost." }).title).toBe("The answer was lost");
});

test("a model's failure says whether trying again helps", () => {
  expect(adviceOf({ statusCode: 500, isRetryable: true })).toBe("That is often over in a moment. Try again.");
  expect(adviceOf({ statusCode: 429, isRetryable: true })).toMatch(/too much to do/);
  expect(adviceOf({ statusCode: 400, isRetryable: false })).toBe(
    "Trying again as it is will not help: Bad prompt.",
  );
});

test("a spent budget is told with what it was spent on", () => {
  const exceeded = { per: "user", unit: "tokens", period: "day", limit: 20, spent: 19, resetsAt: null };
  const words = failureWords(
    { ...failed, code: "BUDGET_EXCEEDED", message: "Spent." },
    exceeded as Parameters<typeof failureWords>[1],
  );
  expect(words.advice).toContain("19 tokens of 20 tokens");
});
