// Budgets of runs in an action.
import { describe, expect, test } from "vitest";
import { defineAgent, type AgentDefinition } from "../../src/ai/index.js";
import { scriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { aMemory, codeOf, OWNER } from "../support/aMemory.js";
import {
  aThermometer,
  asksWeather,
  dayOf,
  nextMidnight,
  PER_CALL,
  refusalOf,
  says,
  settings,
} from "./budgets.js";
import { anAgent, messagesOf, transcript, type TestAgent } from "./support.js";

const anAgentWith = (script: ScriptedTurn[], definition: Partial<AgentDefinition>) =>
  anAgent(script, { settings, ...definition }, "off");
const ask = ({ agent, ctx, threadId }: TestAgent, prompt = "Oslo?") =>
  agent.generate(ctx, { as: OWNER, threadId, prompt });

describe.each(["generate", "stream"] as const)("over a hard budget agent.%s", (call) => {
  const askWith = ({ agent, ctx, threadId }: TestAgent, prompt = "Oslo?") =>
    agent[call](ctx, { as: OWNER, threadId, prompt });

  test("is refused before anything is said, with which budget and its figures", async () => {
    const helper = await anAgentWith([says("7."), says("8.")], { budgets: [dayOf(1)] });
    await askWith(helper);
    const { code, message, details } = await refusalOf(askWith(helper, "And Bergen?"));
    expect(code).toBe("BUDGET_EXCEEDED");
    expect(message).toContain(String(PER_CALL));
    expect(details).toMatchObject({
      ...{ per: "user", unit: "tokens", period: "day", limit: PER_CALL, spent: PER_CALL, reserved: 0 },
      resetsAt: nextMidnight(),
    });
    expect(transcript(await messagesOf(helper))).toEqual(["user: Oslo?", "assistant: 7."]);
    expect(helper.model.calls).toHaveLength(1);
    expect(
      (await helper.owner.runs.list(helper.ctx, { threadId: helper.threadId, cursor: null })).page,
    ).toHaveLength(1);
  });

  test("fails in the middle before the model is called, and its tools do not run", async () => {
    const { read, weather } = aThermometer();
    const helper = await anAgentWith([asksWeather("Oslo", "Bergen"), says("7.")], {
      budgets: [dayOf(1)],
      tools: { weather },
    });
    const { code, details } = await refusalOf(askWith(helper));
    expect(code).toBe("BUDGET_EXCEEDED");
    expect(details).toMatchObject({
      per: "user",
      limit: PER_CALL,
      spent: PER_CALL,
      resetsAt: nextMidnight(),
    });
    expect(helper.model.calls).toHaveLength(1);
    expect(read).not.toHaveBeenCalled();
    const run = await helper.owner.runs.get(helper.ctx, { runId: String(details.runId) });
    expect(run).toMatchObject({
      state: { kind: "failed", code: "BUDGET_EXCEEDED" },
      exceeded: { per: "user", limit: PER_CALL, spent: PER_CALL, resetsAt: nextMidnight() },
      totals: { calls: 1, inputTokens: 400, outputTokens: 100 },
    });
    const said = await messagesOf(helper);
    expect(said.every(({ state }) => state.kind === "complete")).toBe(true);
    expect(said.filter(({ role }) => role === "tool")).toHaveLength(2); // the group is whole
  });

  test("goes on while there is room", async () => {
    const { read, weather } = aThermometer();
    const script = [asksWeather("Oslo"), says("7."), says("8.")];
    const helper = await anAgentWith(script, { budgets: [dayOf(3)], tools: { weather } });
    expect(await askWith(helper)).toMatchObject({ text: "7.", state: { kind: "completed" } });
    expect(await askWith(helper)).toMatchObject({ text: "8." });
    expect(read).toHaveBeenCalledTimes(1);
    expect(await codeOf(askWith(helper))).toBe("BUDGET_EXCEEDED");
  });
});

describe("a budget in an action", () => {
  test("per run ends the run that passes it, and no other", async () => {
    const { weather } = aThermometer();
    const perRun = { per: "run", unit: "tokens", limit: PER_CALL } as const;
    const helper = await anAgentWith([asksWeather("Oslo"), says("7.")], {
      budgets: [perRun],
      tools: { weather },
    });
    const { code, details } = await refusalOf(ask(helper));
    expect({ code, details }).toMatchObject({
      code: "BUDGET_EXCEEDED",
      details: { per: "run", period: "lifetime", resetsAt: null },
    });
    expect(await ask(helper, "Again?")).toMatchObject({ text: "7." });
  });

  test("refuses a call that has waited for its turn when that comes", async () => {
    const helper = await anAgentWith([says("1.")], { budgets: [dayOf(1)] });
    const [first, second] = await Promise.allSettled([ask(helper, "1?"), ask(helper, "2?")]);
    expect(first).toMatchObject({ status: "fulfilled", value: { text: "1." } });
    expect(second).toMatchObject({
      status: "rejected",
      reason: { data: { code: "BUDGET_EXCEEDED", details: { per: "user", spent: PER_CALL } } },
    });
    expect(helper.model.calls).toHaveLength(1);
  });

  test("refuses a run that has waited for an approval, and has no room by then", async () => {
    const { read, weather } = aThermometer();
    const held = { ...weather, approval: { timeoutMs: 60_000, ask: () => true } };
    const helper = await anAgentWith([asksWeather("Oslo"), says("1."), says("7.")], {
      budgets: [dayOf(2)],
      tools: { weather: held },
    });
    const { runId, state } = await ask(helper);
    expect(state.kind).toBe("awaitingApproval");
    const { threadId: other } = await helper.owner.threads.create(helper.ctx, {});
    await ask({ ...helper, threadId: other }, "Meanwhile?");
    const [waiting] = await helper.owner.runs.listWaiting(helper.ctx, { runId });
    await helper.owner.runs.decide(helper.ctx, {
      runId,
      decisions: [{ kind: "approve", callId: waiting?.callId ?? "" }],
    });
    const resumed = helper.agent.resume(helper.ctx, { as: OWNER, runId });
    expect((await refusalOf(resumed)).code).toBe("BUDGET_EXCEEDED");
    expect(read, "what was approved is done").toHaveBeenCalledTimes(1);
    expect(helper.model.calls).toHaveLength(2);
  });

  test("is told again to a repeat of the call that it ended", async () => {
    const { weather } = aThermometer();
    const helper = await anAgentWith([asksWeather("Oslo")], { budgets: [dayOf(1)], tools: { weather } });
    const again = () =>
      helper.agent.generate(helper.ctx, {
        ...{ as: OWNER, threadId: helper.threadId, prompt: "Oslo?", operationId: "once" },
      });
    const first = await refusalOf(again());
    expect(await refusalOf(again())).toEqual(first);
    expect(helper.model.calls).toHaveLength(1);
  });

  test("of the app alone holds for an agent that says `true`, and not for one that says nothing", async () => {
    const script = [says("1."), says("2."), says("3.")];
    const strict = await anAgentWith(script, { budgets: true });
    const set = {
      ...OWNER,
      per: "user",
      unit: "tokens",
      period: "day",
      limit: PER_CALL,
      mode: "hard",
    } as const;
    await strict.memory.asSystem().budgets.set(strict.ctx, set);
    await ask(strict);
    expect(await codeOf(ask(strict))).toBe("BUDGET_EXCEEDED");
    const free = await anAgentWith(script, {});
    await free.memory.asSystem().budgets.set(free.ctx, set);
    await ask(free);
    await ask(free);
    expect(free.model.calls).toHaveLength(2);
  });

  test("of a memory holds for all its agents together, but for one that says `false`", async () => {
    const { memory, ctx } = aMemory({}, { budgets: [dayOf(2)], logs: "off" });
    const { threadId } = await memory.as(OWNER).threads.create(ctx, {});
    const answered = async (name: string, budgets?: false) => {
      const model = scriptedModel([says(name)]);
      const agent = defineAgent(memory, {
        ...{ name, model: () => model, instructions: "", settings },
        budgets,
      });
      return await codeOf(agent.generate(ctx, { as: OWNER, threadId, prompt: name }));
    };
    expect(await answered("one")).toBe("ok");
    expect(await answered("other")).toBe("ok");
    expect(await answered("third")).toBe("BUDGET_EXCEEDED");
    expect(await answered("free", false)).toBe("ok");
  });

  test("costs a turn no further call of the component", async () => {
    const { weather } = aThermometer();
    const callsOf = async (budgets: AgentDefinition["budgets"]) => {
      const helper = await anAgentWith([asksWeather("Oslo"), says("7.")], { budgets, tools: { weather } });
      await ask(helper);
      return helper.calls;
    };
    const plain = await callsOf(undefined);
    expect(plain).toEqual(["turns.begin", "turns.saveStep", "turns.saveStep"]);
    expect(await callsOf([dayOf(9), { per: "run", unit: "tokens", limit: 9 * PER_CALL }])).toEqual(plain);
  });

  test("refuses a cost whose price is not known", async () => {
    const helper = await anAgentWith([says("1.")], { budgets: [dayOf(1, { unit: "cost" })] });
    expect(await codeOf(ask(helper))).toBe("PRICE_UNKNOWN");
    expect(await messagesOf(helper)).toEqual([]);
  });

  test("of cost holds by the prices of the model that it names", async () => {
    const helper = await anAgentWith([says("1."), says("2.")], {
      budgets: [{ per: "user", unit: "cost", period: "month", limit: 600 }],
    });
    const periods = [{ version: 1, from: 0, prices: { input: 1_000_000, output: 2_000_000 } }];
    await helper.inside(async ({ db }) => {
      await db.insert("prices" as never, { provider: "scripted", model: "scripted-1", periods } as never);
    });
    await ask(helper);
    expect(await refusalOf(ask(helper))).toMatchObject({
      code: "BUDGET_EXCEEDED",
      details: { unit: "cost", limit: 600, spent: 600, period: "month" },
    });
  });

  test("that waits is refused in an action, which cannot", async () => {
    const helper = await anAgentWith([says("1.")], {
      budgets: { rules: [dayOf(1)], whenExceeded: "wait" },
    });
    await ask(helper);
    expect(await codeOf(ask(helper))).toBe("BUDGET_EXCEEDED");
  });
});
