import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contextBudget, tokenFactor } from "../../src/shared/contextBudget.js";
import { planContext, SECTIONS, type PlanInput } from "../../src/shared/contextPlan.js";
import { wholeToolGroups } from "../../src/shared/toolGroups.js";
import { isMemoryError } from "../../src/validators/errors.js";
import type { Part } from "../../src/validators/content.js";
import type { Message } from "../../src/validators/message.js";
import { call, result, text } from "../support/aMemory.js";

type Block = { name: string; tokens: number; updatedAt: number };
type Hit = { sourceId: string; tokens: number };
type Input = PlanInput<Block, Hit>;

/** A message of a generated thread; few ids, so that calls and results meet, cross and repeat. */
const parts = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Part[]>([text("words")]) },
  { weight: 2, arbitrary: fc.constantFrom("a", "b").map((id): Part[] => [call(id)]) },
  { weight: 3, arbitrary: fc.constantFrom("a", "b").map((id): Part[] => [result(id)]) },
  { weight: 1, arbitrary: fc.constant<Part[]>([{ type: "reasoning", text: "hm" }, call("a"), call("b")]) },
);
/** One in a few is the user's, who steers the run. */
const message = fc.record({
  parts,
  tokens: fc.nat({ max: 40 }),
  isSaid: fc.nat({ max: 3 }).map((n) => n === 0),
});
const turnOf = fc.record({ prompt: fc.nat({ max: 40 }), rest: fc.array(message, { maxLength: 6 }) });

function messagesOf(
  turns: readonly { prompt: number; rest: { parts: Part[]; tokens: number; isSaid: boolean }[] }[],
): Message[] {
  const row = { threadId: "t", state: { kind: "complete" as const }, createdAt: 0 };
  return turns.flatMap(({ prompt, rest }, turn) => [
    { ...row, messageId: `m${turn}.0`, turn, step: 0, role: "user", parts: [text("prompt")], tokens: prompt },
    ...rest.map(({ parts: given, tokens, isSaid }, index): Message => {
      const own = isSaid ? [text("steer")] : given.map((part) => ({ ...part }));
      const role = isSaid ? "user" : own[0]?.type === "toolResult" ? "tool" : "assistant";
      return { ...row, messageId: `m${turn}.${index + 1}`, turn, step: index + 1, role, parts: own, tokens };
    }),
  ]);
}

const input = fc
  .record({
    instructions: fc.nat({ max: 30 }),
    blocks: fc.array(
      fc.record({ name: fc.string(), tokens: fc.nat({ max: 30 }), updatedAt: fc.nat({ max: 3 }) }),
      {
        maxLength: 4,
      },
    ),
    summary: fc.option(fc.record({ tokens: fc.nat({ max: 60 }) })),
    turns: fc.array(turnOf, { minLength: 1, maxLength: 6 }),
    back: fc.nat({ max: 2 }),
    recalled: fc.array(
      fc.record({ sourceId: fc.constantFrom("m0.0", "m1.0", "x", "y"), tokens: fc.nat({ max: 30 }) }),
      { maxLength: 4 },
    ),
    factor: fc.constantFrom(0.5, 1, 1.3, 2),
    maxTokens: fc.integer({ min: 1, max: 400 }),
    caps: fc.record(
      { blocks: fc.nat(60), summary: fc.nat(80), recalled: fc.nat(60), tail: fc.nat(200) },
      { requiredKeys: [] },
    ),
  })
  .map(({ turns, back, maxTokens, caps, ...rest }): Input => ({
    ...rest,
    messages: messagesOf(turns),
    turn: Math.max(0, turns.length - 1 - back),
    budget: contextBudget({ ...caps, maxTokens }),
  }));

const sizeOf = (rows: readonly { tokens: number }[], factor: number): number =>
  rows.reduce((sum, { tokens }) => sum + Math.ceil(tokens * factor), 0);

/** The plan, or null where the instructions and the prompt do not fit. */
function planned(given: Input) {
  try {
    return planContext(given);
  } catch (error) {
    if (isMemoryError(error, "CONTEXT_TOO_SMALL")) return null;
    throw error;
  }
}

const idsOf = (rows: readonly Message[]): string[] => rows.map(({ messageId }) => messageId);

/** Where messages can be cut without cutting a tool group. */
const cuts = (rows: readonly Message[]): number[] =>
  [...rows.keys(), rows.length].filter((cut) => isWhole(rows.slice(0, cut)) && isWhole(rows.slice(cut)));

