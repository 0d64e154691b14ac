import type { Message } from "../validators/message.js";
import type { Part } from "../validators/content.js";
import { identifiersOf } from "./identifiers.js";
import { textOf } from "./messageText.js";
import { cutLine, sentencesOf } from "./sentences.js";
import {
  lineCost,
  noLines,
  parseSummary,
  formatSummary,
  type SectionLines,
  type SummarySection,
} from "./summaryText.js";
import { estimateTokens, isWideCharacter, tokenQuarters, tokensToQuarters } from "./tokens.js";

/** What is summarised. */
export type SummaryMaterial = {
  /** The messages to replace, in order. Their words are all that is read. */
  messages: readonly Message[];
  /** The summary that stood before them. */
  previous?: string;
  maxTokens: number;
};

/** Characters of one line: a sentence, not a paragraph. */
const LINE_MAX_CHARACTERS = 200;
const INPUT_MAX_CHARACTERS = 80;
const ERROR_MAX_CHARACTERS = 160;
/** Sentences of the newest answer that tell where things stand. */
const STATE_SENTENCES = 3;
/** Sentences of an answer that are looked through for decisions. */
const MOST_SENTENCES = 60;

/** Shares of the budget by section, in the order in which they are filled: what one leaves goes to the next. */
const SHARES: readonly [SummarySection, number][] = [
  ["state", 0.12],
  ["goals", 0.2],
  ["identifiers", 0.22],
  ["decisions", 0.12],
  ["errors", 0.08],
  ["happened", 0.2],
  ["lookUp", 0.06],
];
/** Of a section's share: what new lines may take before those of the summary before them are asked. */
const NEW_SHARE = 0.6;

// Words that announce a decision or an error, in the languages that most threads are in. Other languages lose these two
// sections and nothing else.
const DECIDES =
  /\b(?:decid\w*|agreed|let's|we(?:'ll| will)|going with|chose|choose|settled on|entschied\w*|entschlossen|beschlossen|wir nehmen|décid\w*|convenu|choisi\w*|decid\w*|acord\w*|elegi\w*|scelto|deciso)\b|реши|выбра|договор|決め|決定|决定|選ん|选择|결정|선택/iu;
const FAILS =
  /\b(?:errors?|exception|failed|failure|fails|crash\w*|timed out|refused|denied|not found|fehler\w*|fehlgeschlagen|erreur|échec|échou\w*|errore|fallo|falló)\b|ошибк|сбой|エラー|失敗|错误|失败|오류|실패/iu;

/**
 * A summary without a model: chosen lines of the messages under the sections of `SUMMARY_SECTIONS`, merged with those
 * of the summary before. Deterministic, in any language, at most `maxTokens` by estimate. Identifiers stand in it as
 * they were written.
 *
 * @example const text = extractiveSummary({ messages, previous: parent?.text, maxTokens: summaryBudget(tokens) });
 */
export function extractiveSummary({ messages, previous = "", maxTokens }: SummaryMaterial): string {
  const older = parseSummary(previous);
  const newer = linesOf(messages);
  const chosen = noLines();
  const total = tokensToQuarters(maxTokens);
  let left = 0;
  for (const [section, share] of SHARES) {
    const room = left + Math.floor(total * share);
    if (section === "lookUp") newer.lookUp = lookUpTerms(messages, formatSummary(chosen));
    const filled = fillSection(section, { older: older[section], newer: newer[section], room });
    chosen[section] = filled.lines;
    left = room - filled.used;
  }
  return withinTokens(chosen, maxTokens);
}

type Filling = { older: string[]; newer: string[]; room: number };

