import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bagOf, bm25Shares, rarity } from "../../src/shared/recallBm25.js";
import { rankRows, type RankInput } from "../../src/shared/recallRank.js";
import { readFlags, rowOfHuman, rowOfText, type RecallRow } from "../../src/shared/recallRow.js";
import { RECALL_WEIGHTS, type SignalName } from "../../src/shared/recallWeights.js";

const WORDS = ["fjord", "cliff", "train", "snow", "harbour", "cheese", "plateau"];
const phrase = (maxLength = 8) => fc.array(fc.constantFrom(...WORDS), { maxLength });

/** Rows of two threads and a document, in any order. */
const anyRows = fc.array(
  fc.record({
    thread: fc.constantFrom("a", "b"),
    words: phrase(),
    kind: fc.constantFrom("human", "reply", "fact", "chunk"),
    asks: fc.boolean(),
    at: fc.integer({ min: 0, max: 10 }),
  }),
  { maxLength: 25 },
);
type Drawn = typeof anyRows extends fc.Arbitrary<infer Rows> ? Rows : never;

const toRows = (drawn: Drawn): RecallRow[] =>
  drawn.map(({ thread, words, kind, asks, at }, index) => {
    const text = `${words.join(" ")}${asks ? "?" : ""}`;
    const isMessage = kind === "human" || kind === "reply";
    const { searchText, flags = 0, standing } = rowOfText(text, { isHuman: kind === "human" });
    return {
      id: `id${index}`,
      kind: isMessage ? "message" : kind,
      group: isMessage ? thread : "document",
      isReply: kind === "reply",
      at: at * 86_400_000,
      own: searchText,
      flags,
      isStanding: standing === true,
      ...(isMessage ? { turn: index } : {}),
      ...(kind === "human" ? { session: Math.floor(index / 5) } : {}),
    };
  });

const ask = (rows: readonly RecallRow[], given: Partial<RankInput> = {}) =>
  rankRows({
    query: "fjord train?",
    rows,
    documents: 0,
    byVector: [],
    vectorWeight: 1,
    recency: 0.1,
    ...given,
  });
const row = (id: string, own: string, given: Partial<RecallRow> = {}): RecallRow => ({
  id,
  kind: "message",
  group: "t",
  isReply: false,
  at: 0,
  own,
  flags: 0,
  isStanding: false,
  ...given,
});
const idsOf = (ranked: ReturnType<typeof ask>) => ranked.map((each) => each.row.id);

describe("BM25 as a share", () => {
  test("is the formula written out, over the rarity of all terms", () => {
    fc.assert(
      fc.property(
        fc.array(phrase(), { minLength: 1 }),
        fc.uniqueArray(fc.constantFrom(...WORDS)),
        (texts, terms) => {
          const average = texts.reduce((sum, text) => sum + text.length, 0) / texts.length || 1;
          const rarityOf = (term: string) =>
            rarity(texts.length, texts.filter((text) => text.includes(term)).length);
          const mass = terms.reduce((sum, term) => sum + rarityOf(term), 0);
          const naive = texts.map((text) =>
            terms.reduce((sum, term) => {
              const count = text.filter((word) => word === term).length;
              const norm = 1.2 * (0.5 + (0.5 * text.length) / average);
              return sum + (mass === 0 ? 0 : (rarityOf(term) * count * 2.2) / (count + norm) / mass);
            }, 0),
          );
          bm25Shares(texts.map(bagOf), terms, rarityOf).forEach((share, index) =>
            expect(share).toBeCloseTo(naive[index] ?? NaN, 10),
          );
        },
      ),
    );
  });
});

