import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { MAX_CANDIDATES, TextIndex } from "../../host/textIndex.js";
import { MAX_QUERY_TERMS, queryTermsOf, termsOf } from "../../host/textTerms.js";
import type { StoredDocument } from "../../host/documents.js";
import { startFixture } from "./fixtureHost.js";
import { seededRandom } from "./randomScripts.js";

type Row = StoredDocument & { text: string; channel: string };

function row(place: number, text: string, channel = "all"): Row {
  return { _id: `${10_000 + place}notes`, _creationTime: place, text, channel };
}

function search(index: TextIndex, query: string, channel?: string): StoredDocument[] {
  return index.search({
    kind: "search",
    componentPath: "",
    table: "notes",
    index: "search_text",
    searchField: "text",
    terms: queryTermsOf(query),
    equalities: channel === undefined ? [] : [{ field: "channel", value: channel }],
  });
}

// The formula written out, over every row and every word: slow and plainly right.
function rankNaively(rows: Row[], query: string, channel?: string): string[] {
  const texts = rows.map((document) => ({
    document,
    words: document.text.toLowerCase().split(" ").filter(Boolean),
  }));
  const average = texts.reduce((sum, { words }) => sum + words.length, 0) / texts.length;
  const asked = query.toLowerCase().split(" ").filter(Boolean).slice(0, 16);
  const vocabulary = [...new Set(texts.flatMap(({ words }) => words))];
  const terms = new Set(
    vocabulary.filter((word) => asked.includes(word) || word.startsWith(asked[asked.length - 1]!)),
  );
  const score = (words: string[]) =>
    [...terms].reduce((sum, term) => {
      const count = words.filter((word) => word === term).length;
      const holding = texts.filter((other) => other.words.includes(term)).length;
      const idf = Math.log(1 + (texts.length - holding + 0.5) / (holding + 0.5));
      return sum + (idf * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * words.length) / average));
    }, 0);
  return texts
    .filter(
      ({ document, words }) =>
        (channel === undefined || document.channel === channel) && words.some((word) => terms.has(word)),
    )
    .map(({ document, words }) => ({ document, score: score(words) }))
    .sort((a, b) => b.score - a.score || b.document._creationTime - a.document._creationTime)
    .map(({ document }) => document._id);
}

