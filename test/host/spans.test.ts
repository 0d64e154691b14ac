import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { totalCounts, type Host, type Span } from "../../host/index.js";
import { startFixture } from "./fixtureHost.js";

let host: Host;
beforeEach(async () => {
  host = await startFixture({ listen: false });
});
afterEach(() => host.close());

async function spansOf(work: () => Promise<unknown>): Promise<Span[]> {
  host.spans.start();
  await work();
  return host.spans.stop();
}

const named = ({ componentPath, functionPath }: Span) => `${componentPath}/${functionPath}`;

describe("spans", () => {
  test("count documents, bytes, ranges and scheduled functions of each function", async () => {
    await host.call("mutation", "notes:add", { channel: "counted", text: "one" });
    const [list] = await spansOf(() => host.call("query", "notes:list", { channel: "counted" }));
    expect(list).toMatchObject({
      kind: "query",
      documentsRead: 1,
      documentsWritten: 0,
      indexRanges: 1,
      parentId: null,
    });
    expect(list!.bytesRead).toBeGreaterThan(20);
    const [schedule] = await spansOf(() =>
      host.call("mutation", "later:bumpLater", { name: "x", delayMs: 60_000 }),
    );
    expect(schedule).toMatchObject({ kind: "mutation", scheduledFunctions: 1 });
    const [search] = await spansOf(() => host.call("query", "notes:search", { text: "one" }));
    expect(search!.textSearches).toBe(1);
    const [near] = await spansOf(() =>
      host.call("action", "later:nearest", { vector: [1, 0, 0, 0], groups: [] }),
    );
    expect(near!.vectorSearches).toBe(1);
  });

  test("nest as the calls did, also into components", async () => {
    const spans = await spansOf(() => host.call("mutation", "journeys:limited", { user: "nested" }));
    expect(spans[0]!.children.map(({ componentPath }) => componentPath)).toContain("limits");
    expect(spans.slice(1).every(({ parentId }) => parentId !== null)).toBe(true);
    expect(spans[0]!.documentsWritten).toBe(0);
    expect(totalCounts(spans).documentsWritten).toBe(1);
  });

  test("cover scheduled functions as requests of their own, and none of the bookkeeping around them", async () => {
    const spans = await spansOf(async () => {
      await host.call("mutation", "later:bumpLater", { name: "scheduled", delayMs: 0 });
      await host.idle();
    });
    expect(spans.map(named)).toEqual(["/later:bumpLater", "/later:bump"]);
    expect(spans[1]!.parentId).toBeNull();
  });

  test("hold the mutations of an action, and mark what failed", async () => {
    const spans = await spansOf(async () => {
      await host.call("action", "later:keepFile", { text: "kept" });
      await host.call("mutation", "notes:addAndFail", { channel: "x" }).catch(() => null);
    });
    expect(spans.map((span) => [named(span), span.failed])).toEqual([
      ["/later:keepFile", false],
      ["/later:attachFile", false],
      ["/notes:addAndFail", true],
    ]);
  });

  test("of two hosts in one process stay apart", async () => {
    const other = await startFixture({ listen: false });
    const spans = await spansOf(async () => {
      await other.call("mutation", "notes:add", { channel: "x", text: "elsewhere" });
      await host.call("mutation", "notes:add", { channel: "x", text: "here" });
    });
    expect(spans).toHaveLength(1);
    expect(await other.readTable("", "notes")).toHaveLength(1);
    await other.close();
  });

  test("are not recorded unless asked for", async () => {
    await host.call("mutation", "notes:add", { channel: "x", text: "unseen" });
    expect(host.spans.stop()).toEqual([]);
  });
});
