import { isStepCount, Output } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineAgent } from "../../src/ai/index.js";
import { codeOf, OWNER, STRANGER } from "../support/aMemory.js";
import { busyModel } from "./busyModel.js";
import { aDurableApp, hushed, stateOf } from "./durableApp.js";
import { anAgent, asksFor, messagesOf, weather, type TestAgent } from "./support.js";

const place = Output.object({ schema: z.object({ city: z.string(), degrees: z.number() }) });
const ask = ({ threadId }: TestAgent) => ({ as: OWNER, threadId, prompt: "Go." });

describe("an answer that is to be a value", () => {
  test.each([
    {
      what: "an object",
      output: place,
      text: '{"city":"Oslo","degrees":7}',
      value: { city: "Oslo", degrees: 7 },
    },
    {
      what: "a list",
      output: Output.array({ element: z.number() }),
      text: '{"elements":[1,2]}',
      value: [1, 2],
    },
    {
      what: "a choice",
      output: Output.choice({ options: ["sun", "rain"] }),
      text: '{"result":"rain"}',
      value: "rain",
    },
  ])(
    "is read as $what, whole or streamed, and again for a repeated call",
    async ({ output, text, value }) => {
      const helper = await anAgent([{ text }, { text }], { output });
      const once = { ...ask(helper), operationId: "once" };
      expect((await helper.agent.generate(helper.ctx, once)).output).toEqual(value);
      expect((await helper.agent.generate(helper.ctx, once)).output).toEqual(value);
      expect(helper.model.calls).toHaveLength(1);
      expect((await helper.agent.stream(helper.ctx, ask(helper))).output).toEqual(value);
    },
  );

  test("of one call has that call's type", async () => {
    const helper = await anAgent([{ text: '{"city":"Oslo","degrees":7}' }, { text: "Words." }]);
    const { output } = await helper.agent.generate(helper.ctx, { ...ask(helper), output: place });
    const degrees: number | undefined = output?.degrees;
    expect(degrees).toBe(7);
    expect(await helper.agent.generate(helper.ctx, ask(helper))).not.toHaveProperty("output");
  });

  test("is read from the last step alone, and there is none when tools end the turn", async () => {
    const helper = await anAgent(
      [asksFor("Oslo"), { text: '{"city":"Oslo","degrees":7}' }, asksFor("Rome")],
      {
        tools: { weather },
        output: place,
        stopWhen: isStepCount(2),
      },
    );
    expect((await helper.agent.generate(helper.ctx, ask(helper))).output).toEqual({
      city: "Oslo",
      degrees: 7,
    });
    const stopped = await anAgent([{ text: "I look.", ...asksFor("Rome") }], {
      tools: { weather },
      output: place,
      stopWhen: isStepCount(1),
    });
    const once = { ...ask(stopped), operationId: "once" };
    for (let time = 0; time < 2; time++) {
      const result = await stopped.agent.generate(stopped.ctx, once);
      expect(result).toMatchObject({ text: "I look.", state: { kind: "completed" } });
      expect(result).not.toHaveProperty("output");
    }
    const { runId } = await stopped.agent.generate(stopped.ctx, once);
    expect(await codeOf(stopped.agent.outputOf(stopped.ctx, { as: OWNER, runId }))).toBe("RUN_ENDED");
  });

  test("is that of the last answer where a message came meanwhile, and of a run that was taken over", async () => {
    const said = ['{"city":"Oslo","degrees":7}', '{"city":"Rome","degrees":20}'];
    const helper = await anAgent([]);
    const { ctx, owner, threadId } = helper;
    const model = busyModel(
      said.map((text) => ({ text })),
      {
        0: async () => {
          const run = await owner.runs.latest(ctx, { threadId });
          await owner.runs.steer(ctx, {
            runId: run?.runId ?? "",
            prompt: [{ type: "text", text: "And Rome?" }],
          });
        },
      },
    );
    const agent = defineAgent(helper.memory, {
      name: "helper",
      instructions: "",
      model: () => model,
      output: place,
    });
    const { output, steps } = await agent.generate(ctx, { ...ask(helper), operationId: "once" });
    expect([output, steps]).toEqual([{ city: "Rome", degrees: 20 }, 2]);
    const again = await agent.generate(ctx, { ...ask(helper), operationId: "once", resume: true });
    expect(again.output).toEqual({ city: "Rome", degrees: 20 });
  });

  test.each([
    ["no JSON", "It is cold."],
    ["of another shape", '{"city":"Oslo"}'],
    ["empty", ""],
  ])("and is %s fails the turn, and is paid for and kept", async (_what, text) => {
    for (const how of ["generate", "stream"] as const) {
      const helper = await anAgent([{ text }], { output: place });
      expect(await codeOf(helper.agent[how](helper.ctx, ask(helper)))).toBe("OUTPUT_INVALID");
      const run = await helper.owner.runs.latest(helper.ctx, { threadId: helper.threadId });
      expect(run).toMatchObject({ state: { kind: "failed", code: "OUTPUT_INVALID" }, totals: { calls: 1 } });
      const said = (await messagesOf(helper)).slice(1).flatMap(({ parts }) => parts);
      expect(said).toEqual(text === "" ? [] : [{ type: "text", text }]);
    }
  });
});

describe("the value of a durable run", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    hushed();
  });
  afterEach(() => vi.useRealTimers());

  test("is read by the run's id, once there is one", async () => {
    const app = await aDurableApp([{ text: '{"city":"Oslo","degrees":7}' }], { output: place });
    const { runId } = await app.start("Go.");
    const read = (as = OWNER) => app.agent.outputOf(app.ctx, { as, runId });
    expect(await codeOf(read())).toBe("RUN_ACTIVE");
    await app.finish();
    expect(await read()).toEqual({ city: "Oslo", degrees: 7 });
    expect(await codeOf(read(STRANGER))).toBe("RUN_NOT_FOUND");
  });

  test("that does not fit fails the run at once: asking again is the app's to decide", async () => {
    const app = await aDurableApp([{ text: "Cold." }], { output: place });
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "OUTPUT_INVALID" });
    expect(app.model.calls).toHaveLength(1);
    expect(await codeOf(app.agent.outputOf(app.ctx, { as: OWNER, runId }))).toBe("RUN_ENDED");
  });

  test("is none of an agent whose answers are texts", async () => {
    const app = await aDurableApp([{ text: "Hi." }]);
    const { runId } = await app.start("Go.");
    await app.finish();
    expect(await codeOf(app.agent.outputOf(app.ctx, { as: OWNER, runId }))).toBe("AGENT_INVALID");
  });
});
