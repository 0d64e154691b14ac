import type { FactState } from "../validators/fact.js";

/** What a fact's two times hang on. */
export type FactTimes = {
  state: FactState;
  /** When we learned it, and since when a candidate is believed. */
  recordedAt: number;
  confirmedAt?: number;
  /** When it is true, from and until. */
  validFrom: number;
  validTo?: number;
};

/** `validAt`: when it should be true. `knownAt`: by what we knew then. Both in ms since the epoch. */
export type AsOf = { validAt: number; knownAt: number };

/**
 * True when, by what was known at `knownAt`, the fact was true at `validAt`. What was superseded stays true before its
 * successor begins; what was retracted was never true, but it was believed until then; candidates, declined and
 * forgotten facts are not believed.
 */
export function isTrueAt(fact: FactTimes, { validAt, knownAt }: AsOf): boolean {
  if ((fact.confirmedAt ?? fact.recordedAt) > knownAt) return false;
  const span = believedSpan(fact, knownAt);
  return span !== null && span.from <= validAt && validAt < span.to;
}

type Span = { from: number; to: number };

/** Without an end a fact is true for good. */
const spanOf = (from: number, to: number | undefined): Span => ({ from, to: to ?? Infinity });

/** When the fact was true by what was known then; null when it was not believed. */
function believedSpan({ state, validFrom, validTo }: FactTimes, knownAt: number): Span | null {
  const span = spanOf(validFrom, validTo);
  switch (state.kind) {
    case "active":
      return span;
    case "candidate":
      return knownAt < (state.editedAt ?? -Infinity) ? span : null;
    case "superseded":
      return knownAt < state.closedAt ? spanOf(validFrom, state.validTo) : span;
    case "retracted":
      return knownAt < state.closedAt ? span : null;
    case "declined":
    case "forgotten":
      return null;
  }
}

/** True when two spans of time share a moment; without an end a span goes on for good. */
export function spansMeet(
  one: { validFrom: number; validTo?: number },
  other: { validFrom: number; validTo?: number },
): boolean {
  const [a, b] = [spanOf(one.validFrom, one.validTo), spanOf(other.validFrom, other.validTo)];
  return a.from < b.to && b.from < a.to;
}
