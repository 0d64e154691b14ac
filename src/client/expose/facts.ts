import type { RegisteredMutation, RegisteredQuery } from "convex/server";
import { v } from "convex/values";
import {
  vFact,
  vFactCounts,
  vFactStatus,
  vFactWrite,
  vNewFact,
  type Fact,
  type FactCounts,
  type FactStatus,
  type FactWrite,
  type NewFact,
} from "../../validators/fact.js";
import { type Page, type PageRequest, vPage, vPageRequest } from "../../validators/page.js";
import { change, mutation, query, type DoorsOf } from "./door.js";
import {
  asScope,
  vExposedScope,
  vOptionalNumber,
  vOptionalText,
  vText,
  type ExposedScope,
} from "./shapes.js";

export type ExposedFacts = {
  /** Facts of a scope, newest first: active ones unless `status` says otherwise; candidates are to be reviewed. */
  listFacts: RegisteredQuery<
    "public",
    ExposedScope & PageRequest & { key?: string; status?: FactStatus | "any" },
    Promise<Page<Fact>>
  >;
  getFact: RegisteredQuery<"public", { factId: string }, Promise<Fact>>;
  /** What a fact superseded and what superseded it, oldest first. */
  factHistory: RegisteredQuery<"public", { factId: string }, Promise<{ facts: Fact[] }>>;
  /** How many there are in each state. */
  countFacts: RegisteredQuery<"public", ExposedScope, Promise<FactCounts>>;
  /** Writes 1 to 50 facts. */
  appendFacts: RegisteredMutation<
    "public",
    ExposedScope & { facts: NewFact[]; operationId?: string },
    Promise<{ facts: FactWrite[] }>
  >;
  /** Replaces a fact by another, or by a chain of others, oldest first. */
  supersedeFact: RegisteredMutation<
    "public",
    { factId: string; facts: NewFact[]; operationId?: string },
    Promise<{ facts: FactWrite[] }>
  >;
  /** Changes importance, pin, expiry (null: none) or metadata (`"null"`: none). */
  updateFact: RegisteredMutation<
    "public",
    {
      factId: string;
      importance?: number;
      pinned?: boolean;
      expiresAt?: number | null;
      metadata?: string;
    },
    Promise<null>
  >;
  /** It was never true. */
  retractFact: RegisteredMutation<"public", { factId: string; reason?: string }, Promise<null>>;
  /** Erases what it says, in whatever state it is. */
  forgetFact: RegisteredMutation<"public", { factId: string; reason: string }, Promise<null>>;
  /** Takes a candidate. */
  confirmFact: RegisteredMutation<"public", { factId: string }, Promise<null>>;
  /** Does not take a candidate. */
  declineFact: RegisteredMutation<"public", { factId: string; reason?: string }, Promise<null>>;
};

const vOne = { factId: vText };
const vWrites = { facts: v.array(vNewFact), operationId: vOptionalText };
const vWritten = v.object({ facts: v.array(vFactWrite) });
const vWhy = { ...vOne, reason: vOptionalText };

export const factDoors: DoorsOf<ExposedFacts> = {
  listFacts: query(
    { ...vExposedScope, key: vOptionalText, status: v.optional(vFactStatus), ...vPageRequest },
    vPage(vFact),
    ({ memory, ctx }, args) => memory.facts.list(ctx, asScope(args)),
  ),
  getFact: query(vOne, vFact, ({ memory, ctx }, args) => memory.facts.get(ctx, args)),
  factHistory: query(vOne, v.object({ facts: v.array(vFact) }), ({ memory, ctx }, args) =>
    memory.facts.history(ctx, args),
  ),
  countFacts: query(vExposedScope, vFactCounts, ({ memory, ctx }, args) =>
    memory.facts.count(ctx, asScope(args)),
  ),
  appendFacts: mutation({ ...vExposedScope, ...vWrites }, vWritten, ({ memory, ctx }, args) =>
    memory.facts.append(ctx, asScope(args)),
  ),
  supersedeFact: mutation({ ...vOne, ...vWrites }, vWritten, ({ memory, ctx }, args) =>
    memory.facts.supersede(ctx, args),
  ),
  updateFact: change(
    {
      ...vOne,
      importance: vOptionalNumber,
      pinned: v.optional(v.boolean()),
      expiresAt: v.optional(v.union(v.number(), v.null())),
      metadata: vOptionalText,
    },
    ({ memory, ctx }, args) => memory.facts.update(ctx, args),
  ),
  retractFact: change(vWhy, ({ memory, ctx }, args) => memory.facts.retract(ctx, args)),
  forgetFact: change({ ...vOne, reason: vText }, ({ memory, ctx }, args) => memory.facts.forget(ctx, args)),
  confirmFact: change(vOne, ({ memory, ctx }, args) => memory.facts.confirm(ctx, args)),
  declineFact: change(vWhy, ({ memory, ctx }, args) => memory.facts.decline(ctx, args)),
};