/** New lines first, newest first, up to their share; then older ones; then what room is left goes to new ones. */
function fillSection(
  section: SummarySection,
  { older, newer, room }: Filling,
): { lines: string[]; used: number } {
  const all = [...new Set([...older, ...newer])];
  const isNew = new Set(newer);
  const kept = new Set<string>();
  let used = 0;
  const take = (lines: readonly string[], limit: number): void => {
    for (const line of lines) {
      const cost = kept.has(line) ? Infinity : costOf(section, line, kept.size === 0);
      if (used + cost > limit) continue;
      kept.add(line);
      used += cost;
    }
  };
  const wanted = rankedLines(section, newer);
  const before = all.filter((line) => !isNew.has(line));
  if (section === "goals") take(all.slice(0, 1), room); // what the thread was opened for
  if (section === "state" && newer.length > 0) before.length = 0; // where things stood is no more
  take(wanted, room * NEW_SHARE);
  take(section === "identifiers" ? fromBothEnds(before) : before.toReversed(), room);
  take(wanted, room);
  return { lines: all.filter((line) => kept.has(line)), used };
}

/** The last, the first, the last but one, …: what was said lately, and what was there from the start. */
function fromBothEnds(lines: readonly string[]): string[] {
  return lines.map((_, index) => lines.at(index % 2 === 0 ? -1 - index / 2 : (index - 1) / 2) ?? "");
}

/** Quarters of a token: what a line costs with its mark, and with its heading when it is the first. */
function costOf(section: SummarySection, line: string, isFirst: boolean): number {
  return lineCost(section, line, isFirst) - line.length + tokenQuarters(line);
}

/** The order in which new lines are taken: identifiers come ranked; of all else the newest first. */
const rankedLines = (section: SummarySection, lines: readonly string[]): readonly string[] =>
  section === "identifiers" || section === "lookUp" || section === "state" ? lines : lines.toReversed();

/** Rounding may cost a token: the last line of the longest section goes until all fits. */
function withinTokens(lines: SectionLines, maxTokens: number): string {
  const sections = SHARES.map(([section]) => section).reverse();
  let text = formatSummary(lines);
  while (estimateTokens(text) > maxTokens) {
    const section = sections.find((name) => lines[name].length > 0);
    if (section === undefined) return "";
    lines[section].pop();
    text = formatSummary(lines);
  }
  return text;
}

function linesOf(messages: readonly Message[]): SectionLines {
  const lines = noLines();
  for (const message of messages) {
    if (message.role === "user") lines.goals.push(...goalOf(message));
    if (message.role === "assistant") addAnswer(lines, message);
    for (const part of message.parts) addFailure(lines, part);
  }
  lines.identifiers = rankedIdentifiers(messages);
  lines.state = stateOf(messages);
  return lines;
}

/** What was asked: the first sentence, and the last where a longer message ends in its question. */
function goalOf(message: Message): string[] {
  const sentences = sentencesOf(textOf(message.parts));
  const [first] = sentences;
  const last = sentences.at(-1);
  if (first === undefined || last === undefined) return [];
  const words =
    sentences.length > 1 && first !== last ? `${cutLine(first, LINE_MAX_CHARACTERS / 2)} ${last}` : first;
  const at = new Date(message.saidAt ?? message.createdAt).toISOString().slice(0, 10);
  const who = message.speaker === undefined ? "" : `${message.speaker}: `;
  return [cutLine(`${at} ${who}${words}`, LINE_MAX_CHARACTERS)];
}

function addAnswer(lines: SectionLines, message: Message): void {
  const sentences = sentencesOf(textOf(message.parts)).slice(0, MOST_SENTENCES);
  const who = message.speaker === undefined ? "" : `${message.speaker}: `;
  const [first] = sentences;
  if (first !== undefined) lines.happened.push(cutLine(`${who}${first}`, LINE_MAX_CHARACTERS));
  for (const sentence of sentences)
    if (DECIDES.test(sentence)) lines.decisions.push(cutLine(`${who}${sentence}`, LINE_MAX_CHARACTERS));
    else if (FAILS.test(sentence)) lines.errors.push(cutLine(`${who}${sentence}`, LINE_MAX_CHARACTERS));
  for (const part of message.parts)
    if (part.type === "toolCall")
      lines.happened.push(
        `Called ${part.toolName} with ${cutLine(oneLine(part.input), INPUT_MAX_CHARACTERS)}`,
      );
}

