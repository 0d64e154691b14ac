// Facts as of any two times, through the component, against a twin that replays the script's log.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { codeOf } from "../support/aMemory.js";
import { inUser, learn, someFacts } from "../support/facts.js";

const EPOCH = Date.UTC(2026, 0, 1);
const TICKS = 12;

beforeEach(() => {
  vi.useFakeTimers({ now: EPOCH });
});
afterEach(() => {
  vi.useRealTimers();
});

type Command =
  | { kind: "append"; from: number; length: number | null; candidate: boolean }
  | { kind: "supersede"; which: number; from: number }
  | { kind: "retract" | "confirm" | "decline" | "forget"; which: number };

const tick = fc.integer({ min: 0, max: TICKS });
const which = fc.nat(7);
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constant("append" as const),
    from: tick,
    length: fc.option(fc.integer({ min: 1, max: TICKS })),
    candidate: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("supersede" as const), which, from: tick }),
  fc.record({
    kind: fc.constantFrom("retract" as const, "confirm" as const, "decline" as const, "forget" as const),
    which,
  }),
);

/** What was thought of one fact at each moment of knowledge: its span, or null while it is not believed. */
type Belief = { from: number; to: number } | null;
type Twin = { status: string; span: { from: number; to: number }; beliefs: Belief[]; forgotten: boolean };

/** The twin: at each moment every fact is written down as it is believed then. Nothing is worked out backwards. */
class Log {
  readonly facts: Twin[] = [];
  at = 0;

  add(from: number, to: number, candidate: boolean): void {
    this.facts.push({
      status: candidate ? "candidate" : "active",
      span: { from, to },
      beliefs: Array.from({ length: this.at }, () => null),
      forgotten: false,
    });
  }

  /** The end of a moment: what is believed now is written down. */
  close(): void {
    for (const fact of this.facts) fact.beliefs[this.at] = this.belief(fact);
    this.at += 1;
  }

  private belief({ status, span }: Twin): Belief {
    return status === "active" || status === "superseded" ? { ...span } : null;
  }

  trueAt(validAt: number, knownAt: number): number[] {
    return this.facts.flatMap(({ beliefs, forgotten }, index) => {
      const belief = forgotten ? null : (beliefs[Math.min(knownAt, this.at - 1)] ?? null);
      return belief !== null && belief.from <= validAt && validAt < belief.to ? [index] : [];
    });
  }
}

/** Whether the step is one that the states allow, and what it does to the twin. */
function replay(log: Log, step: Command): boolean {
  if (step.kind === "append") {
    log.add(step.from, step.length === null ? Infinity : step.from + step.length, step.candidate);
    return true;
  }
  const fact = log.facts[step.which];
  if (fact === undefined) return false;
  const { status } = fact;
  if (step.kind === "supersede") {
    if (status !== "active" && status !== "candidate") return false;
    // A candidate that was never believed is not believed for the time before its successor either.
    const end = status === "candidate" ? fact.span.from : Math.min(fact.span.to, step.from);
    fact.span.to = Math.max(fact.span.from, end);
    fact.status = "superseded";
    log.add(step.from, Infinity, false);
    return true;
  }
  const next = { retract: "retracted", confirm: "active", decline: "declined", forget: "forgotten" }[
    step.kind
  ];
  const allowed = { retract: ["active"], confirm: ["candidate"], decline: ["candidate"], forget: null }[
    step.kind
  ];
  if (status === next) return true;
  if (allowed !== null && !allowed.includes(status)) return false;
  fact.status = next;
  if (next === "forgotten") fact.forgotten = true;
  return true;
}

describe("facts as of two times", () => {
  test("are what a replay of the script believes, at every moment of both", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 9 }), async (script) => {
        vi.setSystemTime(EPOCH);
        const memory = someFacts();
        const { facts, ctx } = memory;
        const log = new Log();
        const ids: string[] = [];
        for (const [moment, step] of script.entries()) {
          vi.setSystemTime(EPOCH + moment);
          const fits = replay(log, step);
          const text = `Fact ${ids.length}`;
          if (step.kind === "append") {
            const validTo = step.length === null ? undefined : step.from + step.length;
            const status = step.candidate ? ("candidate" as const) : undefined;
            ids.push((await learn(memory, { text, key: "k", validFrom: step.from, validTo, status })).factId);
          } else if (ids[step.which] !== undefined) {
            const factId = ids[step.which] ?? "";
            const run = {
              supersede: async () => {
                const from = "from" in step ? step.from : 0;
                const { facts: written } = await facts.supersede(ctx, {
                  factId,
                  facts: [{ text, validFrom: from }],
                });
                ids.push(written[0]?.factId ?? "");
              },
              retract: () => facts.retract(ctx, { factId }),
              confirm: () => facts.confirm(ctx, { factId }),
              decline: () => facts.decline(ctx, { factId }),
              forget: () => facts.forget(ctx, { factId, reason: "x" }),
            }[step.kind];
            expect(await codeOf(run())).toBe(fits ? "ok" : "FACT_CLOSED");
          }
          log.close();
        }
        for (let knownAt = 0; knownAt < script.length; knownAt++)
          for (let validAt = 0; validAt <= 2 * TICKS; validAt += 3) {
            const asked = {
              ...inUser,
              key: "k",
              validAt,
              knownAt: EPOCH + knownAt,
              cursor: null,
              limit: 100,
            };
            const { page } = await facts.asOf(ctx, asked);
            expect(page.map(({ factId }) => ids.indexOf(factId)).sort()).toEqual(
              log.trueAt(validAt, knownAt),
            );
          }
        const counts: Record<string, number> = await facts.count(ctx, inUser);
        for (const status of ["candidate", "active", "declined", "superseded", "retracted", "forgotten"])
          expect(counts[status], status).toBe(log.facts.filter((fact) => fact.status === status).length);
        const entries = (await memory.countRows()).recallEntries ?? 0;
        expect(entries, "active facts are found, no others").toBe(counts["active"]);
      }),
      { numRuns: 40 },
    );
  });
});
