import { IDENTIFIER_SEPARATOR as SEPARATOR } from "./identifiers.js";
import { SUMMARY_LEAST_TOKENS, SUMMARY_MAX_TOKENS, SUMMARY_MIN_TOKENS, SUMMARY_SHARE } from "./limits.js";

/** The sections of a summary, in their order; a summary that a model writes has the same. */
export const SUMMARY_SECTIONS = {
  goals: "Goals",
  happened: "What happened",
  decisions: "Decisions",
  identifiers: "Identifiers",
  errors: "Errors and fixes",
  state: "Current state and next step",
  lookUp: "Look up",
} as const;
export type SummarySection = keyof typeof SUMMARY_SECTIONS;
export type SectionLines = Record<SummarySection, string[]>;

/** A record without lines. */
export const noLines = (): SectionLines => ({
  goals: [],
  happened: [],
  decisions: [],
  identifiers: [],
  errors: [],
  state: [],
  lookUp: [],
});

const SECTION_NAMES = Object.keys(SUMMARY_SECTIONS) as SummarySection[];
/** Sections whose items stand in one line: each is a few words. */
const INLINE: readonly SummarySection[] = ["identifiers", "lookUp"];

/** The tool that searches memory, as `memoryTools` names it: what it gave was said elsewhere and is no part of a summary. */
export const RECALL_TOOL = "recall";

/**
 * How many tokens a summary may have that replaces so many: a fifth, within bounds, never more than it replaces, nor
 * than a context has room for; but always a few lines.
 */
export function summaryBudget(replacedTokens: number, maxTokens = SUMMARY_MAX_TOKENS): number {
  const share = Math.min(SUMMARY_MAX_TOKENS, Math.ceil(replacedTokens * SUMMARY_SHARE));
  const wanted = Math.max(Math.min(replacedTokens, SUMMARY_MIN_TOKENS), share);
  return Math.min(wanted, Math.max(Math.floor(maxTokens), SUMMARY_LEAST_TOKENS));
}

/** A section as text; nothing for one without lines. */
export function sectionText(section: SummarySection, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const body = INLINE.includes(section) ? lines.join(SEPARATOR) : lines.map((line) => `- ${line}`).join("\n");
  return `## ${SUMMARY_SECTIONS[section]}\n${body}`;
}

/** The summary as text: its sections in their order, those without lines left out. */
export const formatSummary = (lines: SectionLines): string =>
  SECTION_NAMES.map((section) => sectionText(section, lines[section]))
    .filter((text) => text !== "")
    .join("\n\n");

/** Characters that a further line of a section costs; the heading is paid with the first. */
export function lineCost(section: SummarySection, line: string, isFirst: boolean): number {
  const heading = isFirst ? `## ${SUMMARY_SECTIONS[section]}\n`.length + "\n\n".length : SEPARATOR.length;
  return heading + "- ".length + line.length;
}

/** A summary's lines by section. What stands under no heading of ours counts as what happened: no word is lost. */
export function parseSummary(text: string): SectionLines {
  const lines = noLines();
  let section: SummarySection = "happened";
  for (const row of text.split("\n")) {
    const heading = /^#{1,6}\s+(.*?)\s*:?\s*$/u.exec(row)?.[1];
    const line = row.replace(/^\s*(?:[-*•]|\d{1,3}[.)])\s+/u, "").trim();
    if (heading !== undefined) section = sectionOf(heading);
    else if (INLINE.includes(section))
      lines[section].push(...line.split(SEPARATOR).filter((item) => item !== ""));
    else if (line !== "") lines[section].push(line);
  }
  return lines;
}

const sectionOf = (heading: string): SummarySection =>
  SECTION_NAMES.find((name) => heading.toLowerCase().startsWith(SUMMARY_SECTIONS[name].toLowerCase())) ??
  "happened";