/** The messages before the prompt, the prompt with what may not be cut from it, and those after it. */
function sidesOf({ messages, turn }: Input): { older: Message[]; prompt: Message[]; run: Message[] } {
  const whole = wholeToolGroups(messages.filter((row) => row.turn <= turn));
  const at = whole.findIndex((row) => row.turn === turn && row.step === 0);
  const from = cuts(whole).findLast((cut) => cut <= at) ?? 0;
  const to = cuts(whole).find((cut) => cut > at) ?? whole.length;
  return { older: whole.slice(0, from), prompt: whole.slice(from, to), run: whole.slice(to) };
}

/** What a plan's messages should be, the plain way: try every place to cut the run, then every place to cut the tail. */
function naiveMessages(given: Input, used: number): string[] {
  const { factor, budget } = given;
  const { older, prompt, run } = sidesOf(given);
  const base = sizeOf([{ tokens: given.instructions }, ...prompt], factor);
  const steps = naiveRun(given, budget.maxTokens - base);
  const room = budget.maxTokens - base - sizeOf(steps, factor) - used;
  const fits = (rows: readonly Message[]) => sizeOf(rows, factor) <= Math.min(room, budget.tail);
  const cut =
    steps.length < run.length
      ? older.length
      : (cuts(older).find((from) => fits(older.slice(from))) ?? older.length);
  const opening =
    cut === 0
      ? 0
      : older.findIndex((row, index) => index >= cut && row.role === "user" && cuts(older).includes(index));
  const tail = opening < 0 ? [] : older.slice(opening);
  return idsOf([...tail, ...prompt, ...steps]);
}

/** The run in the pieces that go together. */
function piecesOf(run: readonly Message[]): Message[][] {
  const at = cuts(run);
  return at.slice(1).map((to, index) => run.slice(at[index], to));
}

const isSteering = (rows: readonly Message[]): boolean => rows.every(({ role }) => role === "user");

/** What must be in of a run: its newest piece that is not the user's, and all behind it. */
const newestOf = (run: readonly Message[]): Message[][] =>
  piecesOf(run).slice(
    Math.max(
      0,
      piecesOf(run).findLastIndex((rows) => !isSteering(rows)),
    ),
  );

/** What of a run should be in: the newest, as much of what the user said before as fits, and then of the rest. */
function naiveRun(given: Input, maxTokens: number): Message[] {
  const { run } = sidesOf(given);
  const always = newestOf(run);
  const before = piecesOf(run).slice(0, piecesOf(run).length - always.length);
  const kept = new Set(always.flat());
  for (const part of [before.filter(isSteering), before.filter((rows) => !isSteering(rows))]) {
    const left = maxTokens - sizeOf([...kept], given.factor);
    const ends = [...part.keys(), part.length].map((from) => part.slice(from).flat());
    for (const row of ends.find((rows) => sizeOf(rows, given.factor) <= left) ?? []) kept.add(row);
  }
  return run.filter((row) => kept.has(row));
}

const isWhole = (rows: readonly Message[]): boolean =>
  wholeToolGroups(rows).length === rows.length && sameParts(rows);
const sameParts = (rows: readonly Message[]): boolean =>
  wholeToolGroups(rows).every((row, index) => row.parts.length === rows[index]?.parts.length);

