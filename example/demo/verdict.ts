import { api } from "../convex/_generated/api.js";
import type { Answer } from "./ask.js";
import type { CrashReport } from "./crash.js";
import type { SourceFile } from "./folder.js";
import type { IngestResult } from "./ingest.js";
import { ledgerAddsUp } from "./ledger.js";
import { questions } from "./questions.js";
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
    if ((await client.query(api.documents.get, { key })) === null) problems.push(`${key} was not ingested`);
  }
  for (const { key, phase, chunks, totalChunks } of await client.query(api.documents.listUnfinished, {}))
    problems.push(`${key} is ${phase} with ${chunks} of ${totalChunks} chunks`);
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
