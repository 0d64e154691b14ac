import { isStepCount } from "ai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineAgent, defineTool, type AgentDefinition } from "../../src/ai/index.js";
import { toUIMessages } from "../../src/parts/uiMessages.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { OWNER, text as textPart } from "../support/aMemory.js";
import { used } from "../support/turns.js";
import { busyModel, type During } from "./busyModel.js";
import { givenAgain, givenTo } from "./replays.js";
import { anAgent, asksFor, messagesOf, transcript, weather, type TestAgent } from "./support.js";

type Scene = TestAgent & { steer: (prompt: string) => Promise<unknown> };

/** An agent whose run is steered while its model answers; `during` gets the way to do so. */
async function aSteeredAgent(
  script: ScriptedTurn[],
  during: (steer: Scene["steer"]) => During,
  definition: Partial<AgentDefinition> = {},
): Promise<Scene> {
  const test = await anAgent([]);
  const steer = async (prompt: string) => {
    const { owner, t, threadId } = test;
    const ctx = { runQuery: t.query, runMutation: t.mutation } as unknown as typeof test.ctx;
    const run = await owner.runs.latest(ctx, { threadId });
    return await owner.runs.steer(ctx, { runId: run?.runId ?? "", prompt });
  };
  const model = busyModel(script, during(steer));
  const agent = defineAgent(test.memory, {
    ...{ name: "helper", model: () => model, instructions: "Be brief.", throttleMs: 0, ...definition },
  });
  return { ...test, agent, model, steer };
}

const ask = ({ threadId }: TestAgent) => ({ as: OWNER, threadId, prompt: "Weather?" });
/** The words that a call of the model was shown, without the instructions. */
const shown = ({ model }: TestAgent, call: number): string[] =>
  (model.calls[call]?.prompt ?? []).slice(1).map(({ role, content }) => {
    const [part] = typeof content === "string" ? [] : content;
    return `${role}: ${part?.type === "text" ? part.text : (part?.type ?? "")}`;
  });

