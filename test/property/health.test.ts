// The counts of health, kept by the writes, against a recount of every row after a random script.
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { touchRecalled } from "../../src/component/model/facts.js";
import { estimateTokens } from "../../src/shared/tokens.js";
import type { NewFact } from "../../src/validators/fact.js";
import { codeOf, said } from "../support/aMemory.js";
import { inUser, someFacts, type TestFacts } from "../support/facts.js";

const NOW = Date.UTC(2026, 0, 10, 12);
const HOUR_MS = 3_600_000;
const STALE_MS = 30 * HOUR_MS;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

type Step =
  | { kind: "append"; words: number; key: boolean; candidate: boolean; lives: number | null; pinned: boolean }
  | { kind: "supersede"; which: number; words: number }
  | { kind: "confirm" | "decline" | "retract" | "forget" | "show" | "remove" | "edit"; which: number }
  | { kind: "block"; label: number; characters: number; maxTokens: number }
  | { kind: "wait"; hours: number }
  | { kind: "sweep" };

const which = fc.nat(9);
const words = fc.nat(4);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("append" as const),
    words,
    key: fc.boolean(),
    candidate: fc.boolean(),
    lives: fc.option(fc.integer({ min: 1, max: 40 })),
    pinned: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("supersede" as const), which, words }),
  fc.record({
    kind: fc.constantFrom("confirm", "decline", "retract", "forget", "show", "remove", "edit"),
    which,
  }),
  fc.record({
    kind: fc.constant("block" as const),
    label: fc.nat(2),
    characters: fc.nat(60),
    maxTokens: fc.integer({ min: 1, max: 15 }),
  }),
  fc.record({ kind: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 50 }) }),
  fc.constant({ kind: "sweep" as const }),
);

type Run = TestFacts & { ids: string[]; messageIds: string[]; appends: number };

type Play<Kind extends Step["kind"]> = (run: Run, step: Extract<Step, { kind: Kind }>) => Promise<unknown>;

/** What each step does; what the states do not allow is refused and changes nothing. */
const plays: { [Kind in Step["kind"]]: Play<Kind> } = {
  append: (run, made) =>
    write(run, () => run.facts.append(run.ctx, { ...inUser, facts: [factOf(run, made)] })),
  supersede: (run, { which: number, words: said }) =>
    write(run, () =>
      run.facts.supersede(run.ctx, { factId: idOf(run, number), facts: [{ text: `Fact ${said}` }] }),
    ),
  confirm: (run, { which: number }) => codeOf(run.facts.confirm(run.ctx, { factId: idOf(run, number) })),
  decline: (run, { which: number }) => codeOf(run.facts.decline(run.ctx, { factId: idOf(run, number) })),
  retract: (run, { which: number }) => codeOf(run.facts.retract(run.ctx, { factId: idOf(run, number) })),
  forget: (run, { which: number }) =>
    codeOf(run.facts.forget(run.ctx, { factId: idOf(run, number), reason: "Asked to." })),
  show: (run, { which: number }) =>
    run.inside((db) => touchRecalled(db, [idOf(run, number)], new Set(["t:acme|u:olga"]))),
  remove: ({ owner, ctx, messageIds }, { which: number }) =>
    codeOf(owner.messages.remove(ctx, { messageId: messageIds[number] ?? "" })),
  edit: ({ owner, ctx, messageIds }, { which: number }) =>
    codeOf(
      owner.messages.update(ctx, {
        messageId: messageIds[number] ?? "",
        parts: [{ type: "text", text: "Edited." }],
      }),
    ),
  block: async ({ owner, ctx }, { label, characters, maxTokens }) => {
    const block = { ...inUser, label: `b${label}` };
    await codeOf(owner.blocks.create(ctx, { ...block, value: "x".repeat(characters) }));
    await codeOf(owner.blocks.update(ctx, { ...block, maxTokens }));
  },
  wait: async (_run, { hours }) => void vi.setSystemTime(Date.now() + hours * HOUR_MS),
  sweep: (run) => run.finishSweeps(),
};

const play = <Kind extends Step["kind"]>(run: Run, made: Extract<Step, { kind: Kind }>): Promise<unknown> =>
  (plays[made.kind] as Play<Kind>)(run, made);

