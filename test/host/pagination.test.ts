import { ConvexReactClient } from "convex/react";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import type { Host } from "../../host/index.js";
import { eventually, startFixture } from "./fixtureHost.js";

const notes = anyApi["notes"]!;
type Note = { _id: string; rank: number };
let host: Host;
let client: ConvexReactClient;

beforeAll(async () => {
  host = await startFixture();
  client = new ConvexReactClient(host.url!, {
    webSocketConstructor: WebSocket as never,
    unsavedChangesWarning: false,
    logger: false,
  });
});
afterAll(async () => {
  await client.close();
  await host.close();
});

async function addRank(channel: string, rank: number): Promise<string> {
  return (await host.call("mutation", "notes:add", { channel, text: String(rank), rank })) as string;
}

// What the hook `usePaginatedQuery` watches; the method is there but not declared.
type PagesWatch = {
  onUpdate(callback: () => void): void;
  localQueryResult(): { results: Note[]; status: string; loadMore(count: number): boolean } | undefined;
};
type PagesClient = { watchPaginatedQuery(query: unknown, args: unknown, options: unknown): PagesWatch };

function watchPages(channel: string, initialNumItems: number) {
  const options = { initialNumItems, id: Math.random() };
  const watch = (client as unknown as PagesClient).watchPaginatedQuery(notes["page"]!, { channel }, options);
  watch.onUpdate(() => undefined);
  return {
    ranks: () => (watch.localQueryResult()?.results ?? []).map(({ rank }) => rank),
    status: () => watch.localQueryResult()?.status,
    loadMore: (count: number) => watch.localQueryResult()?.loadMore(count),
  };
}

describe("live paginated queries", () => {
  test("show every row once while rows appear inside, at the seam and after loaded pages", async () => {
    for (let rank = 10; rank <= 60; rank += 10) await addRank("seam", rank);
    const pages = watchPages("seam", 2);
    await eventually(pages.ranks, (ranks) => ranks.length === 2);
    pages.loadMore(2);
    await eventually(pages.ranks, (ranks) => ranks.length === 4);
    // 25 falls right behind the first page's last row: exactly one of the two pages must take it.
    for (const rank of [15, 25, 35, 45]) await addRank("seam", rank);
    await eventually(pages.ranks, (ranks) => ranks.includes(15) && ranks.includes(25) && ranks.includes(35));
    expect(pages.ranks()).toEqual([10, 15, 20, 25, 30, 35, 40]);
    pages.loadMore(20);
    await eventually(pages.status, (status) => status === "Exhausted");
    expect(pages.ranks()).toEqual([10, 15, 20, 25, 30, 35, 40, 45, 50, 60]);
  });

  test("stay gapless when the row that ended a page is deleted", async () => {
    const ids = new Map<number, string>();
    for (let rank = 1; rank <= 6; rank++) ids.set(rank, await addRank("deleted", rank));
    const pages = watchPages("deleted", 3);
    await eventually(pages.ranks, (ranks) => ranks.length === 3);
    pages.loadMore(2);
    await eventually(pages.ranks, (ranks) => ranks.length === 5);
    await host.call("mutation", "notes:remove", { id: ids.get(3)! });
    await eventually(pages.ranks, (ranks) => !ranks.includes(3));
    expect(pages.ranks()).toEqual([1, 2, 4, 5]);
    await addRank("deleted", 3.5);
    await eventually(pages.ranks, (ranks) => ranks.includes(3.5));
    expect(pages.ranks()).toEqual([1, 2, 3.5, 4, 5]);
  });

  test("the last page takes rows that are added behind it", async () => {
    await addRank("tail", 1);
    const pages = watchPages("tail", 10);
    await eventually(pages.status, (status) => status === "Exhausted");
    await addRank("tail", 2);
    await eventually(pages.ranks, (ranks) => ranks.length === 2);
    expect(pages.ranks()).toEqual([1, 2]);
  });
});
