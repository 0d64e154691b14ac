// What happens to a run when several things happen to it: waits, interruptions, queues, steering, nesting, removal.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { codeOf, OWNER } from "../support/aMemory.js";
import { approveAll, askHuman, asksHuman, aWaitingRun, payments, pays, settled } from "./approvals.js";
import { aDurableApp, hushed, leftovers, reference, stateOf, type DurableApp } from "./durableApp.js";
import { aNestedApp, asks } from "./nestedApp.js";
import { kindOf, settleNow, spoken } from "./queueActs.js";
import { anAgent, messagesOf, transcript } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const INTERRUPT = { whileRunning: "interrupt" as const };
const INTERRUPTED = "The tool was interrupted; it may or may not have had an effect.";

type InComponent = {
  runInComponent: <Output>(path: string, handler: (ctx: { db: Db }) => Promise<Output>) => Promise<Output>;
};
type Db = { system: { query: (table: string) => { collect: () => Promise<Job[]> } } };
type Job = { name: string; state: { kind: string } };
/** Timers of runs that are still to go off. */
const timersOf = ({ t }: Pick<DurableApp, "t">): Promise<string[]> =>
  (t as unknown as InComponent).runInComponent("agentMemory", async ({ db }) =>
    (await db.system.query("_scheduled_functions").collect()).flatMap(({ name, state }) =>
      state.kind === "pending" && name.includes("runs") ? [name] : [],
    ),
  );

describe("a durable run that waits for an approval", () => {
  test("is interrupted: the call is closed, what waited goes, and the new prompt is answered first", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(50), { text: "New." }, { text: "Queued." }], { pay });
    const queued = await app.start("Queued?");
    expect(await timersOf(app)).toHaveLength(1);
    const next = await app.start("New?", undefined, INTERRUPT);
    expect(next.state).toBe("running");
    expect(await stateOf(app, app.runId)).toMatchObject({ kind: "canceled" });
    expect(await timersOf(app)).toEqual([]);
    expect(await codeOf(approveAll(app, app.runId, "pay-1"))).toBe("RUN_ENDED");
    await app.finish();
    expect([await kindOf(app, next), await kindOf(app, queued)]).toEqual(["completed", "completed"]);
    expect(await spoken(app)).toEqual([
      ...["user: Go.", 'assistant: pay({"amount":50})', `tool: interrupted ${INTERRUPTED}`],
      ...["user: Queued?", "assistant: Queued.", "user: New?", "assistant: New."],
    ]);
    expect(paid).toEqual([]);
    expect(await leftovers(app)).toEqual({});
  });

  test("lets go of one that is canceled behind it, and then of the next", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(50), { text: "Paid." }, { text: "Three." }], { pay });
    const two = await app.start("2?");
    const three = await app.start("3?");
    await app.owner.runs.cancel(app.ctx, { runId: two.runId });
    await settled(app);
    expect(await kindOf(app, three)).toBe("queued");
    await approveAll(app, app.runId, "pay-1");
    await app.finish();
    expect(paid).toEqual([50]);
    expect([await kindOf(app, app), await kindOf(app, two), await kindOf(app, three)]).toEqual([
      ...["completed", "canceled", "completed"],
    ]);
    expect((await spoken(app)).slice(-3)).toEqual(["user: 2?", "user: 3?", "assistant: Three."]);
    expect(await leftovers(app)).toEqual({});
  });

  test("is steered, denied and goes on with both", async () => {
    const { pay, paid } = payments();
    const app = await aWaitingRun([pays(50), { text: "Cancelled." }], { pay });
    await app.owner.runs.steer(app.ctx, { runId: app.runId, prompt: "Rather not." });
    await app.owner.runs.deny(app.ctx, { runId: app.runId, callId: "pay-1", reason: "See above." });
    await app.finish();
    expect(paid).toEqual([]);
    expect(await spoken(app)).toEqual([
      ...["user: Go.", 'assistant: pay({"amount":50})', "tool: denied See above.", "user: Rather not."],
      "assistant: Cancelled.",
    ]);
    expect(await leftovers(app)).toEqual({});
  });

  test("waits inside of an app's workflow, whose next run waits for it", async () => {
    const { pay, paid } = payments();
    const app = await aDurableApp([pays(50), { text: "Paid." }, { text: "Next." }], { tools: { pay } });
    const args = { threadId: app.threadId, prompts: ["Pay.", "Next?"] };
    const brief = reference<"mutation">("brief:brief");
    const workflowId = await app.t.mutation(async (ctx) => await app.workflow.start(ctx, brief, args));
    await settled(app);
    const run = await app.owner.runs.latest(app.ctx, { threadId: app.threadId });
    const runId = run?.runId ?? "";
    expect(run?.state.kind).toBe("awaitingApproval");
    await app.owner.runs.steer(app.ctx, { runId, prompt: "Now, please." });
    await approveAll(app, runId, "pay-1");
    await app.finish();
    expect(paid).toEqual([50]);
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({
      type: "completed",
      result: [
        { runId, text: "Paid.", state: "completed" },
        { text: "Next.", state: "completed" },
      ],
    });
    await app.t.mutation(async (ctx) => await app.workflow.cleanup(ctx, workflowId));
    await app.finish();
    expect(await leftovers(app)).toEqual({});
  });

  test("in an app's workflow is interrupted: the workflow hears that it was canceled and goes on", async () => {
    const { pay } = payments();
    const app = await aDurableApp([pays(50), { text: "New." }, { text: "Next." }], { tools: { pay } });
    const args = { threadId: app.threadId, prompts: ["Pay.", "Next?"] };
    const brief = reference<"mutation">("brief:brief");
    const workflowId = await app.t.mutation(async (ctx) => await app.workflow.start(ctx, brief, args));
    await settled(app);
    await app.start("New?", undefined, INTERRUPT);
    await app.finish();
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({
      type: "completed",
      result: [{ state: "canceled" }, { text: "Next.", state: "completed" }],
    });
    await app.t.mutation(async (ctx) => await app.workflow.cleanup(ctx, workflowId));
    await app.finish();
    expect(await leftovers(app)).toEqual({});
  });
});

