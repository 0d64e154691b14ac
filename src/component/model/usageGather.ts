import { USAGE_MAX_BYTES, USAGE_MAX_EVENTS, USAGE_MAX_ROWS } from "../../shared/ledgerLimits.js";
import type { UsageEntry } from "../../shared/usageGroups.js";
import { EVERYBODY, namedIn } from "../../shared/usageSubjects.js";
import { countsIn } from "../../shared/usageSums.js";
import { ALWAYS, splitDays, type Span } from "../../shared/usageTimes.js";
import type { UsageBy, UsageEvery } from "../../validators/usageSums.js";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { findMark } from "./usageFold.js";
import { entryOfEvent, LIFETIME_DAY } from "./usageRollups.js";
import { eventsAfter, eventsIn, subjectOf, type UsageTarget } from "./usageTargets.js";

/** What is read of a target. */
export type Gathering = {
  target: UsageTarget;
  span: Span;
  /** Hours are read from events, days from rows of sums. */
  every?: UsageEvery;
  by?: UsageBy | undefined;
  /** Given everything, in no order, each call once. */
  add: (entry: UsageEntry) => void;
};

/**
 * Gives what a target used in a span: rows of sums up to the mark, and the events after it; where the span begins or
 * ends within a day, that part of it from events alone. True where that is all, false where there was more than one
 * question may read: then the oldest rows are left out.
 */
export async function gather(ctx: QueryCtx, gathering: Gathering): Promise<boolean> {
  const { target, span, every } = gathering;
  const room = new ReadingRoom(ctx);
  const { days, edges } = splitDays(span);
  const isOfEvents =
    every === "hour" ||
    target.kind === "run" ||
    (target.kind === "thread" && (every !== undefined || span.from > ALWAYS.from || span.to < ALWAYS.to));
  if (isOfEvents) await readEvents(ctx, gathering, { span, room });
  else {
    const late = edges.filter((edge) => isAfter(edge, days));
    const early = edges.filter((edge) => !isAfter(edge, days));
    for (const edge of late) await readEvents(ctx, gathering, { span: edge, room });
    if (days !== null) await readDays(ctx, { ...gathering, target }, { days, room });
    for (const edge of early) await readEvents(ctx, gathering, { span: edge, room });
  }
  return room.isAll;
}

/** What is newest is read first: what is too much is the oldest. */
const isAfter = (edge: Span, days: Span | null): boolean => days === null || edge.from >= days.to;

/** How much one question may still read. Once it is full, nothing more is read. */
class ReadingRoom {
  #rows = USAGE_MAX_ROWS;
  #events = USAGE_MAX_EVENTS;
  #sinceLook = 0;
  isAll = true;

  constructor(private readonly ctx: QueryCtx) {}

  async takes(kind: "row" | "event"): Promise<boolean> {
    const left = kind === "row" ? this.#rows-- : this.#events--;
    if (left <= 0 || !(await this.#hasBytes())) this.isAll = false;
    return this.isAll;
  }

  async #hasBytes(): Promise<boolean> {
    if (++this.#sinceLook < ENTRIES_PER_LOOK) return true;
    this.#sinceLook = 0;
    const { bytesRead } = await this.ctx.meta.getTransactionMetrics();
    return bytesRead.used < USAGE_MAX_BYTES;
  }
}

/** Rows between two looks at the bytes: they have 6 KiB at most where their names are short. */
const ENTRIES_PER_LOOK = 64;

async function readEvents(
  ctx: QueryCtx,
  { target, add }: Gathering,
  { span, room }: { span: Span; room: ReadingRoom },
): Promise<void> {
  for await (const event of eventsIn(ctx, target, span)) {
    if (!(await room.takes("event"))) return;
    add(entryOfEvent(event));
  }
}

type Days = { days: Span; room: ReadingRoom };
type OfSubject = Gathering & { target: Exclude<UsageTarget, { kind: "run" }> };

/** Whole days: what is after the mark first, for it is little. */
async function readDays(ctx: QueryCtx, gathering: OfSubject, { days, room }: Days): Promise<void> {
  const { target, add } = gathering;
  const mark = await findMark(ctx);
  for await (const event of eventsAfter(ctx, target, mark?.commitTs ?? 0n)) {
    if (!(await room.takes("event"))) return;
    const at = event._creationTime;
    if (at >= days.from && at < days.to) add(entryOfEvent(event));
  }
  for await (const row of rowsFor(ctx, gathering, { days, room })) {
    if (!(await room.takes("row"))) return;
    add(entryOfRow(row));
  }
}

/** The rows whose sums are asked for: the target's own, or those of each tenant or user in it. */
async function* rowsFor(ctx: QueryCtx, { target, by }: OfSubject, { days, room }: Days): Rows {
  if (by === "tenant") yield* rowsBelow(ctx, EVERYBODY, days);
  else if (by !== "user") yield* rowsOf(ctx, target, days);
  else for (const tenant of await tenantsOf(ctx, target, { days, room })) yield* rowsBelow(ctx, tenant, days);
}

/** The tenants whose users are asked for. */
async function tenantsOf(
  ctx: QueryCtx,
  target: OfSubject["target"],
  { days, room }: Days,
): Promise<Set<string>> {
  if (target.kind !== "all") return new Set([subjectOf(target)]);
  const tenants = new Set<string>();
  for await (const row of rowsBelow(ctx, EVERYBODY, days)) {
    if (!(await room.takes("row"))) break;
    tenants.add(row.subject);
  }
  return tenants;
}

type Rows = AsyncGenerator<Doc<"usageRollups">, void>;
type RowQuery = AsyncIterable<Doc<"usageRollups">>;

const rowsOf = ({ db }: QueryCtx, target: OfSubject["target"], { from, to }: Span): RowQuery =>
  db
    .query("usageRollups")
    .withIndex("by_subject", (q) => {
      const rows = q.eq("subject", subjectOf(target));
      return target.kind === "thread" ? rows.eq("day", LIFETIME_DAY) : rows.gte("day", from).lt("day", to);
    })
    .order("desc");

/** Of each tenant, or of each user of one: the newest days first, and in each the most costly. */
const rowsBelow = ({ db }: QueryCtx, parent: string, { from, to }: Span): RowQuery =>
  db
    .query("usageRollups")
    .withIndex("by_parent", (q) => q.eq("parent", parent).gte("day", from).lt("day", to))
    .order("desc");

const entryOfRow = (row: Doc<"usageRollups">): UsageEntry => ({
  at: row.day,
  provider: row.provider,
  model: row.model,
  purpose: row.purpose,
  ...(row.agentName === undefined ? {} : { agentName: row.agentName }),
  ...namedIn(row.subject),
  counts: countsIn(row),
});
