// Vectors of another embedder are built beside those that are searched, switched to in one mutation, and taken back.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { embeddedTextHash } from "../../src/shared/embeddedText.js";
import { EMBEDDING_SETTLE_MS } from "../../src/shared/limits.js";
import { anEmbed } from "../support/embed.js";
import { created, embedded, fill, near, NEW, NEXT, OLD, say, stateOf } from "../support/generations.js";
import { embedWaiting, waitingIn } from "../support/vectors.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a generation", () => {
  test("is built beside: what there is stays reachable, what is new too, and progress is live", async () => {
    const scene = await embedded("deep water", "steep cliffs", "old huts", "wide fjord");
    const generationId = await created(scene);
    expect(await stateOf(scene, "old")).toMatchObject({ state: { kind: "active" }, isComplete: true });
    expect(await stateOf(scene, "new")).toMatchObject({
      state: { kind: "building" },
      embedded: 0,
      share: 0,
      isComplete: false,
    });
    expect(await near(scene, OLD, "water")).toContain("deep water");
    expect(await near(scene, NEW, "water")).toEqual([]);
    await say(scene, "green meadow");
    await embedWaiting(scene.owner, scene.ctx, { embed: OLD });
    expect(await near(scene, OLD, "meadow")).toContain("green meadow");
    expect(await fill(scene, generationId)).toBe(5);
    expect(await stateOf(scene, "new")).toMatchObject({ embedded: 5, share: 1, isComplete: true });
    for (const embed of [OLD, NEW]) expect(await near(scene, embed, "meadow")).toContain("green meadow");
    expect(await scene.countRows()).toMatchObject({ vectors_256: 5, vectors_512: 5, recallEntries: 5 });
  });

  test("goes on where it stopped, and looks again at what may have been committed late", async () => {
    const scene = await embedded("one", "two", "three", "four", "five");
    vi.advanceTimersByTime(2 * EMBEDDING_SETTLE_MS);
    const generationId = await created(scene);
    const first = await scene.system.listUnembedded(scene.ctx, { generationId, limit: 2 });
    expect(first.page.map((entry) => entry.text)).toEqual(["one", "two"]);
    const vectors = first.page.map(({ entryId }) => ({ entryId, vector: new Array<number>(512).fill(1) }));
    const store = { embedder: "new", vectors, build: { generationId, to: first.to, isLast: false } };
    await scene.system.store(scene.ctx, store);
    await scene.system.store(scene.ctx, store); // a retry counts and stores nothing
    expect((await stateOf(scene, "new"))?.embedded).toBe(2);
    const next = await scene.system.listUnembedded(scene.ctx, { generationId, limit: 2 });
    expect(next.page.map((entry) => entry.text)).toEqual(["three", "four"]);
    await say(scene, "six");
    await fill(scene, generationId);
    expect(await fill(scene, generationId)).toBe(0);
    expect((await stateOf(scene, "new"))?.isComplete).toBe(true);
  });

  test("takes a text that it has made before from itself", async () => {
    const scene = await embedded("thanks", "thanks");
    const generationId = await created(scene);
    const { page } = await scene.system.listUnembedded(scene.ctx, { generationId, limit: 1 });
    const { vectors } = await NEW.embed(["thanks"]);
    const made = { entryId: page[0]?.entryId ?? "", vector: vectors[0] ?? [] };
    const textHash = await embeddedTextHash("thanks");
    await scene.system.store(scene.ctx, { embedder: "new", vectors: [{ ...made, textHash }] });
    const again = await scene.system.listUnembedded(scene.ctx, { generationId, limit: 9 });
    expect(again.page).toMatchObject([{ text: "thanks", embedded: { embedder: "new" } }]);
  });

  test("is active at once where there are no vectors yet", async () => {
    const scene = await embedded();
    const { system } = scene;
    await system.createGeneration(scene.ctx, NEXT);
    expect((await system.progress(scene.ctx)).generations).toMatchObject([{ state: { kind: "active" } }]);
    await say(scene, "first words");
    await embedWaiting(scene.owner, scene.ctx, { embed: NEW });
    expect(await near(scene, NEW, "words")).toEqual(["first words"]);
  });

  test("keeps vectors of no other embedder: those entries wait for the one that is searched", async () => {
    const scene = await embedded("one");
    await created(scene);
    await say(scene, "two");
    const other = anEmbed({ name: "other" });
    expect(await embedWaiting(scene.owner, scene.ctx, { embed: other })).toMatchObject({ stored: 0 });
    await scene.owner.documents.put(scene.ctx, { scope: "user", key: "a.md", text: "three", embed: other });
    expect(await waitingIn(scene.owner, scene.ctx)).toEqual(["two", "three"]);
    await embedWaiting(scene.owner, scene.ctx, { embed: OLD });
    expect(await near(scene, OLD, "three")).toContain("three");
  });
});