describe("a run in an action that waits for an approval", () => {
  const aScene = async () => {
    vi.useRealTimers();
    const { pay, paid } = payments();
    const helper = await anAgent([pays(50), { text: "Then." }, { text: "Never." }], { tools: { pay } });
    const { agent, ctx, threadId } = helper;
    const ask = { as: OWNER, threadId, prompt: "Go." };
    const { runId } = await agent.generate(ctx, ask);
    return { ...helper, paid, ask, runId };
  };

  test("is interrupted, and resume tells so", async () => {
    const { agent, ctx, owner, ask, runId, paid, ...rest } = await aScene();
    const { text } = await agent.generate(ctx, { ...ask, prompt: "New?", ...INTERRUPT });
    expect(text).toBe("Then.");
    expect(await codeOf(owner.runs.approve(ctx, { runId, callId: "pay-1" }))).toBe("RUN_ENDED");
    expect(await agent.resume(ctx, { as: OWNER, runId })).toMatchObject({ state: { kind: "canceled" } });
    expect(paid).toEqual([]);
    expect(transcript(await messagesOf({ ctx, owner, threadId: rest.threadId }))[2]).toBe(
      `tool: interrupted ${INTERRUPTED}`,
    );
  });

  test("is steered, approved, resumed, steered again while that goes on, and answers all", async () => {
    const { agent, ctx, owner, runId, paid, model, threadId } = await aScene();
    await owner.runs.steer(ctx, { runId, prompt: "In euros." });
    await owner.runs.approve(ctx, { runId, callId: "pay-1" });
    const doGenerate = model.doGenerate.bind(model);
    vi.spyOn(model, "doGenerate").mockImplementationOnce(async (options) => {
      await owner.runs.steer(ctx, { runId, prompt: "And dollars." });
      return await doGenerate(options);
    });
    const { text, steps, usage } = await agent.resume(ctx, { as: OWNER, runId });
    expect({ text, steps, calls: usage.calls }).toEqual({ text: "Never.", steps: 3, calls: 3 });
    expect(paid).toEqual([50]);
    expect(model.calls[1]?.prompt.slice(1).map(({ role }) => role)).toEqual([
      ...["user", "assistant", "tool", "user"],
    ]);
    expect(transcript(await messagesOf({ ctx, owner, threadId })).slice(3)).toEqual([
      ...["user: In euros.", "assistant: Then.", "user: And dollars.", "assistant: Never."],
    ]);
  });
});

