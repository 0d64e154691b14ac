import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  conflictsBetween,
  footprintOf,
  wouldConflict,
  type Footprint,
  type Host,
  type Span,
} from "../../host/index.js";
import type { DocumentWrite, StoredDocument } from "../../host/documents.js";
import type { IndexRead, KeyBound } from "../../host/readSets.js";
import { startFixture } from "./fixtureHost.js";

function note(rank: number, channel = "a"): StoredDocument {
  return { _id: `${10_000 + rank}notes`, _creationTime: rank, channel, rank };
}

function inserted(document: StoredDocument): DocumentWrite {
  return { componentPath: "", table: "notes", id: document._id, before: null, after: document };
}

function range(lower: KeyBound | null, upper: KeyBound | null): IndexRead {
  const fields = ["channel", "rank", "_creationTime", "_id"];
  return { kind: "index", componentPath: "", table: "notes", index: "by_channel_rank", fields, lower, upper };
}

const everyA: KeyBound = { key: ["a"], inclusive: true };
const reader = (...reads: Footprint["reads"]): Footprint => ({ reads, writes: [] });
const writer = (...writes: DocumentWrite[]): Footprint => ({ reads: [], writes });

describe("conflicts between what two transactions read and wrote", () => {
  test.each<[string, IndexRead, StoredDocument, boolean]>([
    ["inside the range", range(everyA, everyA), note(5), true],
    ["of another prefix", range(everyA, everyA), note(5, "b"), false],
    ["at an inclusive lower end", range({ key: ["a", 5], inclusive: true }, everyA), note(5), true],
    ["at an exclusive lower end", range({ key: ["a", 5], inclusive: false }, everyA), note(5), false],
    ["at an inclusive upper end", range(everyA, { key: ["a", 5], inclusive: true }), note(5), true],
    ["at an exclusive upper end", range(everyA, { key: ["a", 5], inclusive: false }), note(5), false],
    ["behind the upper end", range(everyA, { key: ["a", 5], inclusive: true }), note(6), false],
    ["anywhere, of an open range", range(null, null), note(9, "z"), true],
  ])("a row written %s", (...[, read, document, expected]) => {
    expect(wouldConflict(reader(read), writer(inserted(document)))).toBe(expected);
    expect(wouldConflict(writer(inserted(document)), reader(read))).toBe(expected);
  });

  test("a row that moves out of a range, or is deleted from it, conflicts too", () => {
    const moved: DocumentWrite = { ...inserted(note(9)), before: note(2) };
    const removed: DocumentWrite = { ...inserted(note(2)), before: note(2), after: null };
    const lowRanks = range(everyA, { key: ["a", 5], inclusive: true });
    expect(wouldConflict(reader(lowRanks), writer(moved))).toBe(true);
    expect(wouldConflict(reader(lowRanks), writer(removed))).toBe(true);
  });

  test("the same row of another component or table does not", () => {
    const read = { ...range(null, null), componentPath: "other" };
    expect(wouldConflict(reader(read), writer(inserted(note(1))))).toBe(false);
    expect(wouldConflict(reader({ ...range(null, null), table: "files" }), writer(inserted(note(1))))).toBe(
      false,
    );
  });

  test("a row read by id conflicts with its change only", () => {
    const read = { kind: "document" as const, componentPath: "", table: "notes", id: note(1)._id };
    expect(wouldConflict(reader(read), writer({ ...inserted(note(1)), before: note(1) }))).toBe(true);
    expect(wouldConflict(reader(read), writer(inserted(note(2))))).toBe(false);
  });

  test("the answer names the reader, the read and the write", () => {
    const read = range(everyA, everyA);
    const write = inserted(note(1));
    expect(conflictsBetween(writer(write), reader(read))).toEqual([{ reader: "second", read, write }]);
  });

  test("two transactions that only read, or only insert, never conflict", () => {
    expect(wouldConflict(reader(range(null, null)), reader(range(null, null)))).toBe(false);
    expect(wouldConflict(writer(inserted(note(1))), writer(inserted(note(2))))).toBe(false);
  });
});