describe("text search", () => {
  test("ranks like the BM25 formula written out, while rows come, change and go", () => {
    const random = seededRandom(21);
    const word = () => `w${Math.floor(random() ** 2 * 120).toString(36)}`;
    const text = () => Array.from({ length: 3 + Math.floor(random() * 20) }, word).join(" ");
    const index = new TextIndex("text", []);
    let rows: Row[] = [];
    for (let round = 0; round < 30; round++) {
      for (let added = 0; added < 10; added++) {
        const fresh = row(round * 10 + added, text(), random() < 0.5 ? "left" : "right");
        rows.push(fresh);
        index.add(fresh);
      }
      const changed = rows[Math.floor(random() * rows.length)]!;
      const rewritten = { ...changed, text: text() };
      index.replace(changed, rewritten);
      rows = rows.map((other) => (other === changed ? rewritten : other));
      const gone = rows[Math.floor(random() * rows.length)]!;
      index.remove(gone);
      rows = rows.filter((other) => other !== gone);
      const query = [word(), word(), word()].join(" ");
      const channel = random() < 0.5 ? "left" : undefined;
      expect(search(index, query, channel).map(({ _id }) => _id)).toEqual(rankNaively(rows, query, channel));
    }
  });

  test("only the last term is also a prefix", () => {
    const index = new TextIndex("text", [row(1, "convexity"), row(2, "database")]);
    expect(search(index, "convex data").map(({ _id }) => _id)).toEqual(["10002notes"]);
    expect(search(index, "data convex").map(({ _id }) => _id)).toEqual(["10001notes"]);
  });

  test("rarity is counted over the whole index, not over the rows that pass the filter", () => {
    const everywhere = Array.from({ length: 50 }, (_, place) => row(place, "common filler", "other"));
    const mine = [row(100, "common", "mine"), row(101, "rare", "mine")];
    const index = new TextIndex("text", [...everywhere, ...mine]);
    // Within "mine" both words are equally rare; in the index only one is.
    expect(search(index, "common rare x", "mine").map(({ _id }) => _id)).toEqual([
      "10101notes",
      "10100notes",
    ]);
  });

  test("a query counts sixteen terms and a search a bounded number of candidates", () => {
    const many = Array.from({ length: 20 }, (_, place) => `t${place}`).join(" ");
    expect(queryTermsOf(many)).toHaveLength(MAX_QUERY_TERMS);
    const index = new TextIndex(
      "text",
      Array.from({ length: 1500 }, (_, place) => row(place, "same words")),
    );
    expect(search(index, "same")).toHaveLength(MAX_CANDIDATES);
  });

  test("words are runs of letters and digits; overlong ones are dropped, an empty query finds nothing", () => {
    expect(termsOf("Don't re-read Straße №7, naïve_x!")).toEqual([
      "don",
      "t",
      "re",
      "read",
      "straße",
      "7",
      "naïve",
      "x",
    ]);
    expect(termsOf(`${"x".repeat(33)} ${"y".repeat(32)} ${"ß".repeat(17)}`)).toEqual(["y".repeat(32)]);
    expect(search(new TextIndex("text", [row(1, "anything")]), "  ?! ")).toEqual([]);
  });

  test("among equally good rows the newest comes first", () => {
    const index = new TextIndex("text", [row(1, "same"), row(3, "same"), row(2, "same")]);
    expect(search(index, "same").map(({ _creationTime }) => _creationTime)).toEqual([3, 2, 1]);
  });
});

describe("vector search", () => {
  let host: Host;
  beforeAll(async () => {
    host = await startFixture({ listen: false });
    for (let place = 0; place < 300; place++) {
      const angle = (place / 300) * Math.PI;
      const group = place % 3 === 0 ? "a" : place % 3 === 1 ? "b" : "c";
      await host.call("mutation", "later:addPoint", {
        group,
        embedding: [Math.cos(angle), Math.sin(angle), 0, 0],
      });
    }
    await host.call("mutation", "later:addPoint", { group: "short", embedding: [1, 0] });
  });
  afterAll(() => host.close());

  const nearest = (args: Record<string, unknown>) =>
    host.call("action", "later:nearest", { vector: [1, 0, 0, 0], groups: [], ...args }) as Promise<
      { _score: number }[]
    >;

  test("returns the exact cosines, best first, ten of them unless asked for more", async () => {
    const hits = await nearest({});
    expect(hits).toHaveLength(10);
    hits.forEach(({ _score }, place) => expect(_score).toBeCloseTo(Math.cos((place / 300) * Math.PI), 12));
  });

  test("filters by one equality or by several of them joined with or", async () => {
    const groups = async (names: string[]) => {
      const rows = new Map(
        (await host.readTable("", "points")).map((point) => [point["_id"], point["group"]]),
      );
      const hits = (await nearest({ groups: names, limit: 256 })) as unknown as { _id: string }[];
      return [hits.length, new Set(hits.map(({ _id }) => rows.get(_id)))];
    };
    expect(await groups(["a"])).toEqual([100, new Set(["a"])]);
    expect(await groups(["a", "c"])).toEqual([200, new Set(["a", "c"])]);
  });

  test("refuses vectors of other dimensions and limits beyond 256, and does not index short rows", async () => {
    await expect(nearest({ vector: [1, 0] })).rejects.toThrow("dimensions");
    await expect(nearest({ limit: 257 })).rejects.toThrow("between 1 and 256");
    await expect(nearest({ limit: 0 })).rejects.toThrow("between 1 and 256");
    expect(await nearest({ groups: ["short"] })).toEqual([]);
  });
});
