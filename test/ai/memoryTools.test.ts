import { describe, expect, test } from "vitest";
import { defineAgent, memoryTools, type MemoryToolSettings } from "../../src/ai/index.js";
import type { Part } from "../../src/client/index.js";
import { scriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { OWNER, said } from "../support/aMemory.js";
import { inUser, known, learn } from "../support/facts.js";
import { anAgent, messagesOf, type TestAgent } from "./support.js";

const uses = (toolName: string, input: object): ScriptedTurn => ({ toolCalls: [{ toolName, input }] });
const human = { ...inUser, label: "human" };

async function anAgentThat(script: ScriptedTurn[], settings?: MemoryToolSettings): Promise<TestAgent> {
  return await anAgent([...script, { text: "Done." }], { tools: memoryTools(settings) });
}

const ask = ({ agent, ctx, threadId }: TestAgent, prompt = "Go.") =>
  agent.generate(ctx, { as: OWNER, threadId, prompt });

/** What the tools told the model, in order. */
async function told(helper: TestAgent): Promise<string[]> {
  const parts: Part[] = (await messagesOf(helper)).flatMap((message) => message.parts);
  return parts.flatMap((part) => (part.type === "toolResult" ? [part.output] : []));
}

describe("remember", () => {
  test("keeps a fact that rests on the prompt, and tells whether it was known", async () => {
    const helper = await anAgentThat([
      uses("remember", { text: "Olga skis.", key: "sport" }),
      uses("remember", { text: "olga skis", key: "sport", supersedes: "" }),
    ]);
    await ask(helper, "Remember that I ski.");
    const { page } = await helper.owner.facts.list(helper.ctx, { ...inUser, cursor: null });
    const [prompt] = await messagesOf(helper);
    expect(page).toMatchObject([
      { text: "Olga skis.", key: "sport", origin: "agent", sources: [{ messageId: prompt?.messageId }] },
    ]);
    const factId = page[0]?.factId;
    expect((await told(helper)).map((output) => JSON.parse(output) as unknown)).toEqual([
      { factId, known: false },
      { factId, known: true },
    ]);
  });

  test("replaces the fact that the model names", async () => {
    const helper = await anAgentThat([]);
    const { factId } = await learn({ facts: helper.owner.facts, ctx: helper.ctx }, "Lives in Oslo.");
    await askAnother(helper, uses("remember", { text: "Lives in Bergen.", supersedes: factId }));
    expect(await known({ facts: helper.owner.facts, ctx: helper.ctx })).toEqual(["Lives in Bergen."]);
  });

  test("as a candidate waits for a reviewer", async () => {
    const helper = await anAgentThat([uses("remember", { text: "Skis." })], { status: "candidate" });
    await ask(helper);
    const facts = { facts: helper.owner.facts, ctx: helper.ctx };
    expect([await known(facts), await known(facts, "candidate")]).toEqual([[], ["Skis."]]);
  });
});

/** Asks another agent, which has every tool, in the thread of `helper`: for scripts that need an id from there. */
async function askAnother(helper: TestAgent, turn: ScriptedTurn): Promise<void> {
  const model = scriptedModel([turn, { text: "Done." }]);
  const agent = defineAgent(helper.memory, {
    name: "other",
    model: () => model,
    instructions: "Be brief.",
    tools: memoryTools({ tools: ["remember", "recall", "updateBlock", "forget"] }),
  });
  await agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt: "Go on." });
}

describe("recall", () => {
  test("finds what was said in another thread, and says so when there is nothing", async () => {
    const helper = await anAgentThat([
      uses("recall", { query: "fjord" }),
      uses("recall", { query: "volcano" }),
    ]);
    const { owner, ctx } = helper;
    const { threadId } = await owner.threads.create(ctx);
    await owner.messages.append(ctx, { threadId, messages: [said("user", "We saw the Geiranger fjord.")] });
    await ask(helper, "Go.");
    const [hit, nothing] = await told(helper);
    expect(JSON.parse(hit ?? "[]")).toEqual([
      { from: expect.any(String) as string, text: "We saw the Geiranger fjord." },
    ]);
    expect(nothing).toBe("Nothing was found.");
  });
});

