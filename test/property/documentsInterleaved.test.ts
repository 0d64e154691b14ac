import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { aMemory, codeOf, OWNER, type TestMemory } from "../support/aMemory.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const guide = { scope: "user" as const, key: "guide.md" };
const PAGES = 3;
const PER_PAGE = 2;
/** What an overtaken writer is told. */
const REFUSALS = ["DOCUMENT_REPLACED", "DOCUMENT_NOT_FOUND"];

type Step = (test: TestMemory) => Promise<void>;

/** A writer of one content, page by page; it stops where it is refused, or after `pages` as if its process had died. */
function aWriter(content: string, pages: number): Step[] {
  let place: { generation?: number; documentId?: string } = {};
  let isRefused = false;
  const write = async ({ ctx, component }: TestMemory, page: number): Promise<void> => {
    if (isRefused) return;
    const chunks = Array.from({ length: PER_PAGE }, (_, index) => ({
      heading: "",
      text: `${content}${page * PER_PAGE + index}`,
      tokens: 1,
      vector: [1, page, index],
    }));
    const code = await codeOf(
      (async () => {
        const { generation, documentId } = await ctx.runMutation(component.documents.write, {
          ...{ caller: OWNER, ...guide, contentHash: content, metadata: JSON.stringify({ content }) },
          ...{ bytes: 12, total: { chunks: PAGES * PER_PAGE, bytes: 2 * PAGES * PER_PAGE }, embedder: "e" },
          ...{ chunks, offset: page * PER_PAGE, final: page === PAGES - 1, ...place },
        });
        place = { generation, documentId };
      })(),
    );
    isRefused = code !== "ok";
    if (isRefused) expect(REFUSALS).toContain(code);
  };
  return Array.from({ length: pages }, (_, page) => (on: TestMemory) => write(on, page));
}

/** Removes whatever stands under the key. */
const removal: Step = async ({ ctx, memory }) => {
  const { documents } = memory.as(OWNER);
  const document = await documents.get(ctx, guide);
  if (document !== null) await documents.remove(ctx, { documentId: document.documentId });
};

/** Most writers live to their last page. */
const pages = fc.oneof({ weight: 3, arbitrary: fc.constant(PAGES) }, fc.integer({ min: 1, max: PAGES }));
const scenes = fc.record({
  isSameContent: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
  pages: fc.tuple(pages, pages),
  /** Who acts next, with what is left of each: 0 and 1 write, 2 removes. */
  order: fc.shuffledSubarray([0, 0, 0, 1, 1, 1, 2], { minLength: 7 }),
  /** Where the sweep runs in between. */
  sweeps: fc.subarray([0, 1, 2, 3, 4, 5, 6]),
});

const scene = (order: number[], isSameContent = false) => ({
  isSameContent,
  pages: [PAGES, PAGES] as [number, number],
  order,
  sweeps: [],
});
/** The first stays, the second stays, nothing stays; and one goes on in what the other began after a removal. */
const plain = [
  scene([1, 1, 1, 2, 0, 0, 0]),
  scene([0, 0, 0, 2, 1, 1, 1]),
  scene([0, 0, 0, 1, 1, 1, 2]),
  scene([0, 0, 2, 1, 0, 1, 1], true),
].map((one): [typeof one] => [one]);

/** The chunks that readers see, by the list. */
async function textsOf({ ctx, memory }: TestMemory, documentId: string): Promise<string[]> {
  const list = { documentId, cursor: null, limit: 200 };
  return (await memory.as(OWNER).documents.listChunks(ctx, list)).page.map(({ text }) => text);
}

/** Nothing is left but what readers see: one whole generation, or nothing. */
async function expectWhole(on: TestMemory): Promise<void> {
  const { ctx, memory, countRows } = on;
  const { documents } = memory.as(OWNER);
  const document = await documents.get(ctx, guide);
  const { scopeCounts: _counts, ...rows } = await countRows();
  const counted = await documents.count(ctx, { scope: "user" });
  if (document === null) {
    expect(rows).toEqual({});
    expect(counted).toEqual({ documents: 0, chunks: 0 });
    return;
  }
  const chunks = PAGES * PER_PAGE;
  expect(document).toMatchObject({ state: { kind: "ready" }, chunks });
  expect(document).not.toHaveProperty("writing");
  expect(rows).toEqual({ documents: 1, documentTags: 1, chunks, recallEntries: chunks, vectors_256: chunks });
  expect(counted).toEqual({ documents: 1, chunks });
  const content = document.contentHash;
  expect(document.metadata).toBe(JSON.stringify({ content }));
  const whole = Array.from({ length: chunks }, (_, index) => `${content}${index}`);
  expect(await textsOf(on, document.documentId)).toEqual(whole);
}

describe("two writers of one key, and whoever removes it", () => {
  test("end in exactly one whole generation or none, however their pages fall", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(scenes, async ({ isSameContent, pages: [first, second], order, sweeps }) => {
        const on = aMemory();
        const steps = [aWriter("a", first), aWriter(isSameContent ? "a" : "b", second), [removal]];
        for (const [turn, actor] of order.entries()) {
          await steps[actor]?.shift()?.(on);
          if (sweeps.includes(turn)) {
            vi.advanceTimersByTime(0);
            await on.t.finishInProgressScheduledFunctions();
          }
          const document = await on.memory.as(OWNER).documents.get(on.ctx, guide);
          if (document?.state.kind !== "ready") continue;
          // At every moment readers see one whole generation.
          const texts = await textsOf(on, document.documentId);
          expect(texts).toHaveLength(PAGES * PER_PAGE);
          expect(new Set(texts.map((text) => text[0])).size).toBe(1);
        }
        await on.finishSweeps();
        await expectWhole(on);
        const left = await on.memory.as(OWNER).documents.get(on.ctx, guide);
        seen.add(left?.contentHash ?? "none");
      }),
      { numRuns: 60, examples: plain },
    );
    expect([...seen].sort(), "or the scenes are too tame").toEqual(["a", "b", "none"]);
  });
});
