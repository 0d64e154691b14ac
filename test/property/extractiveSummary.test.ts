import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extractiveSummary } from "../../src/shared/extractiveSummary.js";
import { identifiersOf } from "../../src/shared/identifiers.js";
import { sentencesOf } from "../../src/shared/sentences.js";
import { formatSummary, parseSummary, summaryBudget } from "../../src/shared/summaryText.js";
import { estimateTokens } from "../../src/shared/tokens.js";
import type { Message, MessageRole } from "../../src/validators/message.js";
import { call, result, text } from "../support/aMemory.js";

const DAY = Date.UTC(2026, 10, 25);

function conversation(...lines: [MessageRole, string][]): Message[] {
  return lines.map(([role, words], index) => ({
    messageId: `m${index}`,
    threadId: "t",
    turn: Math.floor(index / 2),
    step: index % 2,
    role,
    parts: [text(words)],
    state: { kind: "complete" },
    tokens: estimateTokens(words),
    createdAt: DAY,
  }));
}

const words = fc.oneof(
  fc.string({ maxLength: 300, unit: "grapheme" }),
  fc.lorem({ maxCount: 40 }),
  fc.constantFrom(
    "我们决定使用 https://a.dev/x 吧。好的。",
    "Решили: файл /etc/hosts, 12 кг.",
    "エラーが出ました。対処します。",
    "- [x] done\n# Title",
  ),
);
const messages = fc
  .array(fc.tuple(fc.constantFrom<MessageRole[]>("user", "assistant", "tool"), words), { maxLength: 20 })
  .map((lines) => conversation(...lines));
const tokens = fc.integer({ min: 0, max: 800 });