describe("a run in an action that is steered", () => {
  test("while its model gives the last answer, answers that too", async () => {
    const helper = await aSteeredAgent([{ text: "7 in Oslo." }, { text: "8 in Bergen." }], (steer) => ({
      0: () => steer("I mean Bergen."),
    }));
    const { text, steps, state } = await helper.agent.generate(helper.ctx, ask(helper));
    expect({ text, steps, state: state.kind }).toEqual({
      text: "8 in Bergen.",
      steps: 2,
      state: "completed",
    });
    expect(helper.calls).toEqual(["turns.begin", "turns.saveStep", "turns.saveStep"]);
    expect(shown(helper, 1)).toEqual(["user: Weather?", "assistant: 7 in Oslo.", "user: I mean Bergen."]);
    expect(transcript(await messagesOf(helper))).toEqual([
      ...["user: Weather?", "assistant: 7 in Oslo.", "user: I mean Bergen.", "assistant: 8 in Bergen."],
    ]);
  });

  test("while its model asks for tools, reads it behind their results", async () => {
    const helper = await aSteeredAgent(
      [asksFor("Oslo"), { text: "7." }],
      (steer) => ({ 0: () => steer("In Celsius.") }),
      { tools: { weather } },
    );
    await helper.agent.generate(helper.ctx, ask(helper));
    expect(shown(helper, 1)).toEqual([
      ...["user: Weather?", "assistant: tool-call", "tool: tool-result", "user: In Celsius."],
    ]);
    expect(helper.model.calls).toHaveLength(2);
  });

  test("while a tool runs, reads it after the answer under way", async () => {
    const steered = defineTool({
      description: "Steers its own run.",
      inputSchema: z.object({}),
      execute: (ctx) => ctx.memory.runs.steer(ctx, { runId: ctx.runId, prompt: "In Celsius." }),
    });
    const helper = await aSteeredAgent(
      [{ toolCalls: [{ toolName: "steered", input: {} }] }, { text: "44." }, { text: "7." }],
      () => ({}),
      { tools: { steered } },
    );
    const { text } = await helper.agent.generate(helper.ctx, ask(helper));
    expect(text).toBe("7.");
    expect(shown(helper, 1)).not.toContain("user: In Celsius.");
    expect(shown(helper, 2).slice(-2)).toEqual(["assistant: 44.", "user: In Celsius."]);
  });

  test("streams each of its answers, which are shown apart", async () => {
    const helper = await aSteeredAgent([{ text: "7 in Oslo." }, { text: "8 in Bergen." }], (steer) => ({
      0: () => steer("I mean Bergen."),
    }));
    await helper.agent.stream(helper.ctx, ask(helper));
    const messages = await messagesOf(helper);
    const streams = await helper.inside(({ db }) => db.query("streams").collect());
    const answers = messages.filter(({ role }) => role === "assistant").map(({ messageId }) => messageId);
    expect(streams.map(({ messageId }) => String(messageId))).toEqual(answers);
    expect(streams.every(({ state }) => state.kind === "finished")).toBe(true);
    const ui = toUIMessages(messages);
    expect(ui.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(ui.filter(({ role }) => role === "assistant").map(({ id }) => id)).toEqual(answers);
  });

  test("leaves no stream open when it is steered no more", async () => {
    const helper = await aSteeredAgent([asksFor("Oslo"), { text: "7." }], () => ({}), {
      ...{ tools: { weather }, stopWhen: isStepCount(1) },
    });
    await helper.agent.stream(helper.ctx, ask(helper));
    expect((await messagesOf(helper)).every(({ state }) => state.kind === "complete")).toBe(true);
  });

  test("counts its steps for stopWhen anew", async () => {
    const helper = await aSteeredAgent(
      [asksFor("Oslo"), asksFor("Oslo"), asksFor("Bergen"), asksFor("Bergen"), { text: "Never." }],
      (steer) => ({ 1: () => steer("And Bergen.") }),
      { tools: { weather }, stopWhen: isStepCount(2) },
    );
    const { steps, state } = await helper.agent.generate(helper.ctx, ask(helper));
    expect({ steps, state: state.kind }).toEqual({ steps: 4, state: "completed" });
    expect((await messagesOf(helper)).at(-1)?.role).toBe("tool");
  });

  test("while the tools run behind which it would stop, answers", async () => {
    const steered = defineTool({
      description: "Steers its own run.",
      inputSchema: z.object({}),
      execute: (ctx) => ctx.memory.runs.steer(ctx, { runId: ctx.runId, prompt: "And now?" }),
    });
    const helper = await aSteeredAgent(
      [{ toolCalls: [{ toolName: "steered", input: {} }] }, { text: "Now this." }],
      () => ({}),
      { tools: { steered }, stopWhen: isStepCount(1) },
    );
    for (const how of ["generate", "stream"] as const) {
      const { text, state, steps } = await helper.agent[how](helper.ctx, ask(helper));
      expect({ text, state: state.kind, steps }).toEqual({ text: "Now this.", state: "completed", steps: 2 });
      if (how === "generate") helper.model.calls.length = 0;
    }
    const said = transcript(await messagesOf(helper)).slice(-4);
    expect(said.map((line) => line.split(" ")[0])).toEqual(["assistant:", "tool:", "user:", "assistant:"]);
    expect(said.slice(-2)).toEqual(["user: And now?", "assistant: Now this."]);
    expect(shown(helper, 1).slice(-2)).toEqual(["tool: tool-result", "user: And now?"]);
  });

  test("shows its later contexts again, byte for byte, and says why a message is in them", async () => {
    const helper = await aSteeredAgent(
      [asksFor("Oslo"), { text: "7." }],
      (steer) => ({ 0: () => steer("In Celsius.") }),
      { tools: { weather } },
    );
    await helper.agent.generate(helper.ctx, ask(helper));
    const messageId = (await messagesOf(helper)).at(-1)?.messageId ?? "";
    const replayed = await helper.owner.contexts.replay(helper.ctx, { messageId });
    const given = replayed.kind === "same" ? await givenAgain(replayed.text) : replayed.kind;
    expect(given).toBe(givenTo(helper.model.calls[1]!));
    const { sections } = await helper.owner.contexts.explain(helper.ctx, { messageId });
    const run = sections.find(({ section }) => section === "run");
    expect(run?.items.map(({ why }) => why)).toEqual([
      ...["what this run did before", "what this run did before", "said while the run was under way"],
    ]);
  });

  test("and was left behind its last answer, is taken up to answer the rest", async () => {
    const helper = await anAgent([{ text: "8 in Bergen." }], { stopWhen: isStepCount(1) });
    const { owner, ctx, threadId } = helper;
    const asked = { ...ask(helper), operationId: "ask-1" };
    const { runId } = await owner.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine: "action", operationId: "ask-1" },
      prompt: [textPart(asked.prompt)],
    });
    await owner.runs.steer(ctx, { runId, prompt: "I mean Bergen." });
    const message = { parts: [textPart("7 in Oslo.")] };
    const step = { runId, step: 0, message, results: [], usage: used, finish: true };
    expect((await owner.turns.saveStep(ctx, step)).state.kind).toBe("running");
    const { text, steps } = await helper.agent.generate(ctx, { ...asked, resume: true });
    expect({ text, steps }).toEqual({ text: "8 in Bergen.", steps: 2 });
    expect(shown(helper, 0)).toEqual(["user: Weather?", "assistant: 7 in Oslo.", "user: I mean Bergen."]);
  });
});
