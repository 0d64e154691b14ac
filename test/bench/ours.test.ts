// The targets that do not depend on the length of names and words.
import { describe, expect, test } from "vitest";
import { HISTORY_BLOCK, historyBlock } from "../../bench/material/history.js";
import { ours } from "../../bench/sides.js";
import { linesOf } from "../../bench/targets.js";
import { measureDurable } from "../../bench/workloads/durable.js";
import { measureLedger } from "../../bench/workloads/ledger.js";
import { measureDelete, measureFirstPage, measureThreadList } from "../../bench/workloads/threads.js";
import { measureLongTurn, measureTurn } from "../../bench/workloads/turns.js";

describe("our side stays within its targets", () => {
  test("a turn with a tool makes three calls and few reads", async () => {
    const counts = await measureTurn(ours, "turn");
    expect(counts.componentCalls).toBeLessThanOrEqual(3);
    expect(counts.indexRanges).toBeLessThanOrEqual(12);
    expect(counts.documentsRead).toBeLessThanOrEqual(10);
    expect(counts.bytesRead).toBeLessThanOrEqual(7_000);
    expect(counts.documentsWritten).toBeLessThanOrEqual(18);
  });

  test("a turn with recall makes four calls and embeds once", async () => {
    const counts = await measureTurn(ours, "hybridTurn");
    expect(counts.componentCalls).toBeLessThanOrEqual(4);
    expect(counts.embeddingCalls).toBeLessThanOrEqual(1);
  });

  test("a turn reads the same after a hundred and after a thousand messages", async () => {
    const [hundred, thousand] = [await measureLongTurn(ours, 100), await measureLongTurn(ours, 1_000)];
    expect(thousand.documentsRead).toBe(hundred.documentsRead);
    expect(Math.abs(thousand.bytesRead / hundred.bytesRead - 1)).toBeLessThanOrEqual(0.05);
  });

  test("a durable step makes two calls and keeps little in the journal, in a long run as in a short one", async () => {
    const { perStep, perStepMore } = await measureDurable([2, 5, 12], { runs: 2, modelCalls: 2 });
    expect(Object.values(perStep).map(({ steps }) => steps)).toEqual([3, 9, 23]);
    for (const size of ["5", "12"]) expect(perStep[size]!.functions).toBeLessThanOrEqual(25);
    for (const { componentCalls, journalBytes } of Object.values(perStep)) {
      expect(componentCalls).toBe(2);
      expect(journalBytes).toBeLessThanOrEqual(600);
    }
    const [short, long] = [perStepMore["5"]!, perStepMore["12"]!];
    expect(long.functions).toBeLessThanOrEqual(1.05 * short.functions);
    expect(long.journalBytes).toBeLessThanOrEqual(1.05 * short.journalBytes);
    expect(long.documentsWritten).toBeLessThanOrEqual(1.05 * short.documentsWritten);
  });

  test("a page of twenty messages", async () => {
    const counts = await measureFirstPage(ours, 200);
    expect(counts.indexRanges).toBeLessThanOrEqual(3);
    expect(counts.documentsRead).toBeLessThanOrEqual(22);
    expect(counts.bytesRead).toBeLessThanOrEqual(25_000);
  });

  test("fifty threads with the words of their last messages", async () => {
    const counts = await measureThreadList(ours, 60);
    expect(counts.executions).toBeLessThanOrEqual(2);
    expect(counts.documentsRead).toBeLessThanOrEqual(105);
  });

  test("removing a thread reads little more than its rows and leaves none", async () => {
    expect((await measureDelete(ours, 1_000)).readsPerRow).toBeLessThanOrEqual(1.1);
  });
});

