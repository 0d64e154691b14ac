import { groupBy, type Mismatch } from "./mismatch.js";
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

type Priced = Period & { provider: string; model: string };

/** Counts that are none, and costs that are not what their price makes of their counts. */
export function wrongCosts({
  usageEvents,
  ...rows
}: Pick<LedgerRows, "usageEvents" | "prices" | "pastPrices">): Mismatch[] {
  const standing = rows.prices.flatMap(({ provider, model, periods }) =>
    periods.map((period): Priced => ({ ...period, provider, model })),
  );
  const versions = groupBy([...standing, ...rows.pastPrices], ({ version }) => String(version));
  return usageEvents.flatMap((event) => {
    const counts = unsound(event);
    if (counts.length > 0) return counts; // nothing can be made of them
    return wrongCost(event, versions.get(String(event.priceVersion)) ?? []);
  });
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

/** A cost without a price was told by the caller. */
function wrongCost(event: EventRow, versions: Priced[]): Mismatch[] {
  if (event.priceVersion === undefined) return [];
  const price = versions.find((period) => isPriceOf(period, event));
  if (price === undefined)
    return [
      ofEvent(event, "priceVersion", { expected: "one of its model that held", found: event.priceVersion }),
    ];
  const expected = costOf(event, price.prices);
  return event.costMicros === expected
    ? []
    : [ofEvent(event, "costMicros", { expected, found: event.costMicros ?? null })];
}

/** Of its model, of its provider by a name as long or shorter ("lab" for "lab.chat"), and of its time. */
function isPriceOf({ provider, model, from, to = Infinity }: Priced, event: EventRow): boolean {
  const at = event._creationTime;
  return (
    model === event.model &&
    `${event.provider}.`.startsWith(`${provider}.`) &&
    from <= at + CLOCK_SLACK_MS &&
    at - CLOCK_SLACK_MS < to
  );
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
