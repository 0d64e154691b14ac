// What a turn recalls, and what becomes of it when its sources change.
import { describe, expect, test } from "vitest";
import { memoryTools, type AgentDefinition } from "../../src/ai/index.js";
import { OWNER, said } from "../support/aMemory.js";
import { inUser, learn } from "../support/facts.js";
import { answersOf } from "./replays.js";
import { anAgent, type TestAgent } from "./support.js";

const recall = { scopes: ["user" as const], maxTokens: 500 };
const ask = (helper: TestAgent, prompt: string) =>
  helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt });
const lastReplay = async ({ owner, ctx, threadId }: TestAgent) => {
  const messageId = (await answersOf(ctx, owner, threadId)).at(-1) ?? "";
  return await owner.contexts.replay(ctx, { messageId });
};
/** All texts that contexts keep. */
const keptTexts = ({ inside }: TestAgent): Promise<string> =>
  inside(async ({ db }) =>
    JSON.stringify([await db.query("contextParts").collect(), await db.query("contextTexts").collect()]),
  );
/** An agent that was shown a fact of the user's. */
async function shownAFact(definition: Partial<AgentDefinition> = {}) {
  const helper = await anAgent([{ text: "Yes." }, { text: "Yes." }], { recall, ...definition });
  const { owner, ctx } = helper;
  const { factId } = await learn({ facts: owner.facts, ctx }, "Olga skis in Lillehammer.");
  await ask(helper, "Where does Olga ski?");
  return { helper, factId };
}

describe("a fact that a turn was shown", () => {
  test("is noted as recalled", async () => {
    const { helper, factId } = await shownAFact();
    const { owner, ctx } = helper;
    expect((await owner.facts.get(ctx, { factId })).recalledAt).toEqual(expect.any(Number));
    expect((await owner.health(ctx, inUser)).neverRecalled.count).toBe(0);
  });

  test("can be shown again when it was superseded since: its history holds it", async () => {
    const { helper, factId } = await shownAFact();
    const { owner, ctx } = helper;
    await owner.facts.supersede(ctx, { factId, facts: [{ text: "Olga skis in Hemsedal." }] });
    expect((await lastReplay(helper)).kind).toBe("same");
  });

  test("leaves no word in kept contexts once it is forgotten", async () => {
    const { helper, factId } = await shownAFact();
    const { owner, ctx } = helper;
    expect(await keptTexts(helper)).toContain("Lillehammer");
    await owner.facts.forget(ctx, { factId, reason: "Asked for." });
    expect(await keptTexts(helper)).not.toContain("Lillehammer");
    expect((await lastReplay(helper)).kind).toBe("SOURCE_ERASED");
  });
});

test("a hit with what stands around it is forgotten with each of its messages", async () => {
  for (const erased of [0, 1, 2]) {
    const helper = await anAgent([{ text: "Yes." }], { recall: { ...recall, neighbours: 1 } });
    const { owner, ctx } = helper;
    const { threadId } = await owner.threads.create(ctx, {});
    const words = ["We met at the harbour.", "My cat is called Miro.", "It likes herring."];
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: words.map((word) => said("user", word)),
    });
    await ask(helper, "What is the cat Miro called?");
    expect((await lastReplay(helper)).kind).toBe("same");
    expect(await keptTexts(helper)).toMatch(/harbour.*Miro.*herring/);
    await owner.messages.remove(ctx, { messageId: places[erased]?.messageId ?? "" });
    expect(await keptTexts(helper)).not.toMatch(/harbour|Miro|herring/);
    expect((await lastReplay(helper)).kind).toMatch(/^SOURCE_/);
  }
});

test("the tool that recalls does not find the prompt that it is asked for", async () => {
  const uses = { toolCalls: [{ toolName: "recall", input: { query: "the volcano of Hekla" } }] };
  const helper = await anAgent([uses, { text: "Nothing." }], { tools: memoryTools() });
  await ask(helper, "What did I say of the volcano of Hekla?");
  const shown = JSON.stringify(helper.model.calls[1]?.prompt.filter(({ role }) => role === "tool"));
  expect(shown).toContain("Nothing was found.");
});