function addFailure(lines: SectionLines, part: Part): void {
  if (part.type !== "toolResult") return;
  const hasFailed =
    part.outputKind === "error" || part.outputKind === "denied" || part.outputKind === "interrupted";
  if (hasFailed)
    lines.errors.push(`${part.toolName}: ${cutLine(oneLine(part.output), ERROR_MAX_CHARACTERS)}`);
}

const oneLine = (text: string): string => text.slice(0, 2_000).replace(/\s+/gu, " ").trim();

/** What was asked last, and how the last answer begins and ends. */
function stateOf(messages: readonly Message[]): string[] {
  const said = (role: Message["role"]): string[] => {
    const last = messages.findLast((message) => message.role === role && textOf(message.parts).trim() !== "");
    return last === undefined ? [] : sentencesOf(textOf(last.parts));
  };
  const answer = said("assistant");
  const shown =
    answer.length <= STATE_SENTENCES
      ? answer
      : [...answer.slice(0, STATE_SENTENCES - 1), ...answer.slice(-1)];
  const asked = said("user").at(-1);
  return [
    ...(asked === undefined ? [] : [`Asked last: ${cutLine(asked, LINE_MAX_CHARACTERS)}`]),
    ...shown.map((sentence) => cutLine(sentence, LINE_MAX_CHARACTERS)),
  ];
}

type Ranked = { text: string; score: number; at: number };

/** Identifiers by weight, by how often they were said, and by whom: people's own words before tools'. */
export function rankedIdentifiers(messages: readonly Message[]): string[] {
  const found = new Map<string, Ranked>();
  for (const message of messages)
    for (const { text, weight } of identifiersOf(wordsOf(message))) {
      const worth = weight * (message.role === "user" ? 2 : message.role === "tool" ? 0.5 : 1);
      const known = found.get(text);
      if (known === undefined) found.set(text, { text, score: worth, at: found.size });
      else known.score += worth;
    }
  return [...found.values()]
    .sort((left, right) => right.score - left.score || left.at - right.at)
    .map(({ text }) => text);
}

/** Everything that a message says, for looking things up in it: words, inputs and outputs of tools. */
function wordsOf({ parts }: Message): string {
  const texts = parts.map((part) => {
    if (part.type === "text") return part.text;
    if (part.type === "toolCall") return part.input;
    if (part.type === "toolResult") return part.output;
    return part.type === "source" ? `${part.title ?? ""} ${part.url ?? ""}` : "";
  });
  return texts.join("\n");
}

/** A word worth searching for: five letters in scripts with words, a short run in those without. */
const TERM =
  /\p{Script=Han}{2,6}|[\p{Script=Hiragana}\p{Script=Katakana}ー]{3,10}|\p{Script=Hangul}{2,8}|\p{L}[\p{L}\p{N}'’-]{4,30}/gu;
const MOST_TERMS = 40;

/** Words of the messages that the summary does not hold, those said in most messages first: what search will find. */
function lookUpTerms(messages: readonly Message[], summary: string): string[] {
  const known = summary.toLowerCase();
  const found = new Map<string, Ranked>();
  for (const message of messages) {
    const terms = new Set(
      Array.from(textOf(message.parts).slice(0, 16_384).matchAll(TERM), ([term]) => term.toLowerCase()),
    );
    for (const text of terms) {
      const ranked = found.get(text) ?? { text, score: 0, at: found.size };
      ranked.score += 1;
      found.set(text, ranked);
    }
  }
  // A word of nearly every message tells nothing apart.
  const most = Math.max(2, messages.length / 3);
  const worth = ({ text, score }: Ranked): number =>
    score * (isWideCharacter(text.charCodeAt(0)) ? 2 : Math.min(text.length, 12) / 4);
  return [...found.values()]
    .filter(({ text, score }) => score <= most && !known.includes(text))
    .sort((left, right) => worth(right) - worth(left) || left.at - right.at)
    .slice(0, MOST_TERMS)
    .map(({ text }) => text);
}
