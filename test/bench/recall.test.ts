import { describe, expect, test } from "vitest";
import {
  CONVERSATION_MESSAGES,
  makeConversation,
  makeQuestions,
} from "../../bench/material/conversations.js";
import { renderTable } from "../../bench/report.js";
import { linesOf } from "../../bench/targets.js";
import { measureRecallOf, RECALL_SIDES, type RecallCounts } from "../../bench/workloads/recall.js";

const CONVERSATIONS = 5;

describe("each side finds what was said", () => {
  test.each(RECALL_SIDES)("$name", async (side) => {
    const counts = await measureRecallOf(side, CONVERSATIONS);
    expect(counts).toMatchObject({ entries: CONVERSATIONS * CONVERSATION_MESSAGES, p50Ms: null });
    expect(counts.questions).toBeGreaterThan(CONVERSATIONS);
    // Far above what ten of five hundred messages would hit by chance.
    expect(counts.recallAt10).toBeGreaterThan(0.3);
    expect(counts.recallAt10).toBeLessThanOrEqual(1);
    expect(counts.mrr).toBeGreaterThan(0.05);
    expect(counts.mrr).toBeLessThanOrEqual(counts.recallAt10);
    expect(counts.rowsRead).toBeGreaterThanOrEqual(10);
    expect(counts.bytesRead).toBeGreaterThan(1_000);
  });

  test("ours within the rows and bytes that a recall may read", async () => {
    const ours = await measureRecallOf(RECALL_SIDES[0]!, CONVERSATIONS);
    const lines = linesOf({ recall: { ours, convexAgent: ours, convexRag: ours } });
    const targets = lines.filter(({ target }) => target !== undefined);
    expect(targets.map(({ count, target }) => [count, target?.isMet])).toEqual([
      ["rowsRead", true],
      ["bytesRead", true],
    ]);
  });
});

describe("the table", () => {
  const counts: RecallCounts = {
    ...{ recallAt10: 0.5, mrr: 0.25, rowsRead: 100, bytesRead: 1_000, entries: 6_000, questions: 120 },
    p50Ms: 3,
  };

  test("has a third column where a workload has a third side, and none elsewhere", () => {
    const recall = {
      ours: counts,
      convexAgent: { ...counts, mrr: 0.125 },
      convexRag: { ...counts, mrr: 0.75 },
    };
    const rows = renderTable(linesOf({ recall })).split("\n");
    expect(rows[0]).toMatch(/ours +peer +rag +ours\/peer/);
    expect(rows.find((row) => row.includes("mrr"))).toMatch(/mrr +0\.25 +0\.13 +0\.75 +2$/);
    expect(renderTable(linesOf({ stored: { ours: stored, peer: stored } }))).not.toContain("rag");
  });

  test("shows no time where there were too few questions to say one", () => {
    const few = { ...counts, p50Ms: null };
    const lines = linesOf({ recall: { ours: few, convexAgent: few, convexRag: few } });
    expect(lines.map(({ count }) => count)).not.toContain("p50Ms");
  });
  const stored = { bytesStored: 2, payloadBytes: 1, ratio: 2 };
});

describe("the conversations", () => {
  test("are the same in every run", () => {
    expect(makeConversation(7)).toEqual(makeConversation(7));
    expect(makeConversation(7)).not.toEqual(makeConversation(8));
  });

  test("have for each question one message that answers, told by the one who is named", () => {
    const questions = makeQuestions(60);
    expect(questions.length).toBeGreaterThanOrEqual(100);
    const conversations = Array.from({ length: 60 }, (_unused, number) => makeConversation(number));
    const texts = conversations.flatMap(({ messages }) => messages.map(({ text }) => text));
    for (const { query, conversation, message } of questions) {
      const said = conversations[conversation]!.messages[message]!;
      expect(query).toContain(said.speaker);
      expect(
        texts.filter((text) => text === said.text),
        query,
      ).toHaveLength(1);
      expect(conversations.flatMap(({ facts }) => facts).filter((fact) => fact.query === query)).toHaveLength(
        1,
      );
    }
  });
});
