// What the page says of errors: every code has words, and none of them is a code.
import { memoryError } from "convex-agent-memory";
import { ConvexError } from "convex/values";
import { expect, test } from "vitest";
import { vErrorCode } from "../../src/validators/errors.js";
import { errorText } from "../../example/web/src/shell/errorText.js";

const CODES = vErrorCode.members.map((member) => member.value);
const RESETS_AT = Date.UTC(2026, 10, 27);

test("every code of the package has words of its own, without a code in them", () => {
  expect(CODES.length).toBeGreaterThan(50);
  for (const code of CODES) {
    const { title, advice } = errorText(memoryError(code, "What the code says."));
    expect(title, code).not.toBe("Something went wrong");
    for (const words of [title, advice]) {
      expect(words.length, code).toBeGreaterThan(5);
      expect(words, code).not.toMatch(/[A-Z]+_[A-Z]+|undefined|NaN|\[object/);
    }
    expect(advice, code).toMatch(/[.!?]$/);
  }
});

test("an error that crossed the wire, and a failed run, get the same words", () => {
  const thrown = errorText(memoryError("THREAD_NOT_FOUND", "No such thread."));
  expect(errorText(new ConvexError({ code: "THREAD_NOT_FOUND", message: "No such thread." }))).toEqual(
    thrown,
  );
  expect(errorText({ code: "THREAD_NOT_FOUND", message: "No such thread." })).toEqual(thrown);
});

test("a rate limit says how many seconds", () => {
  const advice = (details: Record<string, number>) =>
    errorText(memoryError("RATE_LIMITED", "Slow.", details)).advice;
  expect(advice({ retryAfterMs: 2_100 })).toBe("Try again in 3 seconds.");
  expect(advice({ retryAfterMs: 5 })).toBe("Try again in 1 second.");
  expect(advice({ retryAfterMs: 600_000 })).toBe("Try again in 10 min 0 s.");
  expect(advice({})).toMatch(/waiting does not help/);
});

test("a spent budget says whose, how much, and when it begins anew in the viewer's zone", () => {
  const details = {
    per: "user",
    unit: "cost",
    period: "day",
    limit: 20_000,
    spent: 19_000,
    resetsAt: RESETS_AT,
  };
  const { title, advice } = errorText(memoryError("BUDGET_EXCEEDED", "Spent.", details));
  expect(title).toBe("Your budget for today is used up");
  expect(advice).toContain("$0.019 of $0.02");
  const clock = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "2-digit", timeZoneName: "short" });
  expect(advice.replaceAll("\u202f", " ")).toContain(clock.format(RESETS_AT).replaceAll("\u202f", " "));
  const ofTokens = { ...details, per: "tenant", unit: "tokens", resetsAt: null };
  const never = errorText(memoryError("BUDGET_EXCEEDED", "Spent.", ofTokens));
  expect(never.title).toBe("Your tenant's budget for today is used up");
  expect(never.advice).toBe(
    "19,000 tokens of 20,000 tokens is spent, and the next step may need more than is left. Ask an admin for more.",
  );
});

test.each([
  [new TypeError("Failed to fetch"), "The connection was lost"],
  [new Error("Connection lost while action was in flight"), "The connection was lost"],
  [
    new TypeError("Failed to fetch dynamically imported module: /a.js"),
    "A part of the page could not be loaded",
  ],
  [
    new Error("[CONVEX Q(chat:getRun)] ArgumentValidationError: Value does not match validator."),
    "That was not understood",
  ],
  [new Error("[Request ID: 1] Server Error"), "Something went wrong"],
  [new ConvexError("plain"), "Something went wrong"],
  ["thrown text", "Something went wrong"],
  [null, "Something went wrong"],
  [undefined, "Something went wrong"],
])("words for %s", (error, title) => {
  expect(errorText(error).title).toBe(title);
});

test("a refused file says what is taken", () => {
  const large = {
    code: "FILE_TOO_LARGE",
    message: "Large.",
    details: { bytes: 9_437_184, maxBytes: 5_242_880 },
  };
  expect(errorText(large).advice).toBe("It has 9 MB, and 5 MB are taken at most. Choose a smaller one.");
  const refused = { code: "FILE_TYPE_REFUSED", message: "No.", details: { accepts: "image/*, text/plain" } };
  expect(errorText(refused).advice).toBe("Choose one of these: image/*, text/plain.");
});

test("what the app itself throws is told in its words", () => {
  const error = new ConvexError({ code: "CUSTOM", message: "The library is closed on Sundays." });
  expect(errorText(error).advice).toBe("The library is closed on Sundays.");
});

test("details that others wrote cannot break the words", () => {
  for (const details of [
    { retryAfterMs: NaN },
    { retryAfterMs: "soon" },
    { per: {}, resetsAt: "x", limit: null },
  ])
    for (const code of ["RATE_LIMITED", "BUDGET_EXCEEDED"])
      expect(JSON.stringify(errorText({ code, message: "", details }))).not.toMatch(
        /NaN|undefined|null|Invalid/,
      );
});