describe("a context's plan", () => {
  test("keeps to the budget, but for the newest tool group of the run and what was said behind it", () => {
    fc.assert(
      fc.property(input, (given) => {
        const plan = planned(given);
        const must = sizeOf([{ tokens: given.instructions }], given.factor);
        if (plan === null) return;
        const total = plan.tokens.reduce((sum, tokens) => sum + tokens, 0);
        const { run, prompt } = sidesOf(given);
        if (total > given.budget.maxTokens) {
          const ofTurn = new Set(idsOf([...run, ...prompt]));
          const tail = plan.messages.filter(({ messageId }) => !ofTurn.has(messageId));
          expect(sizeOf(tail, given.factor), "only what weighs nothing").toBe(0);
          const extra = [...plan.blocks, ...plan.recalled, ...(plan.hasSummary ? [given.summary!] : [])];
          expect(sizeOf(extra, given.factor), "only what weighs nothing").toBe(0);
          const newest = newestOf(run).flat();
          expect(total - sizeOf(newest, given.factor)).toBeLessThanOrEqual(given.budget.maxTokens);
        }
        const of = (name: (typeof SECTIONS)[number]) => plan.tokens[SECTIONS.indexOf(name)] ?? 0;
        expect(of("instructions")).toBe(must);
        expect(of("blocks")).toBeLessThanOrEqual(given.budget.blocks);
        expect(of("summary")).toBeLessThanOrEqual(given.budget.summary);
        expect(of("recalled")).toBeLessThanOrEqual(given.budget.recalled);
        expect(of("tail")).toBeLessThanOrEqual(given.budget.tail);
        expect(of("recalled")).toBe(sizeOf(plan.recalled, given.factor));
        expect(of("blocks")).toBe(sizeOf(plan.blocks, given.factor));
        const shown = plan.messages.reduce((sum, row) => sum + Math.ceil(row.tokens * given.factor), 0);
        expect(of("tail") + of("prompt") + of("run")).toBe(shown);
      }),
    );
  });

  test("refuses a budget below the instructions and the prompt, with both numbers, and no other", () => {
    fc.assert(
      fc.property(input, (given) => {
        const { prompt } = sidesOf(given);
        const needed = sizeOf([{ tokens: given.instructions }, ...prompt], given.factor);
        expect(planned(given) === null).toBe(needed > given.budget.maxTokens);
        if (planned(given) !== null) return;
        expect(() => planContext(given)).toThrow(
          expect.objectContaining({
            data: expect.objectContaining({
              details: { maxTokens: given.budget.maxTokens, neededTokens: needed },
            }) as unknown,
          }),
        );
      }),
    );
  });

  test("has whole tool groups, in order, with the prompt, and nothing of later turns", () => {
    fc.assert(
      fc.property(input, (given) => {
        const plan = planned(given);
        if (plan === null) return;
        expect(isWhole(plan.messages)).toBe(true);
        const places = plan.messages.map(({ turn, step }) => turn * 100 + step);
        expect(places).toEqual([...places].sort((left, right) => left - right));
        expect(idsOf(plan.messages)).toContain(`m${given.turn}.0`);
        expect(plan.messages.every(({ turn }) => turn <= given.turn)).toBe(true);
        const shown = new Set(idsOf(plan.messages));
        expect(plan.recalled.every(({ sourceId }) => !shown.has(sourceId))).toBe(true);
      }),
    );
  });

  test("is the plan that trying every cut finds, and the same each time", () => {
    fc.assert(
      fc.property(input, (given) => {
        const plan = planned(given);
        if (plan === null) return;
        expect(planned(given)).toEqual(plan);
        const of = (name: (typeof SECTIONS)[number]) => plan.tokens[SECTIONS.indexOf(name)] ?? 0;
        const shownAnyway = plan.leftOut.find(({ reason }) => reason === "shown")?.tokens ?? 0;
        const used = of("blocks") + of("summary") + of("recalled") + shownAnyway;
        expect(idsOf(plan.messages)).toEqual(naiveMessages(given, used));
      }),
    );
  });

  test("counts everything: what is in, and what was left out", () => {
    fc.assert(
      fc.property(input, (given) => {
        const plan = planned(given);
        if (plan === null) return;
        const left = (name: string) =>
          plan.leftOut.filter(({ section }) => section === name).reduce((sum, { count }) => sum + count, 0);
        expect(plan.blocks.length + left("blocks")).toBe(given.blocks.length);
        expect(plan.recalled.length + left("recalled")).toBe(given.recalled.length);
        expect(Number(plan.hasSummary) + left("summary")).toBe(given.summary === null ? 0 : 1);
        const upToTurn = given.messages.filter((row) => row.turn <= given.turn);
        expect(plan.messages.length + left("tail") + left("run")).toBe(upToTurn.length);
      }),
    );
  });
});

describe("the factor of a thread", () => {
  test("is what the provider counted for each estimated token, clamped and rounded", () => {
    expect(tokenFactor(130, 100)).toBe(1.3);
    expect(tokenFactor(1_000, 300)).toBe(3.33);
    expect(tokenFactor(900, 100)).toBe(4);
    expect(tokenFactor(20, 100)).toBe(0.5);
  });

  test("is not taken from counts that cannot be believed", () => {
    for (const reported of [0, -1, NaN, Infinity, 5, 3_000]) expect(tokenFactor(reported, 100)).toBeNull();
    expect(tokenFactor(10, 0)).toBeNull();
  });
});
