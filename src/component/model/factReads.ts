import { stream } from "convex-helpers/server/stream";
import { checkName, checkTime } from "../../shared/checkedArguments.js";
import { isTrueAt } from "../../shared/factTime.js";
import { FACT_HISTORY_MAX } from "../../shared/limits.js";
import type { Fact, FactCounts, FactStatus } from "../../validators/fact.js";
import type { Page, PageRequest } from "../../validators/page.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { readFactCounts } from "./factCounts.js";
import { isExpired, openFact, timesOf, toFact } from "./factRows.js";
import { pageOf } from "./paging.js";
import { openScope, type ScopeArgs } from "./scopeAccess.js";

type FactArgs = { caller: Caller; factId: string };

/** A fact that the caller may read, in whatever state. */
export async function get(ctx: QueryCtx, { caller, factId }: FactArgs): Promise<Fact> {
  return toFact(await openFact(ctx, caller, factId, "read"));
}

type ListArgs = ScopeArgs & PageRequest & { key?: string; status?: FactStatus | "any" };

/** Facts of a scope: newest first, of one key by when they began to be true. What has expired is left out. */
export async function list(ctx: QueryCtx, args: ListArgs): Promise<Page<Fact>> {
  checkName("key", args.key);
  const { scope } = await openScope(ctx, args, "read");
  const { key, status = "active" } = args;
  const { page, cursor } = await pageOf(rowsToList(ctx, { scope, key, status }), args);
  const shown = page.filter((row) => !isExpired(row) && (status === "any" || row.state.kind === status));
  return { page: shown.map(toFact), cursor };
}

type Listed = { scope: string; key: string | undefined; status: FactStatus | "any" };

function rowsToList(ctx: QueryCtx, { scope, key, status }: Listed) {
  const facts = stream(ctx.db, schema).query("facts");
  if (key !== undefined)
    return facts.withIndex("by_scope_key", (q) => q.eq("scope", scope).eq("key", key)).order("desc");
  return status === "any"
    ? facts.withIndex("by_scope_state", (q) => q.eq("scope", scope)).order("desc")
    : facts.withIndex("by_scope_state", (q) => q.eq("scope", scope).eq("state.kind", status)).order("desc");
}

type AsOfArgs = ScopeArgs & PageRequest & { key?: string; validAt?: number; knownAt?: number };

/** What was true at one time by what was known at another; by key and beginning. Pages may be short of their limit. */
export async function asOf(ctx: QueryCtx, args: AsOfArgs): Promise<Page<Fact>> {
  checkName("key", args.key);
  checkTime("validAt", args.validAt);
  checkTime("knownAt", args.knownAt);
  const { scope } = await openScope(ctx, args, "read");
  const { key, validAt = Date.now(), knownAt = Infinity } = args;
  const facts = stream(ctx.db, schema).query("facts");
  const rows =
    key === undefined
      ? facts.withIndex("by_scope_key", (q) => q.eq("scope", scope)).order("asc")
      : facts
          .withIndex("by_scope_key", (q) => q.eq("scope", scope).eq("key", key).lte("validFrom", validAt))
          .order("asc");
  const { page, cursor } = await pageOf(rows, args);
  const shown = page.filter((row) => !isExpired(row) && isTrueAt(timesOf(row), { validAt, knownAt }));
  return { page: shown.map(toFact), cursor };
}

/** What a fact replaced and what replaced it, oldest first: at most `FACT_HISTORY_MAX` in either direction. */
export async function history(ctx: QueryCtx, { caller, factId }: FactArgs): Promise<{ facts: Fact[] }> {
  const fact = await openFact(ctx, caller, factId, "read");
  const before = await walk(ctx, fact, ({ supersedes }) => supersedes);
  const after = await walk(ctx, fact, ({ state }) => (state.kind === "superseded" ? state.by : undefined));
  return { facts: [...before.reverse(), fact, ...after].map(toFact) };
}

async function walk(
  ctx: QueryCtx,
  from: Doc<"facts">,
  next: (fact: Doc<"facts">) => string | undefined,
): Promise<Doc<"facts">[]> {
  const walked: Doc<"facts">[] = [];
  const seen = new Set<string>([from._id]);
  let id = next(from);
  while (id !== undefined && walked.length < FACT_HISTORY_MAX && !seen.has(id)) {
    seen.add(id);
    const normal = ctx.db.normalizeId("facts", id);
    const fact: Doc<"facts"> | null = normal === null ? null : await ctx.db.get("facts", normal);
    if (fact === null || fact.scope !== from.scope || isExpired(fact)) break;
    walked.push(fact);
    id = next(fact);
  }
  return walked;
}

/** How many facts a scope holds in each state: 1 range, 1 document besides the thread's. */
export async function count(ctx: QueryCtx, args: ScopeArgs): Promise<FactCounts> {
  const { scope } = await openScope(ctx, args, "read");
  return await readFactCounts(ctx, scope);
}
