import { checkMetadata, checkName, checkTime } from "../../shared/checkedArguments.js";
import { normalFactText } from "../../shared/factText.js";
import { FACT_MAX_BYTES, FACT_MAX_SOURCES, FACTS_PER_APPEND, REASON_MAX_BYTES } from "../../shared/limits.js";
import { utf8Bytes } from "../../shared/utf8.js";
import { memoryError, type ErrorDetails } from "../../validators/errors.js";
import type { NewFact } from "../../validators/fact.js";

/** Refuses facts before anything of them is written. */
export function checkFacts(facts: readonly NewFact[]): void {
  if (facts.length === 0 || facts.length > FACTS_PER_APPEND)
    throw invalid(`One call takes 1 to ${FACTS_PER_APPEND} facts.`, { facts: facts.length });
  for (const fact of facts) checkFact(fact);
}

function checkFact(fact: NewFact): void {
  checkText(fact.text);
  checkName("key", fact.key);
  checkMetadata(fact.metadata);
  checkImportance(fact.importance);
  checkTimes(fact);
  const { sources = [] } = fact;
  if (sources.length > FACT_MAX_SOURCES)
    throw invalid(`A fact has ${FACT_MAX_SOURCES} sources at most.`, { sources: sources.length });
  for (const source of sources) if (source.kind === "app") checkName("ref", source.ref);
}

function checkTimes(fact: NewFact): void {
  checkTime("validFrom", fact.validFrom);
  checkTime("validTo", fact.validTo);
  checkTime("expiresAt", fact.expiresAt);
  if (fact.validTo !== undefined && fact.validTo <= (fact.validFrom ?? -Infinity))
    throw invalid("`validTo` must be after `validFrom`.", { field: "validTo" });
  if (fact.pinned === true && fact.expiresAt !== undefined)
    throw invalid("A pinned fact does not expire: leave `expiresAt` out.", { field: "expiresAt" });
}

function checkText(text: string): void {
  if (normalFactText(text) === "")
    throw invalid("A fact needs a text that says something.", { field: "text" });
  const bytes = utf8Bytes(text);
  if (bytes <= FACT_MAX_BYTES) return;
  throw invalid(`A fact has ${FACT_MAX_BYTES} bytes at most: put longer texts as documents.`, {
    field: "text",
    bytes,
    maxBytes: FACT_MAX_BYTES,
  });
}

/** Refuses an importance that is no number from 0 to 1. */
export function checkImportance(importance: number | undefined): void {
  if (importance === undefined || (importance >= 0 && importance <= 1)) return;
  throw invalid("`importance` must be a number from 0 to 1.", { field: "importance" });
}

/** Refuses an expiry that is over already. */
export function checkExpiry(expiresAt: number | undefined): void {
  if (expiresAt === undefined || expiresAt > Date.now()) return;
  throw invalid("`expiresAt` must be in the future.", { field: "expiresAt" });
}

/** Refuses a reason that would make the row long. */
export function checkReason(reason: string | undefined): void {
  if (reason === undefined || utf8Bytes(reason) <= REASON_MAX_BYTES) return;
  throw invalid(`\`reason\` may have ${REASON_MAX_BYTES} bytes at most.`, { field: "reason" });
}

const invalid = (message: string, details: ErrorDetails = {}) =>
  memoryError("INVALID_ARGUMENT", message, details);
