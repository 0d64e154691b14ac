// Budgets of a loop of the AI SDK with our middleware.
import { generateText, isStepCount, streamText } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isMemoryError } from "../../src/validators/errors.js";
import { codeOf } from "../support/aMemory.js";
import { asksWeather, dayOf, nextMidnight, PER_CALL, says } from "./budgets.js";
import { aLoop, thermometer } from "./middlewareSupport.js";
import { messagesOf, transcript } from "./support.js";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

const stopWhen = isStepCount(5);
const maxOutputTokens = 100;
const budgets = [dayOf(1)];

describe("a loop over its budget", () => {
  test("is refused before the model is called, and nothing is said", async () => {
    const loop = await aLoop([says("1."), says("2.")]);
    await generateText({ model: loop.bind({ budgets }).model, prompt: "1?", maxOutputTokens });
    const again = generateText({ model: loop.bind({ budgets }).model, prompt: "2?", maxOutputTokens });
    await expect(again).rejects.toMatchObject({
      data: {
        code: "BUDGET_EXCEEDED",
        details: { per: "user", limit: PER_CALL, spent: PER_CALL, resetsAt: nextMidnight() },
      },
    });
    expect(transcript(await messagesOf(loop))).toEqual(["user: 1?", "assistant: 1."]);
    expect(loop.scripted.calls).toHaveLength(1);
  });

  test("ends in the middle, before its tools run", async () => {
    const { read, weather } = thermometer();
    const loop = await aLoop([asksWeather("Oslo"), says("7.")]);
    const { middleware, model } = loop.bind({ budgets });
    const asked = { model, tools: { weather }, stopWhen, maxOutputTokens, prompt: "Oslo?" };
    await expect(generateText(asked)).rejects.toMatchObject({
      data: { code: "BUDGET_EXCEEDED", details: { per: "user", spent: PER_CALL } },
    });
    await middleware.finish();
    expect(read).toEqual([]);
    expect(loop.scripted.calls).toHaveLength(1);
    expect(await loop.owner.runs.latest(loop.ctx, { threadId: loop.threadId })).toMatchObject({
      state: { kind: "failed", code: "BUDGET_EXCEEDED" },
      exceeded: { per: "user", limit: PER_CALL },
    });
  });

  test("that streams has it as its error part", async () => {
    const loop = await aLoop([says("1.")]);
    await generateText({ model: loop.bind({ budgets }).model, prompt: "1?", maxOutputTokens });
    const errors: unknown[] = [];
    const result = streamText({
      ...{ model: loop.bind({ budgets }).model, prompt: "2?", maxOutputTokens },
      onError: ({ error }) => void errors.push(error),
    });
    await result.consumeStream();
    expect(errors.some((error) => isMemoryError(error, "BUDGET_EXCEEDED"))).toBe(true);
  });

  test("that streams ends with it in the middle", async () => {
    const { read, weather } = thermometer();
    const loop = await aLoop([asksWeather("Oslo"), says("7.")]);
    const errors: unknown[] = [];
    const result = streamText({
      ...{
        model: loop.bind({ budgets }).model,
        tools: { weather },
        stopWhen,
        maxOutputTokens,
        prompt: "Oslo?",
      },
      onError: ({ error }) => void errors.push(error),
    });
    await result.consumeStream();
    expect(errors.some((error) => isMemoryError(error, "BUDGET_EXCEEDED"))).toBe(true);
    expect(loop.scripted.calls).toHaveLength(1);
    expect(read.length).toBeLessThanOrEqual(1); // a stream's tools may begin before it has ended
  });
});

describe("what a loop's calls may answer", () => {
  const capOf = async (settings: { budgets?: typeof budgets }, cap?: number) => {
    const loop = await aLoop([says("1.")]);
    const { model } = loop.bind(settings);
    const given = cap === undefined ? {} : { maxOutputTokens: cap };
    await generateText({ model, prompt: "1?", ...given });
    return loop.scripted.calls[0]?.maxOutputTokens;
  };

  test("is what the loop says, else what was reserved", async () => {
    const many = { budgets: [dayOf(100)] };
    expect(await capOf(many)).toBe(8_192);
    expect(await capOf(many, 20)).toBe(20);
    expect(await capOf(many, 9_000)).toBe(9_000);
    expect(await capOf({})).toBeUndefined();
    expect(await capOf({}, 9_000)).toBe(9_000);
  });

  test("counts: a loop that may answer more than there is does not begin", async () => {
    expect(await codeOf(capOf({ budgets }, PER_CALL + 1))).toBe("BUDGET_EXCEEDED");
  });
});

test("budgets that are none are refused when the middleware is made", async () => {
  const loop = await aLoop([]);
  expect(() => loop.bind({ budgets: [dayOf(-1)] })).toThrow("AGENT_INVALID");
});
