import type { ConvexClient } from "convex/browser";
import type { FunctionReturnType } from "convex/server";
import type { ContextExplanation } from "convex-agent-memory";
import { api } from "../convex/_generated/api.js";
import { ask } from "./ask.js";
import { memoryCitationsIn } from "./citations.js";
import { tellExplanation } from "./explanation.js";
import type { Hosts } from "./hosts.js";
import { memoryScene } from "./questions.js";
import type { Session } from "./session.js";
import { readTables, type Asked } from "./tables.js";

/** More than the demo ever tells. */
const FACTS_READ = 50;

type Known = {
  facts: FunctionReturnType<typeof api.knowledge.listFacts>["page"];
  blocks: FunctionReturnType<typeof api.knowledge.listBlocks>;
};

export type MemoryReport = {
  /** What memory held when the later run began. `isKept`: told by an earlier call of this command, not by this one. */
  remembered: { isKept: boolean; facts: string[]; blocks: { label: string; value: string }[] };
  question: string;
  answer: string;
  /** What the answer cites of memory. */
  citations: string[];
  /** What the model was shown when it wrote that answer, and why. */
  explain: ContextExplanation;
  /** Whether the same context could be built again: `same`, or what stands in the way. */
  replay: FunctionReturnType<typeof api.reports.replay>;
};

/**
 * Tells the agent something, ends the host, starts it again on the same database, and asks in another thread what only
 * memory knows. Where the database was kept from an earlier call of this command, that has told it.
 */
export async function showMemory(
  session: Session,
  hosts: Hosts,
): Promise<{ report: MemoryReport; asked: Asked[] }> {
  const { client, screen } = session;
  screen.line("\nMemory: told in one run, asked in a later one");
  await client.mutation(api.knowledge.createProfile, {});
  const earlier = await readKnown(client);
  const isKept = isTold(earlier);
  const told = isKept ? [] : [await tell(session)];
  const known = isKept ? earlier : await readKnown(client);
  tellKnown(session, known, isKept);
  if (!isKept) {
    screen.line("*** ending the host and starting it again on the same database: a new run, in a new thread");
    await hosts.restart();
  }
  const { question } = memoryScene;
  const answer = await ask(session, question);
  const tables = await readTables(client, answer.threadId);
  const messageId = tables.messages.findLast(({ role }) => role === "assistant")?.messageId;
  if (messageId === undefined) throw new Error(`"${question}" was not answered: the run is ${answer.state}.`);
  const explain = await client.query(api.reports.explain, { messageId });
  const replay = await client.query(api.reports.replay, { messageId });
  tellExplanation(screen, { explain, replay, texts: textsOf(known, [...told, { answer, tables }]) });
  const remembered = {
    isKept,
    facts: known.facts.map(({ text }) => text),
    blocks: known.blocks.map(({ label, value }) => ({ label, value })),
  };
  const citations = memoryCitationsIn(answer.answer);
  const report = { remembered, question, answer: answer.answer, citations, explain, replay };
  return { report, asked: [...told, { answer, tables }] };
}

/** The earlier run: what it is told, and what it makes of it when it is over. */
async function tell(session: Session): Promise<Asked> {
  const { client, screen } = session;
  const answer = await ask(session, memoryScene.told);
  const { warnings } = await client.action(api.worker.learn, { threadId: answer.threadId });
  for (const warning of warnings) screen.line(`(${warning})`);
  return { answer, tables: await readTables(client, answer.threadId) };
}

async function readKnown(client: ConvexClient): Promise<Known> {
  const blocks = await client.query(api.knowledge.listBlocks, { scope: "user" });
  const { page: facts } = await client.query(api.knowledge.listFacts, {
    scope: "user",
    cursor: null,
    limit: FACTS_READ,
  });
  return { facts, blocks };
}

function isTold({ facts, blocks }: Known): boolean {
  const kept = [...facts.map(({ text }) => text), ...blocks.map(({ value }) => value)]
    .join("\n")
    .toLowerCase();
  return memoryScene.words.every((word) => kept.includes(word.toLowerCase()));
}

function tellKnown({ screen }: Session, { facts, blocks }: Known, isKept: boolean): void {
  screen.line(isKept ? "\nKept from an earlier call of this command:" : "\nKept:");
  for (const { text } of facts) screen.line(`  fact: ${text}`);
  for (const { label, value } of blocks) screen.line(`  block ${label}: ${value.replaceAll("\n", " ")}`);
}

/** What is behind the ids of an explanation, as far as the demo knows. */
function textsOf({ facts, blocks }: Known, asked: Asked[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { factId, text } of facts) texts.set(factId, text);
  for (const { blockId, label } of blocks) texts.set(blockId, label);
  for (const { messageId, parts } of asked.flatMap(({ tables }) => tables.messages))
    texts.set(messageId, parts.map((part) => (part.type === "text" ? part.text : "")).join(" "));
  return texts;
}
