// Promise 4: nothing that was injected into a prompt is ever written where it could be learned, found or summed up again.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { GenericMutationCtx } from "convex/server";
import { compactThread, memoryTools, type AgentDefinition } from "../../src/ai/index.js";
import type { BoundMemory, ActionCtx } from "../../src/client/index.js";
import type { DataModel } from "../../src/component/_generated/dataModel.js";
import schema from "../../src/component/schema.js";
import { deterministicEmbedder } from "../../src/testing/deterministicEmbedder.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { OWNER, said } from "../support/aMemory.js";
import { aDurableApp, hushed } from "./durableApp.js";
import { putBlock, putSummary } from "./contextScene.js";
import { anAgent, asksFor, weather } from "./support.js";

/** Words that stand in one source each and in nothing that anybody says. */
const MARKS = { block: "zebrawood", summary: "quokkatail", recalled: "axolotlpond" };
/** Where they are from; traces hold none of them, kept texts are for traces alone. */
const SOURCES = new Set(["blocks", "blockVersions", "summaries", "contextParts", "contextTexts"]);
const SHOWN = /<recalled>|<memory>|<summary>/;

type Inside = <Output>(run: (ctx: GenericMutationCtx<DataModel>) => Promise<Output>) => Promise<Output>;
type Scene = { inside: Inside; owner: BoundMemory; ctx: ActionCtx; threadId: string };

/** The tables in which a mark or a frame stands that is not of its own source. */
async function tainted({ inside }: Scene, recalledId: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of Object.keys(schema.tables) as (keyof (typeof schema)["tables"])[]) {
    if (SOURCES.has(table)) continue;
    const rows = await inside(({ db }) => db.query(table).collect());
    for (const row of rows) {
      const text = JSON.stringify(row, (_key, value: unknown) =>
        typeof value === "bigint" ? String(value) : value,
      );
      const own = row._id === recalledId || ("sourceId" in row && row.sourceId === recalledId);
      const isThreadOfSource = table === "threadHeads" && "messages" in row && row.messages === 1; // its list's preview
      const marks = Object.values(MARKS).filter((mark) => text.includes(mark));
      if (SHOWN.test(text) || (marks.length > 0 && !own && !isThreadOfSource))
        found.push(`${table}: ${text}`);
    }
  }
  return found;
}

/** A block, a summary and something to recall, each with its mark. */
async function injected({ inside, owner, ctx, threadId }: Scene): Promise<string> {
  const { threadId: other } = await owner.threads.create(ctx, {});
  const said = [
    { role: "user" as const, parts: [{ type: "text" as const, text: `My cat likes ${MARKS.recalled}.` }] },
  ];
  const { places } = await owner.messages.append(ctx, { threadId: other, messages: said });
  await owner.messages.append(ctx, {
    threadId,
    messages: [{ role: "user", parts: [{ type: "text", text: "Long ago." }] }],
  });
  await inside(async (db) => {
    await putBlock(db, { scope: "t:acme|u:olga", label: "human", value: `Likes ${MARKS.block}.` });
    await putSummary(db, { threadId, text: `Spoke of ${MARKS.summary}.`, to: { turn: 0, step: 0 } });
  });
  return places[0]?.messageId ?? "";
}

const prompts = fc.array(fc.constantFrom("What does my cat like?", "And my cat?", "Weather, and the cat?"), {
  minLength: 1,
  maxLength: 4,
});
const steps = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
const scriptOf = (all: readonly string[], withTools: readonly boolean[]) =>
  all.flatMap((_prompt, index) => [
    ...(withTools[index] === true ? [asksFor("Oslo")] : []),
    { text: "Fish." },
  ]);

const definitionOf = (embedder: ReturnType<typeof deterministicEmbedder>): Partial<AgentDefinition> => ({
  tools: { weather },
  blocks: ["user"],
  recall: { scopes: ["user", "thread"], maxTokens: 400 },
  embeddingModel: () => embedder,
});

describe("injected text", () => {
  test("is shown to the model and written nowhere else, by turns in an action", async () => {
    await fc.assert(
      fc.asyncProperty(prompts, steps, async (all, withTools) => {
        const embedder = deterministicEmbedder();
        const helper = await anAgent(scriptOf(all, withTools), definitionOf(embedder));
        const sourceId = await injected(helper);
        for (const prompt of all)
          await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt });
        for (const call of helper.model.calls)
          for (const mark of Object.values(MARKS)) expect(JSON.stringify(call.prompt)).toContain(mark);
        expect(await tainted(helper, sourceId)).toEqual([]);
        expect(embedder.calls.flat().join()).not.toMatch(SHOWN);
        expect(embedder.calls.flat().join()).not.toMatch(new RegExp(`${MARKS.block}|${MARKS.summary}`));
      }),
      { numRuns: 8 },
    );
  }, 60_000);

  describe("in durable runs", () => {
    beforeEach(() => {
      vi.useFakeTimers();
      hushed();
    });
    afterEach(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
    });

    test("is shown to the model and written nowhere else", async () => {
      await fc.assert(
        fc.asyncProperty(prompts, steps, async (all, withTools) => {
          const embedder = deterministicEmbedder();
          const app = await aDurableApp(scriptOf(all, withTools), definitionOf(embedder));
          const inside: Inside = (run) =>
            (
              app.t as unknown as { runInComponent: (path: string, run: unknown) => Promise<never> }
            ).runInComponent("agentMemory", run);
          const scene = { ...app, inside };
          const sourceId = await injected(scene);
          for (const prompt of all) {
            await app.start(prompt);
            await app.finish();
          }
          expect(app.model.calls.length).toBeGreaterThanOrEqual(all.length);
          for (const call of app.model.calls)
            for (const mark of Object.values(MARKS)) expect(JSON.stringify(call.prompt)).toContain(mark);
          expect(await tainted(scene, sourceId)).toEqual([]);
          expect(embedder.calls.flat().join()).not.toMatch(SHOWN);
        }),
        { numRuns: 3 },
      );
    }, 60_000);
  });
});

describe("what the tool recall gave", () => {
  test("gets into no summary, neither by a model nor without one", async () => {
    const recalls = { toolCalls: [{ toolName: "recall", input: { query: "cat" } }] };
    const helper = await anAgent([recalls, { text: "Done." }, { text: "Well." }], { tools: memoryTools() });
    const { ctx, owner, threadId } = helper;
    const other = await owner.threads.create(ctx, {});
    await owner.messages.append(ctx, {
      threadId: other.threadId,
      messages: [said("user", "My cat has the number OPS-77123.")],
    });
    for (const prompt of ["And mine?", "Well?"])
      await helper.agent.generate(ctx, { as: OWNER, threadId, prompt });
    expect(JSON.stringify(helper.model.calls[1]?.prompt)).toContain("OPS-77123");
    const model = scriptedModel([{ error: "Down." }]);
    const settings = { triggerTokens: 1, keepTokens: 0, minTokens: 1 };
    await compactThread(ctx, { memory: owner, threadId, settings, model, maxRetries: 0 });
    expect(JSON.stringify(model.calls[0]?.prompt)).toContain("called recall");
    expect(JSON.stringify(model.calls[0]?.prompt)).not.toContain("OPS-77123");
    const summary = await owner.summaries.latest(ctx, { threadId });
    expect(summary?.text).toContain("Done.");
    expect(summary?.text).not.toContain("OPS-77123");
  });
});
