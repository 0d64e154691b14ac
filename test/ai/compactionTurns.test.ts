// Compaction as turns meet it: before a call, between the steps of a run, and after it; in both engines.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineAgent, defineTool, type AgentDefinition } from "../../src/ai/index.js";
import type { ActionCtx, BoundMemory } from "../../src/client/index.js";
import { scriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { codeOf, OWNER, said } from "../support/aMemory.js";
import { turn as aTurn, WORDS } from "./compactionSupport.js";
import { aDurableApp, hushed, stateOf } from "./durableApp.js";
import { answersOf, givenAgain, givenTo } from "./replays.js";
import { anAgent, messagesOf, type TestAgent } from "./support.js";

const read = defineTool({
  description: "Reads a page.",
  inputSchema: z.object({ page: z.number() }),
  execute: (_ctx, { page }) => `Page ${page} says OPS-${page}7. ${WORDS}`,
});
const tools = { read };
const reads = (page: number): ScriptedTurn => ({
  text: `Page ${page}. ${WORDS}`,
  toolCalls: [{ toolName: "read", input: { page } }],
});
/** Steps of some 300 tokens each, and an answer. */
const script = (steps: number): ScriptedTurn[] => [
  ...Array.from({ length: steps }, (_, page) => reads(page)),
  { text: "All read." },
];
const compaction = {
  triggerTokens: 1_500,
  keepTokens: 700,
  minTokens: 100,
  pruning: { keepToolUses: 1, clearAtLeastTokens: 100, triggerTokens: 1_000 },
};

const ask = (helper: TestAgent, prompt: string) =>
  helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt });
const promptOf = ({ model }: Pick<TestAgent, "model">, call: number): string =>
  JSON.stringify(model.calls[call]?.prompt);
const doors = ({ calls }: TestAgent): string[] => calls.filter((door) => door.startsWith("summaries."));

/** Every call of the model can be shown again, byte for byte. */
async function expectReplays(app: {
  ctx: ActionCtx;
  owner: BoundMemory;
  threadId: string;
  model: TestAgent["model"];
}) {
  const answers = await answersOf(app.ctx, app.owner, app.threadId);
  expect(answers).toHaveLength(app.model.calls.length);
  for (const [index, messageId] of answers.entries()) {
    const replayed = await app.owner.contexts.replay(app.ctx, { messageId });
    if (replayed.kind !== "same") throw new TypeError(`${index}: ${JSON.stringify(replayed)}`);
    expect(await givenAgain(replayed.text)).toBe(givenTo(app.model.calls[index]!));
    const { sections } = await app.owner.contexts.explain(app.ctx, { messageId });
    expect(sections.find(({ section }) => section === "prompt")?.items).toHaveLength(1);
  }
}