describe("a switch", () => {
  test("is refused while entries lack a vector, unless it is forced", async () => {
    const scene = await embedded("one", "two");
    const generationId = await created(scene);
    const { system, ctx } = scene;
    expect(await system.switchGeneration(ctx, { generationId })).toEqual({ switched: false });
    expect((await stateOf(scene, "old"))?.state.kind).toBe("active");
    expect(await system.switchGeneration(ctx, { generationId, force: true })).toEqual({ switched: true });
    expect(await stateOf(scene, "new")).toMatchObject({ state: { kind: "active" }, isComplete: false });
    expect(await fill(scene, generationId)).toBe(2); // the worker goes on
    expect(await near(scene, NEW, "two")).toContain("two");
  });

  test("changes both in one mutation, may be repeated, and what is new goes to the new embedder", async () => {
    const scene = await embedded("one");
    const generationId = await created(scene);
    const { system, ctx, owner } = scene;
    await fill(scene, generationId);
    expect(await system.switchGeneration(ctx, { generationId })).toEqual({ switched: true });
    expect(await system.switchGeneration(ctx, { generationId })).toEqual({ switched: true });
    const states = (await system.progress(ctx)).generations.map(({ embedder, state }) => [
      embedder,
      state.kind,
    ]);
    expect(states).toEqual([
      ["old", "previous"],
      ["new", "active"],
    ]);
    await say(scene, "two");
    await embedWaiting(owner, ctx, { embed: OLD }); // a server that does not know yet
    expect(await waitingIn(owner, ctx)).toEqual(["two"]);
    await embedWaiting(owner, ctx, { embed: NEW });
    expect(await waitingIn(owner, ctx)).toEqual([]);
    for (const embed of [OLD, NEW]) expect(await near(scene, embed, "two")).toContain("two");
  });

  test("ends the build, once all that was written before it has been looked at", async () => {
    const scene = await embedded("one");
    const generationId = await created(scene);
    await scene.system.switchGeneration(scene.ctx, { generationId, force: true });
    await fill(scene, generationId);
    expect(await scene.countRows()).toMatchObject({ embeddingBuilds: 1 });
    vi.advanceTimersByTime(EMBEDDING_SETTLE_MS);
    await fill(scene, generationId);
    expect(await scene.countRows()).not.toHaveProperty("embeddingBuilds");
    expect(await stateOf(scene, "new")).toMatchObject({ share: 1, isComplete: true });
  });

  test("is taken back: the old is searched again, and what was written since waits for it", async () => {
    const scene = await embedded("one");
    const generationId = await created(scene);
    const { system, ctx } = scene;
    await fill(scene, generationId);
    await system.switchGeneration(ctx, { generationId });
    await say(scene, "two");
    await embedWaiting(scene.owner, ctx, { embed: NEW });
    const old = (await stateOf(scene, "old"))?.generationId ?? "";
    await system.rollBack(ctx, { generationId: old });
    await system.rollBack(ctx, { generationId: old });
    expect(await stateOf(scene, "old")).toMatchObject({ state: { kind: "active" }, isComplete: false });
    expect((await stateOf(scene, "new"))?.state.kind).toBe("building");
    expect(await fill(scene, old, OLD)).toBe(1);
    expect(await near(scene, OLD, "two")).toContain("two");
    expect(await system.switchGeneration(ctx, { generationId })).toEqual({ switched: true });
  });
});