describe("a summary without a model", () => {
  test("fits its budget, whatever was said before and whatever language it is", () => {
    fc.assert(
      fc.property(messages, words, tokens, (said, previous, maxTokens) => {
        const summary = extractiveSummary({ messages: said, previous, maxTokens });
        expect(estimateTokens(summary)).toBeLessThanOrEqual(maxTokens);
        expect(summary.isWellFormed()).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("is the same for the same messages", () => {
    fc.assert(
      fc.property(messages, tokens, (said, maxTokens) => {
        const again = structuredClone(said);
        expect(extractiveSummary({ messages: again, maxTokens })).toBe(
          extractiveSummary({ messages: said, maxTokens }),
        );
      }),
    );
  });

  test("holds no word that was not said", () => {
    fc.assert(
      fc.property(messages, (said) => {
        const all =
          `${said.map(({ parts }) => (parts[0]?.type === "text" ? parts[0].text : "")).join("\n")}`.toLowerCase();
        const { identifiers, lookUp } = parseSummary(extractiveSummary({ messages: said, maxTokens: 500 }));
        for (const item of [...identifiers, ...lookUp]) expect(all).toContain(item.toLowerCase());
      }),
    );
  });

  test("keeps asks, decisions, errors, verbatim identifiers, where things stand, and what to search for", () => {
    const said = conversation(
      ["user", "Deploy the invoices service to eu-west-1 before 2026-12-01."],
      [
        "assistant",
        "I read /srv/invoices/deploy.yaml. We decided to keep Postgres 16.4. The bucket is `inv-prod-7f3a`.",
      ],
      ["user", "Maria Lopez pays €1,250 a month for it. Why did the import fail?"],
      [
        "assistant",
        "The import failed: timeout after 30 s at https://acme.dev/import?id=42. Telemetry of the sandbox was quiet.",
      ],
      ["user", "Fix it, please. And write to ops@acme.dev."],
      ["assistant", "The retry is deployed. Next I write to ops."],
    );
    const failing: Message = {
      ...said[3]!,
      role: "tool",
      parts: [{ ...result("a", "ECONNRESET at row 9"), outputKind: "error" }],
    };
    const summary = extractiveSummary({
      messages: [...said, { ...said[3]!, parts: [call("a")] }, failing],
      maxTokens: 500,
    });
    const sections = parseSummary(summary);
    expect(sections.goals[0]).toBe("2026-11-25 Deploy the invoices service to eu-west-1 before 2026-12-01.");
    expect(sections.decisions).toEqual(["We decided to keep Postgres 16.4."]);
    expect(sections.errors).toContain("search: ECONNRESET at row 9");
    expect(sections.state[0]).toBe("Asked last: And write to ops@acme.dev.");
    for (const identifier of [
      "eu-west-1",
      "2026-12-01",
      "/srv/invoices/deploy.yaml",
      "inv-prod-7f3a",
      "€1,250",
      "30 s",
      "https://acme.dev/import?id=42",
      "ops@acme.dev",
      "Maria Lopez",
    ])
      expect(sections.identifiers).toContain(identifier);
    expect(sections.happened).toContain("Called search with {}");
    expect(sections.lookUp).toContain("telemetry");
  });

  test("works where there are no spaces and no capitals", () => {
    const said = conversation(
      ["user", "请把报告放在 /data/報告.csv，截止日期是2026年11月30日。谢谢。"],
      ["assistant", "我们决定使用「北京分店」的数据。上传失败了。"],
    );
    const sections = parseSummary(extractiveSummary({ messages: said, maxTokens: 400 }));
    expect(sections.goals[0]).toContain("请把报告放在");
    expect(sections.identifiers).toEqual(expect.arrayContaining(["2026年11月30日", "北京分店"]));
    expect(sections.decisions).toHaveLength(1);
    expect(sections.errors).toEqual(["上传失败了。"]);
  });

  test("carries the summary before it along, in a bounded way, and drops where things stood", () => {
    let previous = "";
    for (let round = 0; round < 30; round++) {
      const said = conversation(
        ["user", `Question ${round} about ticket OPS-${round}?`],
        ["assistant", `Answer ${round}: see https://acme.dev/${round}.`],
      );
      previous = extractiveSummary({ messages: said, previous, maxTokens: 400 });
      expect(estimateTokens(previous)).toBeLessThanOrEqual(400);
    }
    const { goals, state, identifiers } = parseSummary(previous);
    expect(goals[0]).toContain("Question 0");
    expect(goals.at(-1)).toContain("Question 29");
    expect(state.join()).not.toContain("Answer 28");
    expect(identifiers).toEqual(expect.arrayContaining(["OPS-29", "OPS-28"]));
  });

  test("takes the lines of a summary that a model wrote in its own way", () => {
    const previous =
      "Intro line.\n### Goals:\n1. Ship it\n\n## Identifiers\nOPS-7 · /a/b.ts\n## Mood\n- calm";
    const { goals, happened, identifiers } = parseSummary(
      extractiveSummary({ messages: [], previous, maxTokens: 300 }),
    );
    expect(goals).toEqual(["Ship it"]);
    expect(happened).toEqual(["Intro line.", "calm"]);
    expect(identifiers).toEqual(["OPS-7", "/a/b.ts"]);
  });

  test("reads as it was written", () => {
    fc.assert(
      fc.property(messages, (said) => {
        const summary = extractiveSummary({ messages: said, maxTokens: 600 });
        expect(formatSummary(parseSummary(summary))).toBe(summary);
      }),
    );
  });

  test("may have a fifth of what it replaces, within bounds", () => {
    const budgets = (maxTokens?: number) =>
      [0, 100, 1_000, 10_000, 1_000_000].map((replaced) => summaryBudget(replaced, maxTokens));
    expect(budgets()).toEqual([0, 100, 400, 2_000, 4_000]);
    expect(budgets(500)).toEqual([0, 100, 400, 500, 500]);
    expect(budgets(1)).toEqual([0, 60, 60, 60, 60]);
  });
});

describe("identifiers", () => {
  test("are found as they were written, each once", () => {
    const found = identifiersOf(
      "See C:\\temp\\a.log, ./src/x.ts and README.md; id 550e8400-e29b-41d4-a716-446655440000 (v2.1.0), 25.11.2026 14:30, " +
        "3 May 2026, 12 km/h, 99 %, $5,000, #general @ann +49 30 1234567, MAX_RETRIES, userId, „Der Name“ «Имя» and README.md.",
    ).map(({ text: identifier }) => identifier);
    expect(found).toEqual([
      "C:\\temp\\a.log",
      "./src/x.ts",
      "README.md",
      "550e8400-e29b-41d4-a716-446655440000",
      "v2.1.0",
      "25.11.2026",
      "14:30",
      "3 May 2026",
      "12 km/h",
      "99 %",
      "$5,000",
      "#general",
      "@ann",
      "+49 30 1234567",
      "MAX_RETRIES",
      "userId",
      "Der Name",
      "Имя",
    ]);
  });

  test("are parts of the text, and take no long time", () => {
    fc.assert(
      fc.property(words, (source) => {
        for (const { text: identifier } of identifiersOf(source)) expect(source).toContain(identifier);
      }),
    );
    const started = performance.now();
    for (const unit of ["a-", "1", "/a", "a.", "a_", "@a", "A b ", "`", '"x'])
      identifiersOf(unit.repeat(16_384));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("sentences", () => {
  test("end at marks, lines and wide marks, without the marks of Markdown", () => {
    expect(sentencesOf("# Title\n- One. Two? v1.2 stays\n\n3. 三。四！ ...\n42.")).toEqual([
      "Title",
      "One.",
      "Two?",
      "v1.2 stays",
      "三。",
      "四！",
      "42.",
    ]);
  });
});
