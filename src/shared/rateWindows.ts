type Rate = {
  /** So much in each period. */
  rate: number;
  /** In ms. */
  period: number;
  /** What may be taken together after a quiet time: `rate` unless told. */
  capacity?: number;
  /** How much those that wait may have reserved ahead: any amount unless told. */
  maxReserved?: number;
  /** Rows that one limit is split over where very many calls write it: 1 unless told. */
  shards?: number;
};

/** One limit, as `@convex-dev/rate-limiter` has it. */
export type RateLimit =
  /** Fills evenly over the period. */
  | (Rate & { kind: "token bucket"; start?: null })
  /** Fills at the start of each period; one begins at `start`, in ms since the epoch: 0 unless told, so that days are days in UTC. */
  | (Rate & { kind: "fixed window"; start?: number });

const SEVERAL_SHARDS = 3;

/** How much one call may take: one that needs more can never pass. The limiter looks at two of three shards or more. */
export function capacityOf({ rate, capacity = rate, shards = 1 }: RateLimit): number {
  return shards < SEVERAL_SHARDS ? capacity / shards : (capacity * 2) / shards;
}

const isAbove = (value: number, least: number): boolean => Number.isFinite(value) && value > least;

const FIELDS = ["kind", "rate", "period", "capacity", "maxReserved", "shards", "start", "applyUpdates"];

/** Why a limit, as somebody gave it, cannot work; null when it can. */
export function limitProblem(given: unknown): string | null {
  if (typeof given !== "object" || given === null) return "it is an object with `kind`, `rate` and `period`";
  const unknown = Object.keys(given).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) return `it has no field \`${unknown}\``;
  return problemIn(given as RateLimit); // each of its fields is looked at
}

function problemIn(limit: RateLimit): string | null {
  const { kind, rate, period, capacity = rate, maxReserved = 0, shards = 1, start } = limit;
  const problems = {
    'its `kind` is "token bucket" or "fixed window"': kind !== "token bucket" && kind !== "fixed window",
    "`rate`, `period` (in ms) and `capacity` are numbers above 0": ![rate, period, capacity].every((value) =>
      isAbove(value, 0),
    ),
    "`maxReserved` is a number from 0": maxReserved !== 0 && !isAbove(maxReserved, 0),
    "`shards` is an integer from 1": !(Number.isInteger(shards) && shards >= 1),
    "`start` is a time in ms since the epoch": !Number.isFinite(start ?? 0),
    "it must apply updates transactionally: what is reserved later is no limit":
      Reflect.get(limit, "applyUpdates") === "asynchronously",
    "its `capacity` leaves no room for one call": !(capacityOf(limit) >= 1),
  };
  return Object.entries(problems).find(([, holds]) => holds)?.[0] ?? null;
}

/**
 * Whether what was taken at one time may be given back at another, both in ms since the epoch. Not in a later window:
 * that would let more pass there than the limit says.
 */
export function isGivenBack(limit: RateLimit, takenAt: number, now: number): boolean {
  const { period } = limit;
  if (limit.kind === "token bucket") return Math.abs(now - takenAt) < period;
  const { start = 0 } = limit;
  return Math.floor((takenAt - start) / period) === Math.floor((now - start) / period);
}

/**
 * What to take of a bucket so that nothing passes for so many ms: what is in it, and what comes in meanwhile. `maxDebt`
 * lets one of several that say so at the same time do it, and not all of them one after the other.
 */
export function takenFor(
  { rate, period, capacity = rate }: RateLimit,
  { value, ts }: { value: number; ts: number },
  { now, ms }: { now: number; ms: number },
): { count: number; maxDebt: number } {
  const perMs = rate / period;
  const inIt = Math.min(capacity, value + Math.max(0, now - ts) * perMs);
  const debt = perMs * ms;
  return { count: Math.max(0, inIt + debt), maxDebt: debt * 1.5 + 1 };
}
