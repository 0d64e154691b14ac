import type { BoundMemory } from "../../src/client/boundMemory.js";
import type { ActionCtx } from "../../src/client/ctx.js";
import type { Fact, NewFact } from "../../src/validators/fact.js";
import { aMemory, OWNER, type TestMemory } from "./aMemory.js";

export type TestFacts = TestMemory & { owner: BoundMemory; facts: BoundMemory["facts"] };

/** A fresh memory with the owner's facts. */
export function someFacts(): TestFacts {
  const test = aMemory();
  const owner = test.memory.as(OWNER);
  return { ...test, owner, facts: owner.facts };
}

export const inUser = { scope: "user" as const };

/** Writes one fact and gives its id and what became of it. */
export async function learn(
  { facts, ctx }: { facts: BoundMemory["facts"]; ctx: ActionCtx },
  fact: NewFact | string,
) {
  const given = typeof fact === "string" ? { text: fact } : fact;
  const { facts: written } = await facts.append(ctx, { ...inUser, facts: [given] });
  return written[0] ?? { kind: "none" as const, factId: "" };
}

export const textsOf = (facts: readonly Fact[]): string[] => facts.map(({ text }) => text);

/** The texts that a scope's facts have of a status, newest first. */
export async function known(
  { facts, ctx }: { facts: BoundMemory["facts"]; ctx: ActionCtx },
  status: Parameters<BoundMemory["facts"]["list"]>[1]["status"] = "active",
): Promise<string[]> {
  const { page } = await facts.list(ctx, { ...inUser, status, cursor: null, limit: 100 });
  return textsOf(page);
}

/** What recall would find of facts: the ids that its entries lead to. */
export const indexed = ({ inside }: Pick<TestMemory, "inside">): Promise<string[]> =>
  inside(async (db) => {
    const entries = await db.db.query("recallEntries").collect();
    return entries.filter(({ kind }) => kind === "fact").map(({ sourceId }) => sourceId);
  });
