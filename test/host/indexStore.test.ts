import { convexTest } from "convex-test";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { SortedBlocks } from "../../host/sortedBlocks.js";
import schema from "./fixture/convex/schema.js";
import * as scripted from "./fixture/convex/scripted.js";
import { startFixture } from "./fixtureHost.js";
import { randomOperation, randomReading, seededRandom, type Random } from "./randomScripts.js";

const api = anyApi["scripted"]!;
type Stock = ReturnType<typeof convexTest>;
type Page = { page: string[]; isDone: boolean; continueCursor: string };

function startStock(): Stock {
  const modules = {
    "./_generated/api.js": async () => Promise.resolve({}),
    "./scripted.ts": async () => Promise.resolve(scripted),
  };
  return convexTest({ schema, modules, transactionLimits: true });
}

async function attempt(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (String(error).includes("asked to fail")) return "asked to fail";
    throw error;
  }
}

describe("the index store and stock convex-test", () => {
  let host: Host;
  beforeAll(async () => {
    host = await startFixture({ listen: false });
  });
  afterAll(() => host.close());

  // Both number their rows alike, so even the ids agree as long as both run the same inserts.
  test.each([11, 12, 13, 14])("agree on a random history of reads and writes (seed %i)", async (seed) => {
    const random = seededRandom(seed);
    host = await startFixture({ listen: false });
    const stock = startStock();
    const ids: string[] = [];
    for (let round = 0; round < 60; round++) {
      const operations = Array.from({ length: 1 + Math.floor(random() * 8) }, () => randomOperation(random));
      const script = { operations, ids, fails: random() < 0.15 };
      const expected = await attempt(() => stock.mutation(api["run"]!, script));
      const actual = await attempt(() => host.call("mutation", "scripted:run", script));
      expect(actual, `round ${round}: ${JSON.stringify(operations, bigintToText)}`).toEqual(expected);
      const rows = await stock.run(async (ctx) => ctx.db.query("cells").collect());
      ids.splice(0, ids.length, ...rows.map(({ _id }) => _id as string));
    }
    expect((await host.readTable("", "cells")).length).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(20);
    await comparePages(stock, host, random);
    await host.close();
  });

  async function comparePages(stock: Stock, compared: Host, random: Random): Promise<void> {
    for (let round = 0; round < 40; round++) {
      const reading = randomReading(random);
      const numItems = 1 + Math.floor(random() * 7);
      const cursors: [string | null, string | null] = [null, null];
      for (let page = 0; page < 50; page++) {
        const expected = (await stock.query(api["page"]!, {
          reading,
          paginationOpts: { numItems, cursor: cursors[0] },
        })) as Page;
        const paginationOpts = { numItems, cursor: cursors[1] };
        const actual = (await compared.call("query", "scripted:page", { reading, paginationOpts })) as Page;
        expect([actual.page, actual.isDone], JSON.stringify(reading, bigintToText)).toEqual([
          expected.page,
          expected.isDone,
        ]);
        if (actual.isDone) break;
        cursors[0] = expected.continueCursor;
        cursors[1] = actual.continueCursor;
      }
    }
  }
});

function bigintToText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

describe("sorted blocks", () => {
  test("hold the same order as a sorted array through many inserts and removals", () => {
    const random = seededRandom(5);
    const blocks = new SortedBlocks<number>([], (left, right) => left - right);
    let plain: number[] = [];
    for (let step = 0; step < 5000; step++) {
      const value = Math.floor(random() * 100_000);
      if (random() < 0.7 || plain.length === 0) {
        if (plain.includes(value)) continue;
        blocks.insert(value);
        plain.push(value);
      } else {
        const gone = plain[Math.floor(random() * plain.length)]!;
        expect(blocks.remove(gone)).toBe(true);
        plain = plain.filter((other) => other !== gone);
      }
    }
    plain.sort((left, right) => left - right);
    const forwards: number[] = [];
    for (let place = blocks.seek(() => true); blocks.at(place) !== undefined; place = blocks.after(place)) {
      forwards.push(blocks.at(place)!);
    }
    expect(forwards).toEqual(plain);
    const backwards: number[] = [];
    for (
      let place = blocks.before(blocks.seek(() => false));
      blocks.at(place) !== undefined;
      place = blocks.before(place)
    ) {
      backwards.push(blocks.at(place)!);
    }
    expect(backwards).toEqual([...plain].reverse());
    expect(blocks.size).toBe(plain.length);
    expect(blocks.remove(-1)).toBe(false);
  });
});
