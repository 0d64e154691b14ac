import { isStepCount } from "ai";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { aDurableApp, hushed, leftovers, reference, stateOf, type DurableApp } from "./durableApp.js";
import { asksFor, messagesOf, transcript, weather } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const steered = defineTool({
  description: "Steers its own run.",
  inputSchema: z.object({}),
  execute: (ctx) => ctx.memory.runs.steer(ctx, { runId: ctx.runId, prompt: "In Celsius." }),
});
const asksToSteer = { toolCalls: [{ toolName: "steered", input: {} }] };
const rolesShown = ({ model }: DurableApp, call: number) =>
  model.calls[call]?.prompt.slice(1).map(({ role }) => role);

describe("a durable run that is steered", () => {
  test("before its first step reads it with that", async () => {
    const app = await aDurableApp([{ text: "8." }]);
    const { runId } = await app.start("Oslo?");
    await app.owner.runs.steer(app.ctx, { runId, prompt: "I mean Bergen." });
    await app.finish();
    expect(rolesShown(app, 0)).toEqual(["user", "user"]);
    expect(transcript(await messagesOf(app))).toEqual([
      ...["user: Oslo?", "user: I mean Bergen.", "assistant: 8."],
    ]);
    expect(await leftovers(app)).toEqual({});
  });

  test("while a tool runs reads it with the next step", async () => {
    const app = await aDurableApp([asksToSteer, { text: "7." }], { tools: { steered } });
    const { runId } = await app.start("Weather?");
    await app.finish();
    expect(rolesShown(app, 1)).toEqual(["user", "assistant", "tool", "user"]);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
  });

  test.each([true, false])("while its model gives the last answer goes on (streams: %s)", async (stream) => {
    const app = await aDurableApp([{ text: "7." }, { text: "8." }], { stream });
    let runId = "";
    const method = stream ? "doStream" : "doGenerate";
    const ask = app.model[method].bind(app.model) as (asked: never) => Promise<never>;
    vi.spyOn(app.model, method).mockImplementationOnce(async (asked) => {
      await app.owner.runs.steer(app.ctx, { runId, prompt: "I mean Bergen." });
      return await ask(asked as never);
    });
    ({ runId } = await app.start("Oslo?"));
    await app.finish();
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))).toEqual([
      ...["user: Oslo?", "assistant: 7.", "user: I mean Bergen.", "assistant: 8."],
    ]);
    expect(await leftovers(app)).toEqual({});
  });

  test("while the tools run behind which it would stop answers that, and counts its steps anew", async () => {
    const app = await aDurableApp([asksToSteer, asksFor("Oslo"), { text: "Never." }], {
      ...{ tools: { steered, weather }, stopWhen: isStepCount(1) },
    });
    const { runId } = await app.start("Weather?");
    await app.finish();
    expect(app.model.calls).toHaveLength(2);
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app)).slice(-3)).toEqual([
      "user: In Celsius.",
      'assistant: weather({"city":"Oslo"})',
      'tool: json {"city":"Oslo","degrees":7}',
    ]);
    expect(await leftovers(app)).toEqual({});
  });

  test("reports the last of its answers to a workflow around it", async () => {
    const app = await aDurableApp([asksToSteer, { text: "44." }, { text: "Next." }], { tools: { steered } });
    const args = { threadId: app.threadId, prompts: ["Weather?", "Well?"] };
    const brief = reference<"mutation">("brief:brief");
    const workflowId = await app.t.mutation(async (ctx) => await app.workflow.start(ctx, brief, args));
    await app.finish();
    const status = await app.workflow.status(app.ctx, workflowId);
    expect(status).toMatchObject({ type: "completed", result: [{ text: "44." }, { text: "Next." }] });
    const said = transcript(await messagesOf(app)).filter((line) => !line.includes("steered"));
    expect(said.filter((line) => !line.startsWith("tool"))).toEqual([
      ...["user: Weather?", "user: In Celsius.", "assistant: 44.", "user: Well?", "assistant: Next."],
    ]);
  });
});
