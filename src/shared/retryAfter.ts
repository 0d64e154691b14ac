import { RETRY_AFTER_MAX_MS } from "./ledgerLimits.js";

type Headers = Readonly<Record<string, string | undefined>>;

const NUMBER = /^\d+(?:\.\d+)?$/;
/** A date as HTTP has it, and as some providers write it instead: what is no date parses as one in some runtimes. */
const DATE = /^(?:[A-Z][a-z]{2,8}, \d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4} |\d{4}-\d{2}-\d{2}T)/;

/**
 * How long a provider asks to wait, in ms, by `retry-after-ms` or `retry-after` (seconds, or a date), a day at most.
 * Undefined where it says nothing, or nothing that makes sense. A date is measured by the provider's own clock where
 * its answer has a `date`.
 */
export function retryAfterIn(headers: Headers, now: number): number | undefined {
  const ms = numberIn(headers, "retry-after-ms") ?? inSeconds(headers) ?? untilDate(headers, now);
  return ms === undefined ? undefined : Math.ceil(Math.min(Math.max(0, ms), RETRY_AFTER_MAX_MS));
}

function inSeconds(headers: Headers): number | undefined {
  const seconds = numberIn(headers, "retry-after");
  return seconds === undefined ? undefined : seconds * 1000;
}

function numberIn(headers: Headers, name: string): number | undefined {
  const text = valueOf(headers, name);
  return text !== undefined && NUMBER.test(text) ? Number(text) : undefined;
}

function untilDate(headers: Headers, now: number): number | undefined {
  const at = dateIn(headers, "retry-after");
  return at === undefined ? undefined : at - (dateIn(headers, "date") ?? now);
}

function dateIn(headers: Headers, name: string): number | undefined {
  const text = valueOf(headers, name);
  const at = text !== undefined && DATE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** Names of headers have no case. */
const valueOf = (headers: Headers, name: string): string | undefined =>
  Object.entries(headers)
    .find(([key]) => key.toLowerCase() === name)?.[1]
    ?.trim();