function factOf({ messageIds }: Run, made: Extract<Step, { kind: "append" }>): NewFact {
  const lives = made.lives === null || made.pinned ? {} : { expiresAt: Date.now() + made.lives * HOUR_MS };
  const messageId = messageIds[made.words] ?? "";
  return {
    text: `Fact ${made.words}`,
    ...(made.key ? { key: "k" } : {}),
    ...(made.candidate ? { status: "candidate" } : {}),
    ...(made.pinned ? { pinned: true } : {}),
    ...lives,
    ...(made.words % 2 === 0 ? {} : { sources: [{ kind: "message", messageId }] }),
  };
}

const idOf = ({ ids }: Run, which: number): string => ids[which] ?? "";

async function write(run: Run, call: () => Promise<{ facts: { factId: string }[] }>): Promise<void> {
  const written = await call().catch(() => null);
  if (written === null) return;
  run.ids.push(...written.facts.map(({ factId }) => factId));
  run.appends += written.facts.length;
}

/** A script that brings each number above zero, whatever the random ones do. */
const fact = { kind: "append", words: 0, key: false, candidate: false, lives: null, pinned: false } as const;
const EVERYTHING: Step[] = [
  fact,
  fact,
  { ...fact, words: 2, lives: 1 },
  { kind: "block", label: 0, characters: 60, maxTokens: 1 },
  { kind: "wait", hours: 50 },
];

/** Every number of health, counted from the rows themselves. */
async function recount({ inside }: Run) {
  return await inside(async ({ db }) => {
    const [facts, entries, blocks] = [
      await db.query("facts").collect(),
      await db.query("recallEntries").collect(),
      await db.query("blocks").collect(),
    ];
    const now = Date.now();
    const counts = { candidate: 0, active: 0, declined: 0, superseded: 0, retracted: 0, forgotten: 0 };
    for (const { state } of facts) counts[state.kind] += 1;
    const isOver = ({ expiresAt = Infinity }: { expiresAt?: number }) => expiresAt <= now;
    const shown = facts.filter((fact) => fact.state.kind === "active" && !isOver(fact));
    const count = (rows: unknown[]) => ({ count: rows.length, isAtLeast: false });
    const isStale = (fact: (typeof facts)[number]) =>
      fact.pinned !== true && (fact.recalledAt ?? fact._creationTime) < now - STALE_MS;
    return {
      facts: counts,
      pendingEmbeddings: count(entries.filter(({ pending }) => pending === true)),
      neverRecalled: count(shown.filter(({ recalledAt }) => recalledAt === undefined)),
      stale: count(shown.filter(isStale)),
      expired: count(facts.filter(isOver)),
      overLimitBlocks: blocks
        .map(({ label, value, maxTokens }) => ({ label, tokens: estimateTokens(value), maxTokens }))
        .filter(({ tokens, maxTokens }) => tokens > maxTokens)
        .sort((left, right) => (left.label < right.label ? -1 : 1)),
    };
  });
}

test("health tells what a recount of the rows tells, whatever was written, shown, removed and swept", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (script) => {
      vi.setSystemTime(NOW);
      const run: Run = { ...someFacts(), ids: [], messageIds: [], appends: 0 };
      const { owner, ctx } = run;
      const { threadId } = await owner.threads.create(ctx);
      const messages = Array.from({ length: 5 }, (_, number) => said("user", `Said ${number}.`));
      const { places } = await owner.messages.append(ctx, { threadId, messages });
      run.messageIds = places.map(({ messageId }) => messageId);
      for (const what of script) await play(run, what);
      const health = await owner.health(ctx, { ...inUser, staleAfterMs: STALE_MS });
      expect(health).toMatchObject(await recount(run));
      expect(health.facts.appends).toBe(run.appends);
      for (const field of ["neverRecalled", "stale", "expired"] as const)
        if (health[field].count > 0) seen.add(field);
      if (health.overLimitBlocks.length > 0) seen.add("overLimitBlocks");
      if (health.duplicateShare > 0) seen.add("duplicateShare");
      vi.clearAllTimers();
    }),
    { numRuns: 60, examples: [[EVERYTHING]] },
  );
  expect([...seen].sort(), "the scripts reach every number").toEqual([
    "duplicateShare",
    "expired",
    "neverRecalled",
    "overLimitBlocks",
    "stale",
  ]);
}, 60_000);
