// The peer's costs were measured once with another harness. Calls, functions, ranges and documents must be the same. The
// bytes within five per cent guard against drift only: names, words and the seed of the history were chosen to agree.
import { describe, expect, test } from "vitest";
import { peer } from "../../bench/sides.js";
import { measureStream } from "../../bench/workloads/stream.js";
import { measureDelete, measureFirstPage, measureThreadList } from "../../bench/workloads/threads.js";
import { measureLongTurn, measureStored, measureTurn } from "../../bench/workloads/turns.js";

const TOLERANCE = 0.05;

function expectNear(measured: number, expected: number): void {
  expect(Math.abs(measured / expected - 1), `${measured} is not ${expected} ± 5 %`).toBeLessThanOrEqual(
    TOLERANCE,
  );
}

describe("the peer costs what was measured before", () => {
  test("a turn with a tool", async () => {
    const counts = await measureTurn(peer, "turn");
    expect(counts).toMatchObject({ componentCalls: 5, executions: 6, indexRanges: 31, embeddingCalls: 0 });
    expect(counts).toMatchObject({ documentsRead: 18, documentsWritten: 6 });
    expectNear(counts.bytesRead, 14_701);
    expectNear(counts.bytesWritten, 7_027);
  });

  test("a turn with recall", async () => {
    const counts = await measureTurn(peer, "hybridTurn");
    expect(counts).toMatchObject({ componentCalls: 6, executions: 9, indexRanges: 32, embeddingCalls: 3 });
    expect(counts).toMatchObject({ documentsRead: 18, documentsWritten: 8 });
    expectNear(counts.bytesRead, 14_977);
    expectNear(counts.bytesWritten, 35_535);
  });

  test.each([
    { messages: 10, documentsRead: 30, bytesRead: 38_400 },
    { messages: 100, documentsRead: 120, bytesRead: 216_413 },
    { messages: 1_000, documentsRead: 121, bytesRead: 211_403 },
  ])("a turn after $messages messages", async ({ messages, documentsRead, bytesRead }) => {
    const counts = await measureLongTurn(peer, messages);
    expect(counts).toMatchObject({ componentCalls: 5, executions: 6, indexRanges: 31, documentsRead });
    expectNear(counts.bytesRead, bytesRead);
    expectNear(counts.bytesWritten, 7_027);
  });

  test("what a turn stores", async () => {
    const { payloadBytes, ratio } = await measureStored(peer);
    expect(payloadBytes).toBe(3_329);
    expectNear(ratio, 1.95);
  });

  test("a page of twenty messages", async () => {
    const counts = await measureFirstPage(peer, 1_000);
    expect(counts).toMatchObject({ executions: 2, indexRanges: 6, documentsRead: 21 });
  });

  test("fifty threads with the words of their last messages", async () => {
    const counts = await measureThreadList(peer, 60);
    expect(counts).toMatchObject({ executions: 52, indexRanges: 301 });
  });

  test("removing a thread of a thousand messages", async () => {
    const counts = await measureDelete(peer, 1_000);
    expect(counts).toMatchObject({
      executions: 12,
      indexRanges: 65,
      documentsRead: 2_002,
      rowsRemoved: 1_001,
    });
    expectNear(counts.bytesRead, 3_780_000);
  });

  test("two query runs a delta for watchers of one identity, six for three", async () => {
    const { watcherQueryRuns, watcherQueryRunsDistinct } = await measureStream(peer);
    const chunks = 126; // 120 deltas of text and the six that open and close the message
    expectNear(watcherQueryRuns, 2 * chunks);
    expectNear(watcherQueryRunsDistinct, 6 * chunks);
  });
});
