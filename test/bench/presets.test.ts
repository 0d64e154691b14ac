// The costs of throttle presets in docs/streaming.md are those that the benchmark measures.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MINUTE_S, PRESET_NAMES, runsOf, SECONDS_PLAYED, writesOf } from "../../bench/workloads/presets.js";
import { STREAM_PRESETS } from "../../src/ai/streamPresets.js";

/** How far a figure may be off: it is measured in real time, on a machine that does other things too. */
const WITHIN = 0.15;

/** The rows of the page's table: throttle, writes, bytes and queries of a minute, by preset. */
const printed = new Map(
  [...readFileSync("docs/streaming.md", "utf8").matchAll(/^\| `(\w+)` +\|(.+)\|$/gm)].map(
    ([, name = "", row = ""]) => [name, row.split("|").map((cell) => Number(cell.replaceAll(/[^\d]/g, "")))],
  ),
);

test("a minute of text costs under each preset what the page on streaming says", async () => {
  const played = await writesOf(SECONDS_PLAYED);
  const shortStream = 40;
  const runsPerWrite = (await runsOf(shortStream)) / shortStream;
  for (const [index, name] of PRESET_NAMES.entries()) {
    const [throttleMs = 0, writes = 0, kilobytes = 0, runs = 0] = printed.get(name) ?? [];
    const measured = played[index]!;
    const aMinute = (count: number) => (count * MINUTE_S) / SECONDS_PLAYED;
    expect(throttleMs).toBe(STREAM_PRESETS[name]);
    expectNear(writes, aMinute(measured.writes), `writes of ${name}`);
    expectNear(kilobytes, aMinute(measured.bytesWritten) / 1_000, `bytes of ${name}`);
    expectNear(runs, writes * runsPerWrite, `queries of ${name}`);
  }
}, 60_000);

function expectNear(printedFigure: number, measured: number, what: string): void {
  const off = Math.abs(printedFigure / measured - 1);
  expect(off, `${what}: printed ${printedFigure}, measured ${measured}`).toBeLessThanOrEqual(WITHIN);
}