describe("conflicts between mutations that ran", () => {
  let host: Host;
  beforeAll(async () => {
    host = await startFixture({ listen: false });
    for (const channel of ["left", "right"]) {
      for (let rank = 1; rank <= 5; rank++)
        await host.call("mutation", "notes:add", { channel, text: "seed", rank });
    }
  });
  afterAll(() => host.close());

  async function spanOf(path: string, args: Record<string, unknown>): Promise<Span> {
    host.spans.start();
    await host.call("mutation", path, args);
    return host.spans.stop()[0]!;
  }

  test("two appends behind the last row of one channel conflict; in two channels they do not", async () => {
    const [first, second, elsewhere] = [
      await spanOf("notes:appendAfterLast", { channel: "left" }),
      await spanOf("notes:appendAfterLast", { channel: "left" }),
      await spanOf("notes:appendAfterLast", { channel: "right" }),
    ];
    expect(wouldConflict(first, second)).toBe(true);
    expect(wouldConflict(first, elsewhere)).toBe(false);
  });

  test("blind inserts into one channel do not conflict", async () => {
    const insert = () => spanOf("notes:add", { channel: "left", text: "blind", rank: 2.5 });
    expect(wouldConflict(await insert(), await insert())).toBe(false);
  });

  test("take(n) depends on the rows up to the last one it read, and on nothing behind", async () => {
    const look = await spanOf("notes:lookAtFirst", { channel: "right", count: 2 });
    const behind = await spanOf("notes:add", { channel: "right", text: "behind", rank: 2.5 });
    const within = await spanOf("notes:add", { channel: "right", text: "within", rank: 1.5 });
    expect(wouldConflict(look, behind)).toBe(false);
    expect(wouldConflict(look, within)).toBe(true);
  });

  test("take(n) of a range that ends sooner depends on its end", async () => {
    const look = await spanOf("notes:lookAtFirst", { channel: "short", count: 2 });
    const appended = await spanOf("notes:add", { channel: "short", text: "new", rank: 1 });
    expect(wouldConflict(look, appended)).toBe(true);
  });

  test("two patches of one row conflict, of two rows they do not", async () => {
    const rows = await host.readTable("", "notes");
    const touch = (place: number) => spanOf("notes:touch", { id: rows[place]!["_id"], text: "touched" });
    const [first, again, other] = [await touch(0), await touch(0), await touch(1)];
    expect(wouldConflict(first, again)).toBe(true);
    expect(wouldConflict(first, other)).toBe(false);
  });

  test("a search conflicts with a row that it would have found", async () => {
    const mention = (text: string) => spanOf("notes:addIfUnmentioned", { channel: "searched", text });
    const [apples, alsoApples, pears] = [
      await mention("red apples"),
      await mention("green apples"),
      await mention("pears"),
    ];
    expect(wouldConflict(apples, alsoApples)).toBe(true);
    expect(wouldConflict(apples, pears)).toBe(false);
  });

  test("a component's rows count for the mutation that called it", async () => {
    const [ada, adaAgain, grace] = [
      await spanOf("journeys:limited", { user: "ada" }),
      await spanOf("journeys:limited", { user: "ada" }),
      await spanOf("journeys:limited", { user: "grace" }),
    ];
    expect(footprintOf(ada).writes.map(({ componentPath }) => componentPath)).toContain("limits");
    expect(wouldConflict(ada, adaAgain)).toBe(true);
    expect(wouldConflict(ada, grace)).toBe(false);
  });

  test("what was looked up in a stale snapshot counts for nothing", async () => {
    const reading = { index: null, bounds: [], order: "asc" };
    const script = (operation: Record<string, unknown>) =>
      spanOf("scripted:run", { operations: [operation], ids: [], fails: false });
    const [stale, fresh, writing] = [
      await script({ kind: "stale", reading }),
      await script({ kind: "collect", reading }),
      await script({ kind: "insert", cell: { tag: "red", rank: 1 } }),
    ];
    expect([wouldConflict(stale, writing), wouldConflict(fresh, writing)]).toEqual([false, true]);
  });

  test("what a nested mutation wrote before it failed counts for nothing", async () => {
    const span = await spanOf("notes:tryToAdd", { channel: "left" });
    expect(span.children.map(({ failed }) => failed)).toEqual([true]);
    expect(footprintOf(span).writes).toEqual([]);
  });
});
