import { describe, expect, test } from "vitest";
import { missedOf, summarize } from "../../bench/report.js";
import { linesOf } from "../../bench/targets.js";

const page = {
  ...{ firstMessageMs: 1_500, firstMessageCachedMs: 9_000, kilobytes: 339, requests: 19 },
  ...{ messages: 1_000, mostRows: 40, frameMs: 17, slowFramesPercent: 0 },
};
const linesWith = (counts: Partial<typeof page>) =>
  linesOf({ page: { ours: { ...page, ...counts }, peer: null } });

describe("targets of the benchmark", () => {
  test("are met up to their limit, and what has none cannot miss it", () => {
    expect(missedOf(linesWith({}))).toEqual([]);
    expect(summarize(linesWith({}))).toBe("2 of 2 targets met");
  });

  test("are missed above it, each by name", () => {
    const lines = linesWith({ mostRows: 41 });
    expect(missedOf(lines)).toMatchObject([{ work: "page", count: "mostRows", ours: 41 }]);
    expect(summarize(lines)).toBe("1 of 2 targets met; missed: page mostRows");
  });
});
