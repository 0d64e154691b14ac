import { isStepCount } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { agentTool, defineAgent, type Agent, type AgentTool } from "../../src/ai/index.js";
import type { StepOutcome } from "../../src/ai/stepRecord.js";
import { NESTED_ANSWER_MAX_BYTES } from "../../src/shared/runLimits.js";
import { scriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";
import { hushed, leftovers, reference, stateOf } from "./durableApp.js";
import { asks, aNestedApp, nestedIn, totals, until, usedBy, type Cast, type NestedApp } from "./nestedApp.js";
import { messagesOf, transcript, weather } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("what a nested run comes to", () => {
  const onceAsked = (script: ScriptedTurn[], more: Partial<Cast> = {}) =>
    aNestedApp({
      editor: { script: [asks(["researcher", "Oslo?"]), { text: "Then without." }], asks: ["researcher"] },
      researcher: { script, ...more },
    });

  test("a failure is told to the model, and the run goes on", async () => {
    const app = await onceAsked([{ error: "Overloaded." }], {
      definition: { retry: { maxAttempts: 1, initialBackoffMs: 1, base: 1 } },
    });
    const { runId } = await app.start("editor", "Weather?");
    await app.finish();
    const [, , told, answer] = transcript(await messagesOf(app));
    expect(told).toMatch(/^tool: error MODEL_FAILED: .*Overloaded\.$/);
    expect(answer).toBe("assistant: Then without.");
    const { page } = await app.owner.runs.listToolCalls(app.ctx, { runId, cursor: null });
    expect(page).toMatchObject([{ state: { kind: "failed" } }]);
    expect(await leftovers(app)).toEqual({});
  });

  test("an early stop gives what it had said", async () => {
    const looks = { text: "Looking.", toolCalls: [{ toolName: "weather", input: { city: "Oslo" } }] };
    const app = await onceAsked([looks], { tools: { weather }, definition: { stopWhen: isStepCount(1) } });
    await app.start("editor", "Weather?");
    await app.finish();
    expect(transcript(await messagesOf(app))[2]).toBe("tool: text Looking.");
    expect(await leftovers(app)).toEqual({});
  });

  test("input that does not fit is told to the model, and opens nothing", async () => {
    const app = await aNestedApp({
      editor: {
        script: [
          {
            toolCalls: [
              { toolName: "researcher", input: { question: 1 } },
              { toolName: "researcher", input: { prompt: " " } },
            ],
          },
          { text: "Sorry." },
        ],
        asks: ["researcher"],
      },
      researcher: { script: [] },
    });
    const { runId } = await app.start("editor", "Go.");
    await app.finish();
    const said = transcript(await messagesOf(app));
    expect(said[2]).toMatch(/^tool: error .*`prompt` must be a text/);
    expect(said[3]).toMatch(/^tool: error PROMPT_EMPTY: /);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(await app.owner.threads.count(app.ctx)).toBe(1);
    expect(await leftovers(app)).toEqual({});
  });

  test("a very long answer enters as its start, and says so", async () => {
    const app = await onceAsked([{ text: "x".repeat(NESTED_ANSWER_MAX_BYTES + 1) }]);
    await app.start("editor", "Go.");
    await app.finish();
    const [, , answer] = await messagesOf(app);
    const whole = await app.owner.messages.read(app.ctx, { messageId: answer?.messageId ?? "", part: 0 });
    expect(whole).toHaveLength(NESTED_ANSWER_MAX_BYTES);
    expect(whole).toMatch(/\[The answer has 262145 bytes; this is its start\.\]$/);
  });

  test("is RUN_CODE_MOVED when its step is gone, and the run that asked goes on", async () => {
    const app = await onceAsked([{ text: "Never." }], {
      definition: { retry: { maxAttempts: 1, initialBackoffMs: 1, base: 1 } },
    });
    const { runId } = await app.start("editor", "Go.");
    await until(app, async () => (await nestedIn(app, runId)).length === 1);
    delete app.files.researcher?.step;
    await app.finish();
    const [child] = await nestedIn(app, runId);
    expect(child?.state).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect(transcript(await messagesOf(app))[2]).toMatch(/^tool: error RUN_CODE_MOVED: /);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(await leftovers(app)).toEqual({});
  });

  test("is RUN_CODE_MOVED when its whole file was moved in the middle, and nothing of it is left", async () => {
    const app: NestedApp = await onceAsked(
      [
        () => {
          app.files.researcher = {};
          return { toolCalls: [{ toolName: "weather", input: { city: "Oslo" } }] };
        },
      ],
      { tools: { weather } },
    );
    const { runId } = await app.start("editor", "Go.");
    await app.finish();
    const [child] = await nestedIn(app, runId);
    expect(child?.state).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect(await leftovers(app)).toEqual({});
  });

  test("is told as moved when it was gone before it was asked", async () => {
    const app = await onceAsked([]);
    const { runId } = await app.start("editor", "Go.");
    app.files.researcher = {};
    await app.finish();
    expect(transcript(await messagesOf(app))[2]).toMatch(/^tool: error RUN_CODE_MOVED: /);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(await leftovers(app)).toEqual({});
  });
});

describe("a tool that cannot ask as it is defined", () => {
  const aRunWith = (tools: Record<string, AgentTool>, asked: ScriptedTurn) =>
    aNestedApp({
      editor: { script: [asked, { text: "Then without." }], tools, asks: ["researcher"] },
      researcher: { script: [] },
    });
  const misnamed = agentTool({
    description: "Ask.",
    agent: { name: "researcher" } as Agent,
    run: () => reference<"mutation">("researcher:answer"),
  });

  test("is told as misnamed when its run goes by another name", async () => {
    const app = await aRunWith({ misnamed }, asks(["misnamed", "Oslo?"]));
    const { runId } = await app.start("editor", "Go.");
    await app.finish();
    expect(transcript(await messagesOf(app))[2]).toMatch(/^tool: error RUN_EXPORTS_MISNAMED: /);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(await app.owner.threads.count(app.ctx)).toBe(1);
    expect(await leftovers(app)).toEqual({});
  });

  test("is told as moved when a deploy changed it after it was asked", async () => {
    const app = await aRunWith({}, asks(["researcher", "Oslo?"]));
    const { runId } = await app.start("editor", "Go.");
    const changed = defineAgent(app.memory, {
      ...{ name: "editor", instructions: "Answer.", model: () => scriptedModel([]) },
    });
    app.files.editor = { ...app.files.editor, settle: changed.durable(app.workflow).settle };
    await app.finish();
    expect(transcript(await messagesOf(app))[2]).toMatch(/^tool: error RUN_CODE_MOVED: /);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(await leftovers(app)).toEqual({});
  });
});

describe("a run whose own tool is lost beside an agent that it asked", () => {
  test("fails when both are over, and leaves no event that nobody takes", async () => {
    const app: NestedApp = await aNestedApp({
      editor: {
        script: [
          {
            toolCalls: [
              { toolName: "weather", input: { city: "Rome" } },
              { toolName: "researcher", input: { prompt: "Oslo?" } },
            ],
          },
        ],
        asks: ["researcher"],
        tools: { weather },
      },
      researcher: { script: [{ text: "Seven." }] },
    });
    const { runId } = await app.start("editor", "Weather?");
    await until(app, async () => (await app.owner.runs.get(app.ctx, { runId })).steps === 1);
    delete app.files.editor?.step;
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect(await nestedIn(app, runId)).toMatchObject([{ state: { kind: "completed" } }]);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect(await leftovers(app)).toEqual({});
  });
});

describe("a nested run whose action is lost", () => {
  test("goes on alone: no second thread, no second call that was saved", async () => {
    const app = await aNestedApp({
      editor: { script: [asks(["researcher", "Oslo?"]), { text: "It is 7." }], asks: ["researcher"] },
      researcher: {
        script: [{ toolCalls: [{ toolName: "weather", input: { city: "Oslo" } }] }, { text: "Seven." }],
        tools: { weather },
      },
    });
    const { runId } = await app.start("editor", "Weather?");
    await until(app, async () => (await nestedIn(app, runId)).length === 1);
    const [child] = await nestedIn(app, runId);
    const { threadId = "" } = child ?? {};
    const args = { runId: child?.runId, as: { ...OWNER, agentName: "researcher" }, threadId, place: 0 };
    await app.t.action(reference<"action">("researcher:step"), args); // it saved, and its action was lost
    await app.finish();
    expect(app.models.researcher?.calls).toHaveLength(2);
    expect(app.models.editor?.calls).toHaveLength(2);
    expect(transcript(await messagesOf(app)).at(2)).toBe("tool: text Seven.");
    expect(await app.owner.threads.count(app.ctx)).toBe(2);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect(await leftovers(app)).toEqual({});
  });

  test("is not asked a second time when the step that asked is repeated", async () => {
    const app = await aNestedApp({
      editor: { script: [asks(["researcher", "Oslo?"]), { text: "It is 7." }], asks: ["researcher"] },
      researcher: { script: [{ text: "Seven." }] },
    });
    const { runId } = await app.start("editor", "Weather?");
    const workflowId = await app.inComponent("workflow", async ({ db }) =>
      idOf(await db.query("workflows").first()),
    );
    const args = { runId, as: OWNER, threadId: app.threadId, place: 0, workflowId };
    const outcome = (await app.t.action(reference<"action">("editor:step"), args)) as StepOutcome;
    expect(outcome.calls).toMatchObject([{ toolName: "researcher", nested: true }]);
    const context = { kind: "nest", ...{ as: OWNER, runId, path: "editor" }, ...callOf(outcome) };
    const nest = () =>
      app.t.mutation(reference<"mutation">("editor:settle"), { workflowId: "", result: null, context });
    expect(await nest()).toBe(await nest());
    await app.finish();
    expect(await nestedIn(app, runId)).toHaveLength(1);
    expect(app.models.researcher?.calls).toHaveLength(1);
    expect(transcript(await messagesOf(app)).at(-1)).toBe("assistant: It is 7.");
    expect(await nest()).toBeNull();
  });

  const idOf = (row: Record<string, unknown> | null): string => row?.["_id"] as string;
  const callOf = ({ calls: [call] }: StepOutcome) => ({ callId: call?.callId, toolName: call?.toolName });
});
