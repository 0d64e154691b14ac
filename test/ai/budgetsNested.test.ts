// Budgets where agents ask each other: a refusal is told to the model that asked, in words.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { agentTool, defineAgent, type AgentDefinition } from "../../src/ai/index.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { scriptedModel } from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";
import { dayOf, nextMidnight, PER_CALL, says, settings } from "./budgets.js";
import { hushed, leftovers, stateOf } from "./durableApp.js";
import { aNestedApp, asks, nestedIn, type NestedApp } from "./nestedApp.js";
import { anAgent, messagesOf, transcript } from "./support.js";

const NOON = Date.UTC(2026, 0, 15, 12);
const MIDNIGHT = nextMidnight(NOON);

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const asking = (name: string): ScriptedTurn => asks([name, "Oslo?"]);
const ofResearchers = (more: Partial<Parameters<typeof dayOf>[1]> = {}) =>
  dayOf(1, { per: "agent", ...more } as never);

const anApp = (script: ScriptedTurn[], definition: Partial<AgentDefinition>): Promise<NestedApp> =>
  aNestedApp({
    editor: {
      script: [asking("researcher"), { text: "First." }, asking("researcher"), { text: "Then without." }],
      asks: ["researcher"],
    },
    researcher: { script, definition: { settings, ...definition } },
  });
const settleNow = async ({ t }: NestedApp) => {
  for (let round = 0; round < 80; round++) {
    vi.advanceTimersByTime(200);
    await t.finishInProgressScheduledFunctions();
  }
};

describe("a nested durable run over its budget", () => {
  test("is told to the model that asked, which goes on", async () => {
    const app = await anApp([says("7.")], { budgets: [ofResearchers()] });
    await app.start("editor", "1?");
    await app.finish();
    const { runId } = await app.start("editor", "2?");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    const [, asked, told, answer] = transcript(await messagesOf(app)).slice(-4);
    expect(asked).toContain("researcher");
    expect(told).toMatch(/^tool: error BUDGET_EXCEEDED: .*500 tokens/);
    expect(answer).toBe("assistant: Then without.");
    expect(app.models.researcher?.calls).toHaveLength(1);
    expect(await leftovers(app)).toEqual({});
  });

  test("that fails in the middle is told so too", async () => {
    const looks = { ...says(""), text: "Looking.", toolCalls: [{ toolName: "nothing", input: {} }] };
    const app = await anApp([looks], { budgets: [ofResearchers()] });
    await app.start("editor", "1?");
    await app.finish();
    expect(transcript(await messagesOf(app))[2]).toMatch(/^tool: error BUDGET_EXCEEDED: /);
    expect(app.models.researcher?.calls).toHaveLength(1);
  });

  test("waits for a new day where it may, and the run that asked with it", async () => {
    const budgets = { rules: [ofResearchers()], whenExceeded: "wait" as const };
    const app = await anApp([says("7."), says("8.")], { budgets });
    await app.start("editor", "1?");
    await app.finish();
    const { runId } = await app.start("editor", "2?");
    await settleNow(app);
    const [child] = await nestedIn(app, runId);
    expect(child).toMatchObject({ state: { kind: "queued" }, waitsFor: "budget", waitsUntil: MIDNIGHT });
    vi.setSystemTime(MIDNIGHT);
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app)).at(-2)).toBe("tool: text 8.");
    expect(app.models.researcher?.calls).toHaveLength(2);
    expect(await leftovers(app)).toEqual({});
  });

  test("goes with the run that asked, when that is canceled", async () => {
    const budgets = { rules: [ofResearchers()], whenExceeded: "wait" as const };
    const app = await anApp([says("7.")], { budgets });
    await app.start("editor", "1?");
    await app.finish();
    const { runId } = await app.start("editor", "2?");
    await settleNow(app);
    await app.owner.runs.cancel(app.ctx, { runId });
    await settleNow(app);
    const [child] = await nestedIn(app, runId);
    expect(child?.state.kind).toBe("canceled");
    await app.finish();
    expect(await leftovers(app)).toEqual({});
    expect(app.models.researcher?.calls).toHaveLength(1);
  });
});

describe("agents of one user's budget", () => {
  test("spend it together, each call once", async () => {
    const budgets = [dayOf(20)];
    const app = await aNestedApp({
      editor: {
        script: [
          {
            ...says(""),
            text: undefined,
            toolCalls: [{ toolName: "researcher", input: { prompt: "Oslo?" } }],
          },
          says("Done."),
        ],
        asks: ["researcher"],
        definition: { settings, budgets },
      },
      researcher: { script: [says("7.")], definition: { settings, budgets } },
    });
    await app.start("editor", "1?");
    await app.finish();
    const status = await app.memory.as(OWNER).budgets.status(app.ctx, {});
    expect(status).toMatchObject([{ per: "user", spent: 3 * PER_CALL, reserved: 0 }]);
  });
});

describe("an agent that is asked inside an action", () => {
  test("is refused in words that the model reads", async () => {
    vi.useRealTimers();
    const script = [asking("researcher"), { text: "One." }, asking("researcher"), { text: "Without." }];
    const asker = await anAgent([], {}, "off");
    const researcher = defineAgent(asker.memory, {
      ...{ name: "researcher", model: () => scriptedModel([says("7.")]), instructions: "", settings },
      budgets: [ofResearchers()],
    });
    const model = scriptedModel(script);
    const editor = defineAgent(asker.memory, {
      ...{ name: "editor", model: () => model, instructions: "" },
      tools: { researcher: agentTool({ description: "Ask.", agent: researcher }) },
    });
    const { ctx, threadId } = asker;
    await editor.generate(ctx, { as: OWNER, threadId, prompt: "1?" });
    const { text } = await editor.generate(ctx, { as: OWNER, threadId, prompt: "2?" });
    expect(text).toBe("Without.");
    expect(transcript(await messagesOf(asker)).at(-2)).toMatch(/^tool: error BUDGET_EXCEEDED: .*500 tokens/);
  });
});