describe("the order of candidates", () => {
  test("holds each once, by score, whatever the order that they come in", () => {
    fc.assert(
      fc.property(anyRows, fc.integer(), (drawn, seed) => {
        const rows = toRows(drawn);
        const ranked = ask(rows);
        expect(idsOf(ranked).sort()).toEqual(rows.map(({ id }) => id).sort());
        for (const [index, each] of ranked.entries()) {
          expect(Number.isFinite(each.score)).toBe(true);
          expect(each.score).toBeLessThanOrEqual(ranked[index - 1]?.score ?? Infinity);
        }
        const shuffled = rows.toSorted((left, right) => ((left.at ^ seed) % 7) - ((right.at ^ seed) % 7));
        expect(idsOf(ask(shuffled))).toEqual(idsOf(ranked));
      }),
    );
  });

  test("adds up: where no agent speaks, the places are those of the sums of the signals", () => {
    fc.assert(
      fc.property(anyRows, (drawn) => {
        const rows = toRows(drawn.filter(({ kind }) => kind !== "reply"));
        const sums = ask(rows, { recency: 0 }).map(({ contributions }) =>
          Object.values(contributions).reduce((sum, added) => sum + added, 0),
        );
        for (const [index, sum] of sums.entries())
          expect(sum).toBeLessThanOrEqual((sums[index - 1] ?? Infinity) + 1e-9);
      }),
    );
  });

  test("puts more of the question first", () => {
    expect(idsOf(ask([row("none", "snow"), row("one", "fjord"), row("both", "fjord train")]))).toEqual([
      "both",
      "one",
      "none",
    ]);
  });

  test("puts the answer before the short question that it follows", () => {
    const question = rowOfHuman({ text: "Which fjord did the train pass?", at: 0 }, null);
    const asked = row("asked", question.searchText, { turn: 1, flags: question.flags ?? 0 });
    const answered = row("answered", "geirang", { turn: 2 });
    const other = row("other", "geirang", { turn: 9 });
    const [first, second] = idsOf(ask([asked, answered, other]));
    expect([first, second].sort()).toEqual(["answered", "asked"]);
  });

  test("raises who is named, and takes the name for no word", () => {
    const rows = [
      row("noor", "fjord", { speaker: "Noor" }),
      row("felix", "fjord noor", { speaker: "Felix" }),
    ];
    expect(idsOf(ask(rows, { query: "What did Noor say of the fjord?" }))[0]).toBe("noor");
    expect(idsOf(ask(rows, { query: "What did Felix say of the fjord?" }))[0]).toBe("felix");
  });

  test("raises what is newer, and what is important, among equals", () => {
    const newer = row("newer", "fjord", { at: 40 * 86_400_000 });
    expect(idsOf(ask([row("older", "fjord"), newer]))).toEqual(["newer", "older"]);
    const scores = ask([
      row("a", "fjord", { importance: 1 }),
      row("b", "fjord"),
      row("c", "fjord", { importance: 0 }),
    ]);
    expect(idsOf(scores)).toEqual(["a", "b", "c"]);
    expect(scores[0]?.score).toBeCloseTo(3 * (scores[2]?.score ?? 0), 10);
  });

  test("fuses with what people said where agents reply: a long reply of every word does not win", () => {
    const reply = row("reply", "fjord train ".repeat(100).trim(), { isReply: true, turn: 1 });
    const human = row("human", "fjord train", { turn: 1 });
    const ranked = ask([reply, human]);
    expect(idsOf(ranked)).toEqual(["human", "reply"]);
    expect(ranked[0]?.humanRank).toBe(1);
    expect(ranked[1]?.humanRank).toBeUndefined();
  });

  test("is the vectors' own where no word is found, whatever they weigh", () => {
    const rows = [row("far", "snow"), row("near", "snow", { at: -1 }), row("nearest", "cliff")];
    const byVector = ["nearest", "near", "far"];
    expect(idsOf(ask(rows, { byVector, vectorWeight: 0, recency: 0 }))).toEqual(byVector);
    expect(idsOf(ask(rows, { byVector, vectorWeight: 1, recency: 0 }))).toEqual(byVector);
  });

  test("heeds vectors by their weight beside words", () => {
    const rows = [row("words", "fjord"), row("vector", "snow")];
    const asked = { query: "fjord", byVector: ["vector"] };
    const added = (vectorWeight: number) =>
      ask(rows, { ...asked, vectorWeight }).find((each) => each.row.id === "vector")?.contributions.vector;
    expect(added(0)).toBeUndefined();
    expect(added(1)).toBe(RECALL_WEIGHTS.vector);
    expect(added(0.5)).toBe(RECALL_WEIGHTS.vector / 2);
  });
});

describe("a question in words", () => {
  /** What a signal adds to a text, beside another that shares nothing with the question. */
  const signalOf = (query: string, text: string, { name, at = 0 }: { name: SignalName; at?: number }) => {
    const { searchText, flags = 0, standing } = rowOfText(text, { isHuman: true });
    const rows = [row("it", searchText, { flags, isStanding: standing === true, at }), row("other", "zzz")];
    return ask(rows, { query }).find((each) => each.row.id === "it")?.contributions[name];
  };

  test.each<[string, string, SignalName]>([
    ["When did the fjord freeze?", "the fjord froze last week", "answerKind"],
    ["How many fjords?", "three fjords", "answerKind"],
    ["Where is the fjord?", "the fjord near Bergen", "answerKind"],
    ["Who saw the fjord?", "the fjord that Petra saw", "answerKind"],
    ["Plan a fjord trip", "Always mention the ferry when I ask about trips", "standing"],
    ["fjord", "I love my fjord", "firstPerson"],
  ])("%s | %s: %s", (query, text, name) => {
    expect(signalOf(query, text, { name })).toBeGreaterThan(0);
    expect(signalOf(query, "fjord", { name })).toBeUndefined();
  });

  test("names a month: what was said then counts, by what that excludes", () => {
    const inMay = Date.UTC(2023, 4, 8);
    expect(
      signalOf("What happened at the fjord in May 2023?", "fjord", { name: "date", at: inMay }),
    ).toBeGreaterThan(0);
    expect(signalOf("What may happen at the fjord?", "fjord", { name: "date", at: inMay })).toBeUndefined();
    expect(
      signalOf("What happened at the fjord in July?", "fjord", { name: "date", at: inMay }),
    ).toBeUndefined();
  });
});

describe("the flags of a row", () => {
  test("say what the text holds", () => {
    const flagsOf = (text: string, isHuman = true) => readFlags(rowOfText(text, { isHuman }).flags ?? 0);
    expect(flagsOf("ok")).toEqual({
      asks: false,
      hasTime: false,
      hasNumber: false,
      hasName: false,
      firstPerson: 0,
    });
    expect(flagsOf("Did I see 3 of my boats near Bergen last week?")).toEqual({
      asks: true,
      hasTime: true,
      hasNumber: true,
      hasName: true,
      firstPerson: 0.5,
    });
    expect(flagsOf("I, me, my, we, our, I")).toMatchObject({ firstPerson: 1 });
    expect(flagsOf("I think", false)).toMatchObject({ firstPerson: 0 });
  });
});