describe("updateBlock", () => {
  test("appends, replaces, and rewrites with the version that was read", async () => {
    const helper = await anAgentThat([
      uses("updateBlock", { label: "human", append: "Skis." }),
      uses("updateBlock", { label: "human", replace: "Skis", with: "Sails" }),
      uses("updateBlock", { label: "human", value: "Sails and swims.", version: 3 }),
    ]);
    await helper.owner.blocks.create(helper.ctx, human);
    await ask(helper);
    expect(await helper.owner.blocks.get(helper.ctx, human)).toMatchObject({
      value: "Sails and swims.",
      version: 4,
    });
    expect((await told(helper)).at(-1)).toBe('{"version":4}');
  });

  test("tells the model what is wrong in words that it can act on", async () => {
    const helper = await anAgentThat([
      uses("updateBlock", { label: "human", append: "x".repeat(60) }),
      uses("updateBlock", { label: "human", value: "Anew." }),
      uses("updateBlock", { label: "human", value: "Anew.", version: "7" }),
      uses("updateBlock", { label: "rules", append: "Mine." }),
      uses("updateBlock", { label: "nowhere", append: "Mine." }),
      uses("updateBlock", { label: "human" }),
      uses("updateBlock", { label: "human", append: "a", value: "b" }),
      uses("updateBlock", { append: "a" }),
    ]);
    const { owner, ctx } = helper;
    await owner.blocks.create(ctx, { ...human, maxTokens: 10, value: "Olga." });
    await owner.blocks.create(ctx, { ...inUser, label: "rules", readOnly: true });
    await ask(helper);
    const errors = await told(helper);
    for (const [index, words] of [
      /BLOCK_TOO_LARGE.*10 tokens.*17.*shorten it by 7/,
      /VERSION_MISMATCH.*version 1.*Olga\./,
      /VERSION_MISMATCH.*stands at version 1, not 7/,
      /BLOCK_READ_ONLY/,
      /BLOCK_NOT_FOUND/,
      /INVALID_ARGUMENT.*`append`/,
      /One change a call/,
      /label/,
    ].entries())
      expect(errors[index]).toMatch(words);
    expect(await owner.blocks.get(ctx, human)).toMatchObject({ value: "Olga.", version: 1 });
  });
});

describe("forget", () => {
  test("is there when asked for, and erases a fact", async () => {
    expect(Object.keys(memoryTools())).toEqual(["remember", "recall", "updateBlock"]);
    const helper = await anAgentThat([]);
    const { factId } = await learn({ facts: helper.owner.facts, ctx: helper.ctx }, "Secret.");
    await askAnother(helper, uses("forget", { factId, reason: "Asked to." }));
    expect(await helper.owner.facts.get(helper.ctx, { factId })).toMatchObject({
      text: "",
      state: { kind: "forgotten" },
    });
  });
});

describe("a call that is repeated", () => {
  test("writes once: each tool carries its operationId", async () => {
    const helper = await anAgentThat([]);
    const { owner, ctx, threadId } = helper;
    await owner.blocks.create(ctx, human);
    const tools = memoryTools({ tools: ["remember", "updateBlock"] });
    const { runId } = await owner.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine: "action" },
      prompt: [{ type: "text", text: "Go." }],
    });
    const memory = helper.memory.as({ ...OWNER, agentName: "helper" });
    const call = (operationId: string) =>
      ({
        ...ctx,
        memory,
        principal: OWNER,
        threadId,
        runId,
        operationId,
        abortSignal: new AbortController().signal,
      }) as never;
    for (let attempt = 0; attempt < 2; attempt++) {
      await tools["remember"]?.execute(call("a"), { text: "Skis." });
      await tools["updateBlock"]?.execute(call("b"), { label: "human", append: "Skis." });
      await tools["updateBlock"]?.execute(call("c"), { label: "human", replace: "Skis", with: "Sails" });
    }
    expect(await owner.blocks.get(ctx, human)).toMatchObject({ value: "Sails.", version: 3 });
    expect(await known({ facts: owner.facts, ctx })).toEqual(["Skis."]);
    expect(
      Object.values(memoryTools({ tools: ["remember", "recall", "updateBlock", "forget"] })).every(
        (tool) => tool.idempotent,
      ),
    ).toBe(true);
  });
});
