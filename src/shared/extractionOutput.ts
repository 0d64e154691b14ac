import { normalFactText } from "./factText.js";
import { EXTRACTION_MAX_FACTS, FACT_MAX_BYTES, FACT_MAX_SOURCES, NAME_MAX_CHARACTERS } from "./limits.js";
import { utf8Bytes } from "./utf8.js";
import { wellFormed } from "./wellFormed.js";

/** A fact as a model found it: messages and known facts by the numbers that it was shown. */
export type FoundFact = {
  text: string;
  key?: string;
  importance?: number;
  validFrom?: number;
  messages: number[];
  supersedes?: number;
};

/** How much the model was shown: numbers from 0 up to these are ids, others are made up. */
export type Shown = { messages: number; known: number; maxFacts: number };

/** What can be kept of a model's output, and what was dropped and why; null when it is no list of facts at all. */
export function readFound(output: unknown, shown: Shown): { facts: FoundFact[]; warnings: string[] } | null {
  const items = fieldOf(output, "facts");
  if (!Array.isArray(items)) return null;
  const facts: FoundFact[] = [];
  const warnings: string[] = [];
  const maxFacts = Math.min(shown.maxFacts, EXTRACTION_MAX_FACTS);
  for (const [index, item] of items.entries()) {
    if (facts.length === maxFacts) {
      warnings.push(
        `${items.length - index} facts beyond the ${maxFacts} that one call may find were dropped.`,
      );
      break;
    }
    const read = readFact(item, shown);
    if (typeof read === "string") warnings.push(`Fact ${index} was dropped: ${read}`);
    else facts.push(read);
  }
  return { facts, warnings: warnings.slice(0, EXTRACTION_MAX_FACTS) };
}

/** One fact, or why it cannot be kept. */
function readFact(item: unknown, shown: Shown): FoundFact | string {
  const given = fieldOf(item, "text");
  if (typeof given !== "string") return "it has no text.";
  const text = wellFormed(given).trim();
  if (normalFactText(text) === "") return "its text says nothing.";
  if (utf8Bytes(text) > FACT_MAX_BYTES) return `its text is longer than ${FACT_MAX_BYTES} bytes.`;
  const messages = idsIn(fieldOf(item, "messages"), shown.messages);
  if (messages.length === 0) return "it names no message that was shown.";
  return {
    text,
    messages: messages.slice(0, FACT_MAX_SOURCES),
    ...keyIn(fieldOf(item, "key")),
    ...importanceIn(fieldOf(item, "importance")),
    ...timeIn(fieldOf(item, "validFrom")),
    ...supersededIn(fieldOf(item, "supersedes"), shown.known),
  };
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

const isId = (value: unknown, count: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value < count;

const idsIn = (value: unknown, count: number): number[] => [
  ...new Set((Array.isArray(value) ? value : [value]).filter((id) => isId(id, count))),
];

function keyIn(value: unknown): { key?: string } {
  if (typeof value !== "string") return {};
  const key = wellFormed(value).trim();
  return key === "" || key.length > NAME_MAX_CHARACTERS ? {} : { key };
}

const importanceIn = (value: unknown): { importance?: number } =>
  typeof value === "number" && value >= 0 && value <= 1 ? { importance: value } : {};

/** A day or a moment in ISO 8601; anything else is left out. */
function timeIn(value: unknown): { validFrom?: number } {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}/.test(value)) return {};
  const validFrom = Date.parse(value);
  return Number.isFinite(validFrom) ? { validFrom } : {};
}

function supersededIn(value: unknown, known: number): { supersedes?: number } {
  const [supersedes] = idsIn(value, known);
  return supersedes === undefined ? {} : { supersedes };
}
