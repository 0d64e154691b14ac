import { describe, expect, test } from "vitest";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import type { ActionCtx } from "../../src/client/ctx.js";
import { search } from "../../src/component/model/threadSearch.js";
import { PAGE_MAX_BYTES, THREAD_SEARCH_MAX_HITS, THREAD_SEARCH_MESSAGES } from "../../src/shared/limits.js";
import { aMemory, aThread, codeOf, OTHER_TENANT, OWNER, said, STRANGER } from "../support/aMemory.js";
import { costOf } from "../support/cost.js";

// Each thread has a title: the text search of convex-test fails on rows without the field. `test/example/http.test.ts`
// searches threads without one.

/** A thread with a title, in which something was said. */
async function saidIn(as: BoundMemory, ctx: ActionCtx, { title, words }: { title: string; words: string[] }) {
  const { threadId } = await as.threads.create(ctx, { title });
  const messages = words.map((line, index) => said(index % 2 === 0 ? "user" : "assistant", line));
  const { places } = await as.messages.append(ctx, { threadId, messages });
  return { threadId, ids: places.map(({ messageId }) => messageId) };
}

describe("a search for threads", () => {
  test("finds titles, also by the start of the last word, and then what was said, each thread once", async () => {
    const { ctx, memory } = aMemory();
    const owner = memory.as(OWNER);
    const titled = await saidIn(owner, ctx, {
      title: "Otters at sea",
      words: ["Where do they sleep?", "Afloat."],
    });
    const told = await saidIn(owner, ctx, {
      title: "Dinner",
      words: ["What eats fish?", "Otters eat mostly fish, and crabs."],
    });
    const both = await saidIn(owner, ctx, { title: "Rivers", words: ["Otters live here.", "They do."] });
    await saidIn(owner, ctx, { title: "Bread", words: ["How is it baked?", "Hot."] });
    const find = (query: string) => owner.threads.search(ctx, { query });
    expect((await find("otte")).map(({ title }) => title)).toEqual(["Otters at sea", "Dinner", "Rivers"]);
    const found = await find("otters");
    expect(found[0]).toEqual({ threadId: titled.threadId, title: "Otters at sea", snippet: "Afloat." });
    expect(found).toHaveLength(3);
    const hitIn = ({ threadId }: { threadId: string }) => found.find((hit) => hit.threadId === threadId);
    expect(hitIn(told)).toEqual({
      threadId: told.threadId,
      title: "Dinner",
      snippet: "Otters eat mostly fish, and crabs.",
      messageId: told.ids[1],
    });
    expect(hitIn(both)).toMatchObject({ title: "Rivers", messageId: both.ids[0] });
    expect(await find("fish rivers")).toEqual([
      expect.objectContaining({ title: "Rivers" }) as object,
      expect.objectContaining({ threadId: told.threadId }) as object,
    ]);
  });

  test("shows the line around the word in a long message", async () => {
    const { ctx, memory } = aMemory();
    const owner = memory.as(OWNER);
    const filler = "lorem ipsum ".repeat(100);
    await saidIn(owner, ctx, { title: "Night", words: [`${filler}the lighthouse keeper sleeps ${filler}`] });
    const [hit] = await owner.threads.search(ctx, { query: "lighthouses" });
    expect(hit?.snippet).toMatch(/^….*the lighthouse keeper sleeps.*…$/);
    expect(Array.from(hit?.snippet ?? "")).toHaveLength(160);
  });

  test("is of the caller's own threads: archived ones too, removed and foreign ones never", async () => {
    const { ctx, memory, threadId, owner, stranger, otherTenant, reader } = await aThread();
    const archived = await saidIn(owner, ctx, { title: "Oslo by night", words: ["Oslo is far."] });
    await owner.threads.update(ctx, { threadId: archived.threadId, status: "archived" });
    await saidIn(stranger, ctx, { title: "Oslo of Sam", words: ["Oslo of mine."] });
    const removed = await saidIn(owner, ctx, { title: "Oslo that was", words: ["Oslo was."] });
    await owner.threads.remove(ctx, { threadId: removed.threadId });
    const own = (await owner.threads.search(ctx, { query: "oslo" })).map((hit) => hit.threadId);
    expect(own.toSorted()).toEqual([threadId, archived.threadId].toSorted());
    expect(await otherTenant.threads.search(ctx, { query: "oslo" })).toEqual([]);
    expect(await reader.threads.search(ctx, { query: "oslo" })).toEqual([]);
    expect(await stranger.threads.search(ctx, { query: "oslo" })).toMatchObject([{ title: "Oslo of Sam" }]);
    const system = memory.asSystem().threads;
    expect(await system.search(ctx, { query: "oslo", owner: STRANGER })).toHaveLength(1);
    expect(await codeOf(system.search(ctx, { query: "oslo" }))).toBe("INVALID_ARGUMENT");
    const named = owner.threads.search(ctx, { query: "oslo", owner: OTHER_TENANT });
    expect(await codeOf(named)).toBe("FORBIDDEN");
  });

  test("follows what becomes of words: edited and removed ones are found no more", async () => {
    const { ctx, memory } = aMemory();
    const owner = memory.as(OWNER);
    const { threadId, ids } = await saidIn(owner, ctx, { title: "Zebras", words: ["Zebras are striped."] });
    await owner.messages.update(ctx, {
      messageId: ids[0] ?? "",
      parts: [{ type: "text", text: "Lions are not." }],
    });
    await owner.threads.update(ctx, { threadId, title: "Lions" });
    expect(await owner.threads.search(ctx, { query: "zebras" })).toEqual([]);
    expect(await owner.threads.search(ctx, { query: "lions" })).toMatchObject([{ messageId: ids[0] }]);
    await owner.messages.remove(ctx, { messageId: ids[0] ?? "" });
    const [hit] = await owner.threads.search(ctx, { query: "lions" });
    expect(hit).not.toHaveProperty("messageId");
  });

  test("takes any query, and refuses numbers and lengths that are none", async () => {
    const { ctx, memory } = aMemory();
    const { threads } = memory.as(OWNER);
    for (const query of ["", " \n", "\ud83d", "?!", "🦦", `${"word ".repeat(60)}`, "c".repeat(32_000)])
      expect(await threads.search(ctx, { query }), query.slice(0, 9)).toEqual([]);
    expect(await codeOf(threads.search(ctx, { query: "c".repeat(32_001) }))).toBe("INVALID_ARGUMENT");
    for (const limit of [0, -1, 1.5, NaN])
      expect(await codeOf(threads.search(ctx, { query: "x", limit }))).toBe("INVALID_ARGUMENT");
  });

  test("costs the same however much there is: the best titles, the best messages, a page's bytes of them", async () => {
    const { ctx, inside, memory } = aMemory();
    const owner = memory.as(OWNER);
    for (let count = 0; count < THREAD_SEARCH_MAX_HITS + 10; count++)
      await saidIn(owner, ctx, {
        title: `Otter ${count}`,
        words: [`An otter. ${"long ".repeat(5_000)}`, "Yes."],
      });
    const ask = { caller: OWNER, query: "otter", limit: 1_000 };
    const { output, ranges, documentsRead, bytesRead } = await costOf({ inside }, (db) => search(db, ask));
    expect(output).toHaveLength(THREAD_SEARCH_MAX_HITS);
    // Titles with their heads, entries, messages; and no more than one message beyond the bound.
    expect(documentsRead).toBeLessThanOrEqual(2 * THREAD_SEARCH_MAX_HITS + 2 * THREAD_SEARCH_MESSAGES);
    expect(ranges).toBeLessThanOrEqual(2 + THREAD_SEARCH_MAX_HITS + THREAD_SEARCH_MESSAGES);
    expect(bytesRead).toBeLessThanOrEqual(1.5 * PAGE_MAX_BYTES);
    const few = await owner.threads.search(ctx, { query: "otter", limit: 3 });
    expect(few).toHaveLength(3);
  });
});