describe("in an action", () => {
  test("a turn with room makes no further call, and an agent with tools can read outputs again", async () => {
    const helper = await anAgent(script(1), { tools });
    await ask(helper, "Go.");
    expect(helper.calls).toEqual(["turns.begin", "turns.saveStep", "turns.saveStep"]);
    expect(helper.model.calls[0]?.tools?.map(({ name }) => name)).toEqual(["read", "readToolOutput"]);
  });

  test("very many short messages are summarised before they would leave the context by their number", async () => {
    const helper = await anAgent([{ text: "Fine." }, { text: "Fine." }], { context: { maxMessages: 20 } });
    const messages = Array.from({ length: 8 }, (_, index) => [
      said("user", `Ticket OPS-${index}?`),
      said("assistant", `OPS-${index} is closed.`),
    ]).flat();
    const { threadId } = helper;
    await helper.owner.messages.append(helper.ctx, { threadId, messages });
    await ask(helper, "Go on.");
    expect(doors(helper)).toContain("summaries.commit");
    const { page } = await helper.owner.summaries.list(helper.ctx, { threadId, cursor: null });
    expect(page).toHaveLength(1);
    expect(promptOf(helper, 0)).toContain("<summary>");
    await expectReplays(helper);
    const before = doors(helper).length;
    await ask(helper, "And on.");
    expect(doors(helper)).toHaveLength(before); // there is room for a while
  });

  test("a long run is compacted between its steps, keeps its prompt and newest group, and can be shown again", async () => {
    const helper = await anAgent(script(9), { tools, compaction, stopWhen: [] });
    const { warnings } = await ask(helper, "Read them all for OPS.");
    expect(warnings).toEqual([]);
    expect(doors(helper).filter((door) => door === "summaries.commit").length).toBeGreaterThan(1);
    const last = promptOf(helper, 9);
    expect(last).toContain("Read them all for OPS.");
    expect(last).toContain("<summary>");
    expect(last).toContain("Page 8 says");
    expect(last).not.toContain("Page 1 says");
    expect(last.length).toBeLessThan(promptOf(helper, 3).length * 2);
    await expectReplays(helper);
    const { page } = await helper.owner.summaries.list(helper.ctx, {
      threadId: helper.threadId,
      cursor: null,
    });
    expect(page[0]).toMatchObject({ to: { turn: 0 } });
    expect(page[0]).not.toHaveProperty("model");
    await ask(helper, "And now?").catch(() => {}); // the script is over: what was given counts
    const next = promptOf(helper, 10);
    expect(next).not.toContain('"text":"Read them all for OPS."'); // a later turn is told of it by the summary alone
    expect(next).toContain("Asked last: Read them all for OPS.");
  });

  test("old outputs are placeholders first, which the model can follow", async () => {
    const again: ScriptedTurn = (options) => {
      const [, input = "{}"] =
        /readToolOutput (\{[^}]*\})/.exec(unescaped(JSON.stringify(options.prompt))) ?? [];
      return { toolCalls: [{ toolName: "readToolOutput", input: JSON.parse(input) as object }] };
    };
    const helper = await anAgent([...script(4).slice(0, 4), again, { text: "So it says." }], {
      tools,
      compaction: { ...compaction, triggerTokens: 50_000 },
    });
    await ask(helper, "Go.");
    expect(promptOf(helper, 4)).toMatch(/output of read was removed/);
    expect(doors(helper)).not.toContain("summaries.get");
    const results = (await messagesOf(helper)).flatMap(({ parts }) => parts);
    const reread = results.filter((part) => part.type === "toolResult" && part.toolName === "readToolOutput");
    expect(JSON.stringify(reread)).toContain("Page 0 says OPS-07.");
    await expectReplays(helper);
  });

  test("tools that are excluded keep their outputs, also when shown again", async () => {
    const excludeTools = ["read"];
    const helper = await anAgent(script(5), {
      tools,
      compaction: { ...compaction, triggerTokens: 50_000, pruning: { ...compaction.pruning, excludeTools } },
    });
    await ask(helper, "Go.");
    expect(promptOf(helper, 5)).toContain("Page 0 says");
    expect(doors(helper)).toEqual([]);
  });

  test("off, nothing is pruned or summarised and no tool is added", async () => {
    const helper = await anAgent(script(6), { tools, compaction: false, stopWhen: [] });
    await ask(helper, "Go.");
    expect(doors(helper)).toEqual([]);
    expect(helper.model.calls[0]?.tools).toHaveLength(1);
    expect(promptOf(helper, 6)).toContain("Page 0 says");
  });

  test("a model writes the summary only when the agent names one", async () => {
    const asked: string[] = [];
    const helper = await anAgent([{ text: "Yes." }], {
      compaction,
      compactionModel: () => {
        asked.push("model");
        throw new Error("No key.");
      },
    });
    await helper.owner.messages.append(helper.ctx, {
      threadId: helper.threadId,
      messages: [0, 1, 2, 3, 4, 5, 6, 7].flatMap(aTurn),
    });
    const { text, warnings } = await ask(helper, "Go.");
    expect({ text, asked }).toEqual({ text: "Yes.", asked: ["model"] });
    expect(warnings).toEqual([expect.stringContaining("made without a model: No key.")]);
    expect(promptOf(helper, 0)).toContain("<summary>");
  });

  test("after a run the thread has room for the next, unless a worker does that", async () => {
    const turns = [0, 1, 2, 3].map(() => ({ text: `It is. ${WORDS}${WORDS}${WORDS}` }));
    for (const afterRun of [true, false]) {
      const helper = await anAgent(turns, { compaction: { ...compaction, afterRun } });
      for (const [index] of turns.slice(0, 3).entries()) await ask(helper, `Is it ${index}? ${WORDS}`);
      const { owner, ctx, threadId } = helper;
      expect((await owner.summaries.latest(ctx, { threadId })) !== null).toBe(afterRun);
      if (afterRun) expect(helper.calls.at(-1)).toMatch(/^summaries\./);
      await ask(helper, "And now?");
      expect(await owner.summaries.latest(ctx, { threadId })).not.toBeNull();
      await expectReplays(helper);
    }
  });

  test("settings that are no budget are refused when the agent is defined", async () => {
    const { memory } = await anAgent([]);
    const define = async (definition: Partial<AgentDefinition>) =>
      defineAgent(memory, { name: "a", model: () => "m", instructions: "", ...definition });
    expect(await codeOf(define({ compaction: { triggerTokens: 10, keepTokens: 20 } }))).toBe("AGENT_INVALID");
    expect(await codeOf(define({ compaction: { triggerTokens: NaN } }))).toBe("AGENT_INVALID");
  });

  test("an earlier prompt that is answered again drops the summary that covers it, and its outputs are not pruned", async () => {
    const helper = await anAgent([...script(9), { text: "Done." }, ...script(1)], {
      tools,
      compaction,
      stopWhen: [],
    });
    await ask(helper, "Read them all.");
    await helper.owner.messages.append(helper.ctx, {
      threadId: helper.threadId,
      messages: [1, 2, 3, 4, 5, 6, 7, 8].flatMap(aTurn),
    });
    const { agent, ctx, threadId, owner } = helper;
    const [prompt] = await messagesOf(helper);
    await ask(helper, "Go on.");
    expect((await owner.summaries.latest(ctx, { threadId }))?.to.turn).toBeGreaterThan(0);
    const answered = await agent.generate(ctx, { as: OWNER, threadId, promptMessageId: prompt?.messageId });
    expect(answered.turn).toBe(0);
    const newest = await owner.summaries.latest(ctx, { threadId });
    expect(newest === null || newest.to.turn === 0).toBe(true);
    expect(JSON.stringify(helper.model.calls.at(-1)?.prompt)).toContain("Page 0 says");
  });
});