describe("the ledger", () => {
  test("writes one document a call, makes no call of its own, and sums up a month from its days and its tail", async () => {
    const { turns, groups, tail, ...counts } = await measureLedger(1_000);
    expect(counts).toMatchObject({ documentsWritten: 1, componentCalls: 0 });
    expect([groups, tail > 0, tail <= 500]).toEqual([8, true, true]);
    expect(counts.summaryDocumentsRead).toBeLessThanOrEqual(31 * groups + tail);
    const { plain, priced, budgeted } = turns;
    expect(priced.indexRanges).toBe(plain.indexRanges);
    expect(priced.documentsWritten).toBe(plain.documentsWritten);
    expect(budgeted.componentCalls).toBe(plain.componentCalls);
  });

  test("is held to its targets", () => {
    const counts = {
      documentsWritten: 2,
      componentCalls: 1,
      groups: 2,
      tail: 501,
      summaryDocumentsRead: 564,
    };
    const turn = { ...counts, executions: 4, indexRanges: 1, documentsRead: 1, bytesRead: 1 };
    const plain = { ...turn, bytesWritten: 1, embeddingCalls: 0, componentCalls: 3 };
    const turns = { plain, priced: plain, budgeted: { ...plain, componentCalls: 4 } };
    const lines = linesOf({ ledger: { ours: { ...counts, turns }, peer: null } });
    const missed = lines.filter(({ target }) => target?.isMet === false);
    expect(missed.map(({ work, count }) => `${work} ${count}`)).toEqual([
      ...["ledger documentsWritten", "ledger componentCalls", "ledger tail", "ledger summaryDocumentsRead"],
      "ledger, a turn budgeted componentCalls",
    ]);
  });
});

describe("the report", () => {
  const counts = { componentCalls: 4, executions: 1, indexRanges: 1, documentsRead: 1 };
  const rest = { bytesRead: 1, documentsWritten: 1, bytesWritten: 1, embeddingCalls: 0 };
  const pair = { ours: { ...counts, ...rest }, peer: { ...counts, ...rest } };

  test("says which targets are missed", () => {
    const missed = linesOf({ turn: pair }).filter(({ target }) => target?.isMet === false);
    expect(missed.map(({ count }) => count)).toEqual(["componentCalls"]);
  });

  test("holds a step of a long durable run to that of a short one, and both to a limit", () => {
    const step = {
      componentCalls: 2,
      functions: 20,
      journalBytes: 500,
      ...rest,
      indexRanges: 1,
      documentsRead: 1,
    };
    const durable = {
      ours: {
        perStep: { "5": { ...step, steps: 9 }, "40": { ...step, functions: 22, steps: 79 } },
        perStepMore: { "40": { ...step, journalBytes: 601 } },
        perStepTogether: { ...step, componentCalls: 3 },
        perStepParallel: { ...step, functions: 26 },
      },
      peer: null,
    };
    const missed = linesOf({ durable }).filter(({ target }) => target?.isMet === false);
    expect(missed.map(({ work, count }) => `${work} ${count}`)).toEqual([
      "durable 40 functions",
      "durable, more 40 journalBytes",
      "durable, 10 at once componentCalls",
      "durable, 2 tools a step functions",
    ]);
  });

  test("compares a long thread with the peer and with itself", () => {
    const weigh = (bytesRead: number) => ({ ...pair.ours, bytesRead });
    const peer = { "100": weigh(200), "1000": weigh(200), "10000": weigh(200) };
    const lines = linesOf({
      longThread: { ours: { "100": weigh(100), "1000": weigh(120), "10000": weigh(101) }, peer },
    });
    const missed = lines.filter(({ target }) => target?.isMet === false);
    expect(missed.map(({ work }) => work)).toEqual(["longThread 1000"]);
  });
});

describe("the history", () => {
  test("weighs the same in every hundred messages", () => {
    const words = [0, 1, 99].map((block) =>
      historyBlock(block).reduce(
        (sum, message) => sum + ("text" in message ? message.text.split(" ").length : 0),
        0,
      ),
    );
    expect(new Set(words).size).toBe(1);
    expect(historyBlock(3)).toHaveLength(HISTORY_BLOCK);
    expect(historyBlock(3)).toEqual(historyBlock(3));
  });
});
