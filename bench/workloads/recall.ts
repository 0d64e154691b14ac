// Finding what was said among conversations of one user.
import type { Host } from "../../host/index.js";
import { spansOf, withHost } from "../benchHost.js";
import { countSpans } from "../counts.js";
import {
  CONVERSATION_MESSAGES,
  makeConversation,
  makeQuestions,
  withSpeaker,
  type AskedQuestion,
} from "../material/conversations.js";
import { USER_ID } from "../sides.js";

/** How well a side finds, and what a recall costs it: means over all questions. */
export type RecallCounts = {
  recallAt10: number;
  mrr: number;
  rowsRead: number;
  bytesRead: number;
  /** Of one recall, in ms; null where there are too few to say. */
  p50Ms: number | null;
  entries: number;
  questions: number;
};
export type RecallResult = Record<RecallSide["name"], RecallCounts>;

export type RecallSide = {
  name: "ours" | "convexAgent" | "convexRag";
  component: string;
  /** Whether texts are stored with the name of who speaks. */
  namesSpeakers: boolean;
};
export const RECALL_SIDES: readonly RecallSide[] = [
  { name: "ours", component: "agentMemory", namesSpeakers: false },
  { name: "convexAgent", component: "agent", namesSpeakers: true },
  { name: "convexRag", component: "rag", namesSpeakers: true },
];

const LIMIT = 10;
/** Fewer recalls say nothing about their median. */
const P50_MIN_QUESTIONS = 100;

/** So many conversations of a hundred messages on every side, and all their questions. */
export async function measureRecall(conversations: number): Promise<RecallResult> {
  const counts: Partial<RecallResult> = {};
  for (const side of RECALL_SIDES) counts[side.name] = await measureRecallOf(side, conversations);
  return counts as RecallResult;
}

/** The same on one side. */
export function measureRecallOf(side: RecallSide, conversations: number): Promise<RecallCounts> {
  return withHost(async (host) => {
    for (let conversation = 0; conversation < conversations; conversation++)
      await host.call("action", `${side.name}Recall:seed`, { userId: USER_ID, conversation });
    await host.idle();
    return { ...(await ask(host, side, makeQuestions(conversations))), entries: entriesOf(conversations) };
  });
}

const entriesOf = (conversations: number): number => conversations * CONVERSATION_MESSAGES;

async function ask(
  host: Host,
  side: RecallSide,
  questions: AskedQuestion[],
): Promise<Omit<RecallCounts, "entries">> {
  const ranks: (number | null)[] = [];
  const spans = await spansOf(host, async () => {
    for (const question of questions) ranks.push(rankOf(side, question, await find(host, side, question)));
  });
  const { documentsRead, bytesRead } = countSpans(spans, side.component);
  const found = ranks.filter((rank) => rank !== null);
  return {
    recallAt10: found.length / questions.length,
    mrr: found.reduce((sum, rank) => sum + 1 / rank, 0) / questions.length,
    rowsRead: documentsRead / questions.length,
    bytesRead: bytesRead / questions.length,
    p50Ms: await timeOf(host, side, questions),
    questions: questions.length,
  };
}

const find = async (host: Host, side: RecallSide, { query }: AskedQuestion): Promise<string[]> =>
  (await host.call("action", `${side.name}Recall:find`, {
    userId: USER_ID,
    query,
    limit: LIMIT,
  })) as string[];

/** Where among the first ten the one message stands that answers, from 1; null when it is not there. */
function rankOf(side: RecallSide, { conversation, message }: AskedQuestion, texts: string[]): number | null {
  const said = makeConversation(conversation).messages[message]!;
  const place = texts.slice(0, LIMIT).indexOf(side.namesSpeakers ? withSpeaker(said) : said.text);
  return place === -1 ? null : place + 1;
}

/** The median time of the questions when they are asked once more, with no spans recorded. */
async function timeOf(host: Host, side: RecallSide, questions: AskedQuestion[]): Promise<number | null> {
  if (questions.length < P50_MIN_QUESTIONS) return null;
  const times: number[] = [];
  for (const question of questions) {
    const startedAt = performance.now();
    await find(host, side, question);
    times.push(performance.now() - startedAt);
  }
  return times.sort((left, right) => left - right)[Math.floor(times.length / 2)] ?? null;
}
