import type { Mismatch } from "./mismatch.js";
import type { EventRow, LedgerRows, Period } from "./rows.js";

/** A period holds for events of its time; a row's time and the transaction's differ by little. */
const CLOCK_SLACK_MS = 1_000;
const COUNTS = [
  "inputTokens",
  "outputTokens",
  "cachedInputTokens",
  "cacheWriteTokens",
  "reasoningTokens",
  "ms",
  "costMicros",
] as const;

/** Counts that are none, and costs that are not what their price makes of their counts. */
export function wrongCosts({ usageEvents, prices }: Pick<LedgerRows, "usageEvents" | "prices">): Mismatch[] {
  const rows = new Map(prices.map((row) => [`${row.provider} ${row.model}`, row.periods]));
  return usageEvents.flatMap((event) => [
    ...unsound(event),
    ...wrongCost(event, rows.get(`${event.provider.split(".")[0]} ${event.model}`)),
  ]);
}

const ofEvent = (event: EventRow, what: string, rest: Pick<Mismatch, "expected" | "found">): Mismatch => ({
  ...{ table: "usageEvents", id: event._id, what },
  ...rest,
});

const unsound = (event: EventRow): Mismatch[] =>
  COUNTS.flatMap((what) => {
    const found = event[what];
    if (found === undefined || (Number.isFinite(found) && found >= 0)) return [];
    return [ofEvent(event, what, { expected: "a number from 0", found: String(found) })];
  });

/** A cost without a price was told by the caller; a price that was removed since cannot be asked any more. */
function wrongCost(event: EventRow, periods: Period[] = []): Mismatch[] {
  if (event.priceVersion === undefined) return [];
  const period = periods.find(({ version }) => version === event.priceVersion);
  if (period === undefined) return [];
  const at = event._creationTime;
  const holds = period.from <= at + CLOCK_SLACK_MS && at - CLOCK_SLACK_MS < (period.to ?? Infinity);
  const expected = costOf(event, period.prices);
  return [
    ...(holds
      ? []
      : [ofEvent(event, "priceVersion", { expected: "one that held", found: event.priceVersion })]),
    ...(event.costMicros === expected
      ? []
      : [ofEvent(event, "costMicros", { expected, found: event.costMicros ?? null })]),
  ];
}

/** Token by token kind, in millionths of millionths; rounded at the end, half up. */
function costOf(event: EventRow, prices: Period["prices"]): number {
  const {
    inputTokens,
    outputTokens,
    cachedInputTokens = 0,
    cacheWriteTokens = 0,
    reasoningTokens = 0,
  } = event;
  const fresh = Math.max(0, inputTokens - cachedInputTokens - cacheWriteTokens);
  const shown = Math.max(0, outputTokens - reasoningTokens);
  let sum = 0n;
  const add = (tokens: number, price: number) => (sum += BigInt(Math.round(tokens)) * BigInt(price));
  add(fresh, prices.input);
  add(cachedInputTokens, prices.cachedInput ?? prices.input);
  add(cacheWriteTokens, prices.cacheWrite ?? prices.input);
  add(shown, prices.output);
  add(reasoningTokens, prices.reasoning ?? prices.output);
  const whole = sum / 1_000_000n;
  return Number(sum % 1_000_000n >= 500_000n ? whole + 1n : whole) + (prices.call ?? 0);
}
