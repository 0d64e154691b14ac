import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DRAFT_RETENTION_MS, DRAFT_SILENT_MS } from "../../src/shared/limits.js";
import { aMemory, codeOf, OWNER, type TestMemory } from "../support/aMemory.js";
import { anEmbed } from "../support/embed.js";

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

const guide = { scope: "user" as const, key: "guide.md" };
const down = () => Promise.reject(new Error("the embedder is down"));
/** Text of 500 chunks: a write takes 191 of them, with vectors of a length that nobody told beforehand. */
const longText = Array.from({ length: 500 }, (_, index) => `## Part ${index}\n\nfjord ${index}`).join("\n\n");

/** An embedder that fails from its `calls`-th call on. */
function anEmbedThatFails(calls: number) {
  const embed = anEmbed();
  return {
    ...embed,
    embed: (texts: string[]) => (embed.calls.length >= calls ? down() : embed.embed(texts)),
  };
}

/** Lets time pass, and whatever is due in it run. */
async function pass({ t }: TestMemory, ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await t.finishInProgressScheduledFunctions();
}

describe("the list of documents shows what is being written", () => {
  test("how much of how much, from the first page on", async () => {
    const { ctx, memory } = aMemory();
    const { documents } = memory.as(OWNER);
    const embed = anEmbed();
    const seen: unknown[] = [];
    const watched = {
      ...embed,
      embed: async (texts: string[]) => {
        const { page } = await documents.list(ctx, { scope: "user", cursor: null });
        seen.push(
          page.map(({ state, writing }) => [state.kind, writing?.phase.kind, writing?.written.chunks]),
        );
        vi.advanceTimersByTime(1_000);
        return await embed.embed(texts);
      },
    };
    const startedAt = Date.now() + 1_000;
    await documents.put(ctx, { ...guide, text: longText, embed: watched });
    expect(seen).toEqual([[], [["empty", "writing", 191]], [["empty", "writing", 382]]]);
    await documents
      .put(ctx, { ...guide, text: longText.replaceAll(/\w+/g, "$&s"), embed: anEmbedThatFails(1) })
      .catch(() => null);
    const { page } = await documents.list(ctx, { scope: "user", cursor: null });
    expect(page).toMatchObject([
      {
        state: { kind: "ready", readyAt: startedAt + 2_000 },
        chunks: 500,
        writing: { phase: { kind: "failed", reason: expect.stringContaining("is down") as string } },
      },
    ]);
    const { written, total } = page[0]!.writing!;
    expect(written.chunks).toBe(191);
    expect(total.chunks).toBe(500);
    expect(written.bytes).toBeLessThan(total.bytes);
  });

  test("a put that fails at once, and those that readers see already beside it", async () => {
    const { ctx, memory } = aMemory();
    const { documents } = memory.as(OWNER);
    await documents.put(ctx, { scope: "user", key: "a.md", text: "Fjord." });
    const failing = documents.put(ctx, { ...guide, text: "Fjord.", embed: anEmbedThatFails(0) });
    expect(await codeOf(failing)).toBe("EMBEDDING_FAILED");
    const all = await documents.list(ctx, { scope: "user", cursor: null });
    expect(all.page.map(({ key, writing }) => [key, writing?.phase.kind])).toEqual([
      ["a.md", undefined],
      ["guide.md", "failed"],
    ]);
    const { page } = await documents.list(ctx, { scope: "user", writing: true, cursor: null });
    expect(page.map(({ key }) => key)).toEqual(["guide.md"]);
    expect(await documents.count(ctx, { scope: "user" })).toEqual({ documents: 1, chunks: 1 });
    const mixed = { scope: "user", writing: true, filter: { a: 1 }, cursor: null } as const;
    expect(await codeOf(documents.list(ctx, mixed))).toBe("INVALID_ARGUMENT");
  });

  test("a put that fails at once does not end the one that is under way", async () => {
    const { ctx, memory, component } = aMemory();
    const { documents } = memory.as(OWNER);
    const page = {
      ...{ caller: OWNER, ...guide, contentHash: "h", bytes: 2, total: { chunks: 2, bytes: 2 } },
      chunks: [{ heading: "", text: "a", tokens: 1 }],
    };
    const { generation } = await ctx.runMutation(component.documents.write, {
      ...page,
      offset: 0,
      final: false,
    });
    const failing = documents.put(ctx, { ...guide, text: "Other.", embed: anEmbedThatFails(0) });
    expect(await codeOf(failing)).toBe("EMBEDDING_FAILED");
    expect(await documents.get(ctx, guide)).toMatchObject({
      writing: { generation, phase: { kind: "writing" } },
    });
    await ctx.runMutation(component.documents.write, { ...page, generation, offset: 1, final: true });
    expect(await documents.get(ctx, guide)).toMatchObject({ contentHash: "h", chunks: 2 });
  });

  test("pages through what is being written, the longest silent first", async () => {
    const { ctx, memory } = aMemory();
    const { documents } = memory.as(OWNER);
    for (const key of ["c", "a", "b"]) {
      await codeOf(documents.put(ctx, { scope: "user", key, text: "x", embed: anEmbedThatFails(0) }));
      vi.advanceTimersByTime(10);
    }
    const keys: string[] = [];
    let cursor: string | null = null;
    do {
      const request: { cursor: string | null; limit: number } = { cursor, limit: 1 };
      const page = await documents.list(ctx, { scope: "user", writing: true, ...request });
      keys.push(...page.page.map(({ key }) => key));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(keys).toEqual(["c", "a", "b"]);
  });
});

describe("a write whose writer fell silent", () => {
  async function aSilentWrite(before: string | null) {
    const test = aMemory();
    const { ctx, memory, component } = test;
    const { documents } = memory.as(OWNER);
    if (before !== null) await documents.put(ctx, { ...guide, text: before });
    await ctx.runMutation(component.documents.write, {
      ...{ caller: OWNER, ...guide, contentHash: "h", bytes: 9, total: { chunks: 2, bytes: 9 } },
      ...{ offset: 0, chunks: [{ heading: "", text: "half", tokens: 1 }], final: false },
    });
    const phase = async () => (await documents.get(ctx, guide))?.writing?.phase.kind;
    return { ...test, documents, phase };
  }

  test("counts as abandoned, and a day later leaves no row", async () => {
    const test = await aSilentWrite(null);
    await pass(test, DRAFT_SILENT_MS - 1_000);
    expect(await test.phase()).toBe("writing");
    await pass(test, 2_000);
    expect(await test.phase()).toBe("abandoned");
    await pass(test, DRAFT_RETENTION_MS - DRAFT_SILENT_MS - 2_000);
    expect(await test.phase()).toBe("abandoned");
    await pass(test, 60_000);
    await test.finishSweeps();
    expect(await test.documents.get(test.ctx, guide)).toBeNull();
    expect(await test.countRows()).toEqual({});
  });

  test("leaves what readers see, and its generation is not used again", async () => {
    const test = await aSilentWrite("Fjord.");
    await test.finishSweeps();
    const document = await test.documents.get(test.ctx, guide);
    expect(document).toMatchObject({ state: { kind: "ready" }, generation: 1, chunks: 1 });
    expect(document).not.toHaveProperty("writing");
    expect(await test.countRows()).toEqual({ documents: 1, chunks: 1, recallEntries: 1, scopeCounts: 1 });
    expect(await test.documents.put(test.ctx, { ...guide, text: "Plateau." })).toMatchObject({
      generation: 3,
    });
  });

  test("may come back meanwhile, and nothing is embedded twice", async () => {
    const test = aMemory();
    const { ctx, memory } = test;
    const { documents } = memory.as(OWNER);
    const embed = anEmbedThatFails(2);
    expect(await codeOf(documents.put(ctx, { ...guide, text: longText, embed }))).toBe("EMBEDDING_FAILED");
    await pass(test, DRAFT_RETENTION_MS / 2);
    const rest = anEmbed();
    expect(await documents.put(ctx, { ...guide, text: longText, embed: rest })).toMatchObject({
      chunks: 500,
    });
    expect(rest.calls.flat()).toHaveLength(500 - 382);
    await test.finishSweeps();
    expect(await test.countRows()).toMatchObject({ documents: 1, chunks: 500, recallEntries: 500 });
    expect(await documents.get(ctx, guide)).not.toHaveProperty("writing");
  });

  test("is found among more than one page of them", async () => {
    const test = aMemory();
    const { documents } = test.memory.as(OWNER);
    for (let index = 0; index < 120; index++) {
      const put = { scope: "user" as const, key: `k${index}`, text: "x", embed: anEmbedThatFails(0) };
      await codeOf(documents.put(test.ctx, put));
    }
    expect((await test.countRows()).documents).toBe(120);
    await test.finishSweeps();
    expect(await test.countRows()).toEqual({});
  });
});
