// Conversations with questions in the format of LoCoMo, read and cleaned.
import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** What of a data file cannot be measured; its message is one line for whoever typed the command. */
export class DataError extends Error {}

export type Turn = { id: string; speaker: string; text: string; saidAt: number };
export type Question = { text: string; category: number; gold: string[] };
export type Conversation = { name: string; turns: Turn[]; questions: Question[] };
export type Dataset = { name: string; conversations: Conversation[] };

const EVIDENCE = /D:?\d+:\d+/g;
const SESSION = /^session_(\d+)$/;
const SESSION_DATE = /^\s*(\d{1,2}):(\d{2})\s*(am|pm) on (\d{1,2}) (\w+),? (\d{4})\s*$/i;
const MONTHS = "january february march april may june july august september october november december".split(
  " ",
);

/** Reads a file; throws `DataError` with one line where it is not there or not of the format. */
export function readDataset(path: string): Dataset {
  const samples = parse(path);
  if (!Array.isArray(samples) || samples.length === 0)
    throw new DataError(`${path}: expected a list of conversations.`);
  const conversations = samples.map((sample, index) =>
    readConversation(sample, `${path}: conversation ${index + 1}`),
  );
  if (conversations.every(({ questions }) => questions.length === 0))
    throw new DataError(`${path}: no question has evidence in its conversation.`);
  return { name: basename(path).replace(/\.json$/, ""), conversations };
}

function parse(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new DataError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new DataError(`${path}: is not JSON.`);
  }
}

function readConversation(sample: unknown, where: string): Conversation {
  const { sample_id: id, conversation, qa } = record(sample, where);
  const sessions = record(conversation, `${where}: "conversation"`);
  const turns = sessionsOf(sessions).flatMap((session) => {
    const saidAt = readDate(sessions[`${session}_date_time`], `${where}: "${session}_date_time"`);
    return list(sessions[session], `${where}: "${session}"`).map((turn, index) =>
      readTurn(turn, saidAt, `${where}: "${session}", turn ${index + 1}`),
    );
  });
  if (turns.length === 0) throw new DataError(`${where}: has no turns.`);
  const known = new Set(turns.map((turn) => turn.id));
  if (known.size < turns.length) throw new DataError(`${where}: two turns have one "dia_id".`);
  const questions = list(qa, `${where}: "qa"`)
    .map((question, index) => readQuestion(question, known, `${where}: question ${index + 1}`))
    .filter(({ gold }) => gold.length > 0);
  return { name: typeof id === "string" ? id : where, turns, questions };
}

const sessionsOf = (conversation: Record<string, unknown>): string[] =>
  Object.keys(conversation)
    .filter((key) => SESSION.test(key))
    .sort((left, right) => numberOf(left) - numberOf(right));

const numberOf = (session: string): number => Number(SESSION.exec(session)?.[1]);

/** "1:56 pm on 8 May, 2023", taken as UTC. */
function readDate(value: unknown, where: string): number {
  const [, hour, minute, half, day, month = "", year] = SESSION_DATE.exec(String(value)) ?? [];
  const monthIndex = MONTHS.indexOf(month.toLowerCase());
  if (monthIndex < 0) throw new DataError(`${where}: expected a date like "1:56 pm on 8 May, 2023".`);
  const hours = (Number(hour) % 12) + (half?.toLowerCase() === "pm" ? 12 : 0);
  return Date.UTC(Number(year), monthIndex, Number(day), hours, Number(minute));
}

function readTurn(value: unknown, saidAt: number, where: string): Turn {
  const { dia_id: id, speaker, text, blip_caption: caption } = record(value, where);
  if (typeof id !== "string" || typeof speaker !== "string" || typeof text !== "string")
    throw new DataError(`${where}: expected "dia_id", "speaker" and "text".`);
  const shown = typeof caption === "string" ? `${text} [shares ${caption}]` : text;
  return { id, speaker, text: shown, saidAt };
}

function readQuestion(value: unknown, known: ReadonlySet<string>, where: string): Question {
  const { question, category, evidence } = record(value, where);
  if (typeof question !== "string" || typeof category !== "number")
    throw new DataError(`${where}: expected "question" and "category".`);
  const cited = list(evidence ?? [], `${where}: "evidence"`).flatMap((text) => evidenceIn(String(text)));
  return { text: question, category, gold: [...new Set(cited)].filter((id) => known.has(id)) };
}

/** Ids of turns in a citation: "D8:6; D9:17" are two, "D30:05" is D30:5 and "D:11:26" is D11:26. */
export const evidenceIn = (citation: string): string[] =>
  (citation.match(EVIDENCE) ?? []).map((id) => {
    const [session, turn] = id.replace(/^D:?/, "").split(":");
    return `D${Number(session)}:${Number(turn)}`;
  });

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new DataError(`${where}: expected an object.`);
}

function list(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new DataError(`${where}: expected a list.`);
}
