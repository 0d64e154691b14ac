import { api } from "../convex/_generated/api.js";
import type { Answer } from "./ask.js";
import type { CrashReport } from "./crash.js";
import type { SourceFile } from "./folder.js";
import type { IngestResult } from "./ingest.js";
import { ledgerAddsUp } from "./ledger.js";
import type { MemoryReport } from "./memory.js";
import { memoryScene, questions } from "./questions.js";
import type { Session } from "./session.js";
import type { ThreadTables } from "./tables.js";

/** What went wrong with the ingest: every file must be a document now, and none half written. */
export async function ingestProblems(
  { client }: Session,
  files: SourceFile[],
  { skipped }: IngestResult,
): Promise<string[]> {
  const refused = new Set(skipped.map(({ key }) => key));
  const problems: string[] = [];
  for (const { key } of files) {
    if (refused.has(key)) continue;
    if ((await client.query(api.documents.getDocument, { scope: "tenant", key })) === null)
      problems.push(`${key} was not ingested`);
  }
  const unfinished = { scope: "tenant" as const, writing: true, cursor: null };
  for (const { key, writing } of (await client.query(api.documents.listDocuments, unfinished)).page)
    if (writing !== undefined)
      problems.push(
        `${key} is ${writing.phase.kind} with ${writing.written.chunks} of ${writing.total.chunks} chunks`,
      );
  return problems;
}

/**
 * What is wrong with one answer: it must be complete, cite what exists, and be in the ledger to the token. Only the
 * fixed questions are sure to have an answer in the documents: to another, an honest "not found" cites nothing.
 */
export async function answerProblems(
  { client }: Session,
  answer: Answer,
  tables: ThreadTables,
): Promise<string[]> {
  const { question, citations, falseCitations, threadId, state } = answer;
  const problems: string[] = [];
  if (state !== "completed") problems.push(`the run is ${state}`);
  if (citations.length === 0 && questions.includes(question)) problems.push("the answer cites nothing");
  if (falseCitations.length > 0) problems.push(`these citations name nothing: ${falseCitations.join(" ")}`);
  const total = await client.query(api.reports.totalUsage, { threadId });
  if (!ledgerAddsUp(tables, total)) problems.push("the ledger's totals are not the sum of its events");
  return problems.map((problem) => `"${question}": ${problem}`);
}

/** What the crash broke. */
export function crashProblems({ killed, resumed, ...proof }: CrashReport): string[] {
  const problems: string[] = [];
  if (!killed) problems.push("the host was not killed in the middle of a run");
  if (!resumed) problems.push("the run did not complete after the restart");
  if (proof.duplicateSteps > 0) problems.push(`${proof.duplicateSteps} steps were paid or written twice`);
  if (proof.lostSteps > 0) problems.push(`${proof.lostSteps} steps were lost`);
  return problems.map((problem) => `crash: ${problem}`);
}

/** What the later run did not have from the earlier one, or cannot show that it had. */
export function memoryProblems({ remembered, answer, citations, explain, replay }: MemoryReport): string[] {
  const problems: string[] = [];
  const kept = [...remembered.facts, ...remembered.blocks.map(({ value }) => value)].join("\n");
  const lacks = (text: string) => memoryScene.words.filter((word) => !holds(text, word)).join(", ");
  if (lacks(kept) !== "") problems.push(`no fact and no block holds: ${lacks(kept)}`);
  if (lacks(answer) !== "") problems.push(`the answer does not hold what was told: ${lacks(answer)}`);
  if (citations.length === 0) problems.push("the answer cites neither fact nor block");
  const items = explain.sections.flatMap((section) => section.items);
  for (const kind of ["fact", "block"])
    if (!items.some((item) => item.kind === kind)) problems.push(`explain names no ${kind}`);
  if (replay.kind !== "same")
    problems.push(`replay is ${replay.kind}, because of ${replay.source ?? "something unknown"}`);
  return problems.map((problem) => `memory: ${problem}`);
}

const holds = (text: string, word: string): boolean => text.toLowerCase().includes(word.toLowerCase());
