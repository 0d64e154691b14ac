import { internal } from "../../src/component/_generated/api.js";
import type { Doc } from "../../src/component/_generated/dataModel.js";
import { countsOf, addCounts, NO_COUNTS, shownSums } from "../../src/shared/usageSums.js";
import type { Usage } from "../../src/validators/usage.js";
import type { UsageSums } from "../../src/validators/usageSums.js";
import type { TestComponent } from "./component.js";

export const DAY_MS = 24 * 60 * 60 * 1000;

/** A call of a model. */
export const aCall = (inputTokens: number, given: Partial<Usage> = {}): Usage => ({
  ...{ provider: "test", model: "scripted", purpose: "answer", inputTokens, outputTokens: 1, ms: 3 },
  ...given,
});

/** What an event says of itself; the rest is the ledger's. */
export type Written = Partial<Omit<Doc<"usageEvents">, "_id" | "_creationTime" | "commitTs">>;

/** Writes events, all in one commit. */
export function writeEvents({ inside }: Pick<TestComponent, "inside">, events: Written[]): Promise<void> {
  return inside(async ({ db }) => {
    for (const { purpose, ...event } of events) {
      const call = { ...aCall(1), purpose: undefined, userId: "olga", tenantId: "acme", ...event };
      const kept = purpose === undefined || purpose === "answer" ? call : { ...call, purpose };
      await db.insert("usageEvents", { ...kept, commitTs: db.vars.commitTs });
    }
  });
}

/** Sees to it that a fold is due with a time of its own, and runs it as the scheduler would. */
export async function foldNow(scene: Pick<TestComponent, "inside" | "t">, maxEvents?: number): Promise<void> {
  const dueAt = await scene.inside(async ({ db }) => {
    const fold = await db.query("usageFolds").first();
    const due = (fold?.dueAt ?? 0) + 1;
    if (fold === null) await db.insert("usageFolds", { dueAt: due, maxEvents });
    else await db.patch("usageFolds", fold._id, { dueAt: due, maxEvents });
    return due;
  });
  await runFold(scene, dueAt);
}

/** What the scheduler runs. */
export async function runFold({ inside }: Pick<TestComponent, "inside">, dueAt: number): Promise<void> {
  await inside(async (ctx) => {
    await (ctx as unknown as Running).runMutation(internal.usage.fold, { dueAt });
  });
}
type Running = { runMutation: (reference: unknown, args: object) => Promise<unknown> };

/** All events, as the ledger has them. */
export const eventsOf = ({ inside }: Pick<TestComponent, "inside">): Promise<Doc<"usageEvents">[]> =>
  inside(({ db }) => db.query("usageEvents").collect());

/** What events come to, added up one by one. */
export const naiveSum = (events: readonly Doc<"usageEvents">[]): UsageSums =>
  shownSums(events.map(countsOf).reduce(addCounts, NO_COUNTS));