const unescaped = (json: string): string => json.replaceAll('\\"', '"').replaceAll("\\\\", "\\");

describe("in a durable run", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    hushed();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test("a long run is compacted between its steps, and each call can be shown again", async () => {
    const app = await aDurableApp(script(9), { tools, compaction, stopWhen: [] });
    const { runId } = await app.start("Read them all for OPS.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    const last = promptOf(app, 9);
    expect(last).toContain("Read them all for OPS.");
    expect(last).toContain("<summary>");
    expect(last).not.toContain("Page 1 says");
    await expectReplays(app);
  });

  test("after the run, also one that is stopped behind its tools, its workflow makes room and finds facts", async () => {
    const found = { text: JSON.stringify({ facts: [{ text: "Olga reads.", messages: [0] }] }) };
    const model = scriptedModel([found]);
    const app = await aDurableApp([reads(0)], {
      tools,
      compaction: { triggerTokens: 200, keepTokens: 50, minTokens: 10 },
      extraction: { model },
      stopWhen: () => true,
    });
    await app.owner.messages.append(app.ctx, { threadId: app.threadId, messages: aTurn(0) });
    const { runId } = await app.start("Read.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect((await app.owner.facts.list(app.ctx, { scope: "user", cursor: null })).page).toMatchObject([
      { text: "Olga reads." },
    ]);
    expect(JSON.stringify(model.calls[0]?.prompt)).toContain("Read.");
    expect(await app.owner.summaries.latest(app.ctx, { threadId: app.threadId })).not.toBeNull();
  });

  test("what fails after the run costs nothing of it", async () => {
    const app = await aDurableApp([{ text: "Yes." }], {
      extraction: {
        model: () => {
          throw new Error("No key.");
        },
      },
    });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(console.error).toHaveBeenCalledWith(expect.stringContaining("No facts were extracted"));
  });
});

describe("facts of a run", () => {
  test("are found as its last thing, when the agent says so; a failure is a warning", async () => {
    const found = { text: JSON.stringify({ facts: [{ text: "Olga skis.", messages: [0] }] }) };
    const model = scriptedModel([found, { error: "Overloaded." }]);
    const helper = await anAgent([{ text: "Nice." }, { text: "Oh." }], {
      extraction: { model, status: "candidate", maxRetries: 0 },
    });
    const first = await ask(helper, "I ski.");
    expect(first).toMatchObject({ text: "Nice.", warnings: [] });
    expect(helper.calls.slice(-2)).toEqual(["extraction.read", "extraction.commit"]);
    const { page } = await helper.owner.facts.list(helper.ctx, {
      ...{ scope: "user", status: "candidate", cursor: null },
    } as const);
    expect(page).toMatchObject([{ text: "Olga skis." }]);
    const second = await ask(helper, "I sail.");
    expect(second.text).toBe("Oh.");
    expect(second.warnings).toEqual([expect.stringContaining("Overloaded.")]);
  });
});
