import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DataError, evidenceIn, readDataset } from "../../eval/conversations.js";
import { evaluate } from "../../eval/evaluate.js";
import { score, scoreByCategory, type Ranked } from "../../eval/metrics.js";
import { syntheticConversations } from "./syntheticConversations.js";

const folder = mkdtempSync(join(tmpdir(), "eval-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The data in a file, as the command takes it. */
function fileOf(data: unknown): string {
  const path = join(folder, "synthetic.json");
  writeFileSync(path, typeof data === "string" ? data : JSON.stringify(data));
  return path;
}

describe("reading a file of conversations", () => {
  test("takes the caption that is shown, not the query that was searched, and the date as UTC", () => {
    const { name, conversations } = readDataset(fileOf(syntheticConversations));
    expect(name).toBe("synthetic");
    expect(conversations.map(({ turns }) => turns.length)).toEqual([22, 12]);
    const turn = conversations[0]?.turns.find(({ id }) => id === "D1:7");
    expect(turn?.text).toBe(
      "A wonky teapot, and a bowl for my cat Sesam. [shares a blue bowl on a wooden table]",
    );
    expect(turn?.saidAt).toBe(Date.UTC(2024, 2, 3, 9, 5));
    expect(JSON.stringify(conversations)).not.toContain("never indexed");
  });

  test("cleans evidence, and drops a question that keeps none", () => {
    expect(evidenceIn("D8:6; D9:17")).toEqual(["D8:6", "D9:17"]);
    expect(evidenceIn("D30:05 and D:11:26")).toEqual(["D30:5", "D11:26"]);
    expect(evidenceIn("D")).toEqual([]);
    const { conversations } = readDataset(fileOf(syntheticConversations));
    expect(conversations.map(({ questions }) => questions.length)).toEqual([8, 4]);
    expect(conversations[0]?.questions.map(({ gold }) => gold)).toContainEqual(["D3:1", "D3:3"]);
  });

  test.each<[string, unknown]>([
    ["is not JSON", "{"],
    ["expected a list of conversations", {}],
    ["expected a list of conversations", []],
    ["expected an object", [1]],
    ["has no turns", [{ conversation: {}, qa: [] }]],
    ["expected a date", [{ conversation: { session_1: [], session_1_date_time: "yesterday" }, qa: [] }]],
    [
      'expected "dia_id"',
      [{ conversation: { session_1: [{}], session_1_date_time: "1:56 pm on 8 May, 2023" }, qa: [] }],
    ],
    ["no question has evidence", [{ ...syntheticConversations[0], qa: [] }]],
    ['expected "question"', [{ ...syntheticConversations[0], qa: [{}] }]],
  ])("says in one line that it %s", (problem, data) => {
    const path = fileOf(data);
    const read = () => readDataset(path);
    expect(read).toThrow(DataError);
    expect(read).toThrow(new RegExp(`^[^\\n]*synthetic.json: [^\\n]*${problem}[^\\n]*$`));
  });

  test("says in one line that there is no file", () => {
    expect(() => readDataset(join(folder, "absent.json"))).toThrow(
      /absent.json: cannot be read \(ENOENT\)\.$/,
    );
  });
});

describe("the scores", () => {
  const one = (gold: string[], ids: string[], tokens = 100): Ranked => ({
    category: 1,
    gold,
    hits: ids.map((id) => ({ id, tokens })),
  });

  test("are those of the formulas", () => {
    const ids = ["x", "a", "y", "z", "w", "b"];
    expect(score([one(["a", "b"], ids)])).toEqual({
      questions: 1,
      recallAt5: 50,
      recallAt10: 100,
      recallAt20: 100,
      mrr: 0.5,
      ndcgAt10: Number(((1 / Math.log2(3) + 1 / Math.log2(7)) / (1 + 1 / Math.log2(3))).toFixed(3)),
      recallAt1kTokens: 100,
    });
    expect(score([one(["b"], ids, 200)]).recallAt1kTokens).toBe(0);
    expect(score([one(["a"], ["a"]), one(["a"], [])])).toMatchObject({ mrr: 0.5, recallAt5: 50 });
  });

  test("come by category", () => {
    const ranked = [one(["a"], ["a"]), { ...one(["a"], []), category: 2 }];
    expect(scoreByCategory(ranked)).toMatchObject({ 1: { recallAt5: 100 }, 2: { recallAt5: 0 } });
  });
});

describe("recall through the component on the host", () => {
  const dataset = readDataset(fileOf(syntheticConversations));

  test("finds what the questions of a conversation ask for", async () => {
    const { ranked, cost } = await evaluate(dataset, { oneUser: false });
    const { recallAt5, recallAt10, mrr, recallAt1kTokens } = score(ranked);
    expect(recallAt5).toBeGreaterThanOrEqual(90);
    expect(recallAt10).toBe(100);
    expect(recallAt1kTokens).toBe(100);
    expect(mrr).toBeGreaterThanOrEqual(0.8);
    expect(cost.maxRowsRead).toBeLessThan(200);
  });

  test("finds it among all conversations of one user, the same each time", async () => {
    const first = await evaluate(dataset, { oneUser: true });
    const { recallAt10, mrr } = score(first.ranked);
    expect(recallAt10).toBeGreaterThanOrEqual(90);
    expect(mrr).toBeGreaterThanOrEqual(0.75);
    const second = await evaluate(dataset, { oneUser: true });
    expect(score(second.ranked)).toEqual(score(first.ranked));
  });
});