describe("a nested run that waits for an approval", () => {
  test("goes with the run that asked when that is interrupted", async () => {
    const { pay, paid } = payments();
    const app = await aNestedApp({
      writer: { script: [asks(["researcher", "Pay."]), { text: "New." }], asks: ["researcher"] },
      researcher: { script: [pays(50), { text: "Never." }], tools: { pay } },
    });
    const { runId } = await app.start("writer", "Go.");
    await settled(app);
    const [child] = (await app.owner.runs.listNested(app.ctx, { runId, cursor: null })).page;
    expect(child?.state.kind).toBe("awaitingApproval");
    const writer = app.agents["writer"];
    const run = reference<"mutation">("writer:run");
    const ask = { as: OWNER, threadId: app.threadId, prompt: "New?", ...INTERRUPT };
    await app.t.mutation(async (ctx) => await writer?.start(ctx, run, ask));
    const late = app.owner.runs.approve(app.ctx, { runId: child?.runId ?? "", callId: "pay-1" });
    expect(await codeOf(late)).toBe("RUN_ENDED");
    await app.finish();
    expect(paid).toEqual([]);
    const ended = (await app.owner.runs.listNested(app.ctx, { runId, cursor: null })).page;
    expect(ended).toMatchObject([{ state: { kind: "canceled" } }]);
    expect(await timersOf(app)).toEqual([]);
    expect(transcript(await messagesOf(app)).slice(-2)).toEqual(["user: New?", "assistant: New."]);
    expect(await leftovers(app)).toEqual({});
  });
});

describe("a thread that is removed", () => {
  const HOUR_MS = 60 * 60_000;
  const states: [string, (app: DurableApp) => Promise<unknown>][] = [
    ["while a run has not yet begun to work", (app) => app.start("Go.")],
    [
      "while a run waits for an approval, with one behind it that was steered to wait",
      async (app) => {
        const { runId } = await app.start("Pay.");
        await settled(app);
        await app.owner.runs.steer(app.ctx, { runId, prompt: "Quickly." });
        await app.start("Next?", "op");
        expect(await kindOf(app, { runId })).toBe("awaitingApproval");
      },
    ],
    [
      "while a run waits for a result",
      async (app) => {
        const { runId } = await app.start("Pay.");
        await settled(app);
        await approveAll(app, runId, "pay-1");
        await settled(app);
        expect(await kindOf(app, { runId })).toBe("awaitingResult");
      },
    ],
    [
      "before a run's time has come",
      (app) => app.start("Later.", undefined, { startAt: Date.now() + HOUR_MS }),
    ],
    [
      "behind a scheduled run that was canceled",
      async (app) => {
        const { runId } = await app.start("Later.", undefined, { startAt: Date.now() + HOUR_MS });
        await app.owner.runs.cancel(app.ctx, { runId });
        expect(await timersOf(app)).toEqual([]);
      },
    ],
    [
      "while a workflow's run waits for an approval",
      async (app) => {
        const args = { threadId: app.threadId, prompts: ["Pay."] };
        const brief = reference<"mutation">("brief:brief");
        await app.t.mutation(async (ctx) => await app.workflow.start(ctx, brief, args));
        await settled(app);
      },
    ],
  ];
  test.each(states)("%s leaves no row, no workflow and no timer", async (_state, reach) => {
    const { pay } = payments();
    const app = await aDurableApp([pays(50), asksHuman("Sure?"), { text: "Never." }], {
      tools: { pay, askHuman },
    });
    await reach(app);
    await app.owner.threads.remove(app.ctx, { threadId: app.threadId });
    await settleNow(app);
    expect(await timersOf(app)).toEqual([]);
    await settled(app);
    const left = await leftovers(app);
    if (_state.includes("workflow's"))
      expect(left).toMatchObject({ "workflow.workflows": expect.any(Number) as number });
    else expect(left).toEqual({});
    for (const table of [
      "threads",
      "threadHeads",
      "runs",
      "messages",
      "toolCalls",
      "streams",
      "recallEntries",
    ])
      expect([table, await app.rowsOf("agentMemory", table)]).toEqual([table, 0]);
    await app.finish();
    expect(await app.rowsOf("agentMemory", "operations")).toBe(0);
  });
});
