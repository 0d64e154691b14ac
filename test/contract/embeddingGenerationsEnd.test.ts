// What becomes of the vectors of two generations: with edits, removals, retiring; and who may have a say.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SWEEP_MAX_ROWS } from "../../src/shared/limits.js";
import { codeOf, OWNER, text } from "../support/aMemory.js";
import { anEmbed, vectorOf } from "../support/embed.js";
import {
  created,
  embedded,
  fill,
  near,
  NEW,
  NEXT,
  OLD,
  say,
  stateOf,
  type Scene,
} from "../support/generations.js";
import { waitingIn } from "../support/vectors.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("retiring", () => {
  test("removes the vectors of a generation in pages, and nothing else", async () => {
    const scene = await embedded("one", "two");
    const generationId = await created(scene);
    const { system, ctx } = scene;
    await fill(scene, generationId);
    await system.switchGeneration(ctx, { generationId });
    const old = (await stateOf(scene, "old"))?.generationId ?? "";
    expect(await codeOf(system.retire(ctx, { generationId }))).toBe("INVALID_ARGUMENT");
    await system.retire(ctx, { generationId: old });
    await scene.finishSweeps();
    expect(await scene.countRows()).toMatchObject({
      vectors_512: 2,
      recallEntries: 2,
      embeddingGenerations: 1,
    });
    expect(await scene.countRows()).not.toHaveProperty("vectors_256");
    expect(await near(scene, NEW, "two")).toContain("two");
    expect(await codeOf(system.rollBack(ctx, { generationId: old }))).toBe("GENERATION_NOT_FOUND");
    const third = await system.createGeneration(ctx, { embedder: "third", length: 256 });
    expect(await fill(scene, third.generationId, anEmbed({ name: "third" }))).toBe(2);
  });

  test("takes more pages than one where there are many vectors", async () => {
    const scene = await embedded("one");
    const generationId = await created(scene);
    const many = Math.ceil(SWEEP_MAX_ROWS / 3) + 5;
    for (let sent = 0; sent < many; sent += 100)
      await say(
        scene,
        ...Array.from({ length: Math.min(100, many - sent) }, (_, index) => `w${sent + index}`),
      );
    await fill(scene, generationId);
    await scene.system.retire(scene.ctx, { generationId });
    await scene.t.finishInProgressScheduledFunctions();
    vi.advanceTimersByTime(1);
    await scene.t.finishInProgressScheduledFunctions();
    expect(await scene.countRows()).toHaveProperty("vectors_512");
    await scene.finishSweeps();
    expect(await scene.countRows()).not.toHaveProperty("vectors_512");
    expect(await scene.countRows()).toMatchObject({ vectors_256: 1, embeddingGenerations: 1 });
  });
});

describe("with two generations", () => {
  async function both(...words: string[]): Promise<Scene> {
    const scene = await embedded(...words);
    await fill(scene, await created(scene));
    return scene;
  }

  test("an edit removes both vectors with the entry, and the new text waits for both", async () => {
    const scene = await both("one");
    const { ctx, owner, threadId, system } = scene;
    const { page } = await owner.messages.list(ctx, { threadId, cursor: null });
    await owner.messages.update(ctx, { messageId: page[0]?.messageId ?? "", parts: [text("two")] });
    const rows = await scene.countRows();
    expect(rows).not.toHaveProperty("vectors_256");
    expect(rows).not.toHaveProperty("vectors_512");
    expect(await waitingIn(owner, ctx)).toEqual(["two"]);
    const generationId = (await stateOf(scene, "new"))?.generationId ?? "";
    const { page: lacking } = await system.listUnembedded(ctx, { generationId, limit: 9 });
    expect(lacking).toMatchObject([{ text: "two" }]);
  });

  test("removing a thread or a document leaves no vector of either", async () => {
    const scene = await both("one", "two");
    const { ctx, owner, threadId } = scene;
    const put = await owner.documents.put(ctx, { scope: "user", key: "a.md", text: "three", embed: OLD });
    await fill(scene, (await stateOf(scene, "new"))?.generationId ?? "");
    await owner.threads.remove(ctx, { threadId });
    await owner.documents.remove(ctx, { documentId: put.documentId });
    await scene.finishSweeps();
    const tables = Object.keys(await scene.countRows());
    expect(tables.sort()).toEqual(["embeddingBuilds", "embeddingGenerations", "scopeCounts", "usageEvents"]);
  });

  test("an entry that both lists found counts once", async () => {
    const scene = await both("deep water");
    const vector = await vectorOf(NEW, "water");
    const { hits } = await scene.owner.recall(scene.ctx, { query: "water", vector, embedder: "new" });
    expect(hits).toMatchObject([{ text: "deep water", lexicalRank: 1, vectorRank: 1 }]);
  });

  test("a third is refused, and the same one again is given", async () => {
    const scene = await both("one");
    const { system, ctx } = scene;
    expect(await codeOf(system.createGeneration(ctx, { embedder: "third", length: 8 }))).toBe(
      "INVALID_ARGUMENT",
    );
    expect(await created(scene)).toBe((await stateOf(scene, "new"))?.generationId);
  });
});

describe("who may not, and what is none", () => {
  test("only the app's own code sees and changes generations", async () => {
    const scene = await embedded("one");
    const generationId = await created(scene);
    const { ctx } = scene;
    const { embeddings } = scene.memory.as(OWNER);
    const refused = [
      embeddings.createGeneration(ctx, NEXT),
      embeddings.progress(ctx),
      embeddings.switchGeneration(ctx, { generationId }),
      embeddings.rollBack(ctx, { generationId }),
      embeddings.retire(ctx, { generationId }),
      embeddings.listUnembedded(ctx, { generationId, limit: 1 }),
      embeddings.store(ctx, { embedder: "new", vectors: [], build: { generationId, to: 1, isLast: true } }),
    ];
    expect(await Promise.all(refused.map(codeOf))).toEqual(refused.map(() => "FORBIDDEN"));
  });

  test("unknown, malformed and foreign ids are GENERATION_NOT_FOUND; bad lengths INVALID_ARGUMENT", async () => {
    const { system, ctx, threadId } = await embedded("one");
    for (const generationId of ["nonsense", threadId, ""]) {
      for (const act of ["switchGeneration", "rollBack", "retire"] as const)
        expect(await codeOf(system[act](ctx, { generationId }))).toBe("GENERATION_NOT_FOUND");
      expect(await system.listUnembedded(ctx, { generationId, limit: 1 })).toMatchObject({ isDone: true });
    }
    for (const length of [0, -1, 1.5, NaN, 4_097])
      expect(await codeOf(system.createGeneration(ctx, { embedder: "e", length }))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(system.createGeneration(ctx, { embedder: "", length: 8 }))).toBe("INVALID_ARGUMENT");
  });
});
