// Runs as steps of an app's workflow, in a busy thread.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { OWNER } from "../support/aMemory.js";
import { aDurableApp, hushed, leftovers, reference, type DurableApp } from "./durableApp.js";
import { duringFirstCall, kindOf, spoken } from "./queueActs.js";

const HOUR_MS = 60 * 60_000;

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("agent.runIn in a busy thread", () => {
  const begin = (app: DurableApp, ...prompts: string[]) =>
    app.t.mutation(
      async (ctx) =>
        await app.workflow.start(ctx, reference<"mutation">("brief:brief"), {
          threadId: app.threadId,
          prompts,
        }),
    );
  const latestWaiting = async (app: DurableApp) => {
    const { page } = await app.owner.runs.list(app.ctx, { threadId: app.threadId, cursor: null });
    return page.find(({ state }) => state.kind === "queued" && state.startAt === undefined)?.runId ?? "";
  };
  const cleaned = async (app: DurableApp, workflowId: Awaited<ReturnType<typeof begin>>) => {
    await app.t.mutation(async (ctx) => await app.workflow.cleanup(ctx, workflowId));
    await app.finish();
    return await leftovers(app);
  };

  test("waits for its turn and gives its answer", async () => {
    const app = await aDurableApp([{ text: "One." }, { text: "Two." }, { text: "Three." }]);
    await app.start("1?");
    const workflowId = await begin(app, "2?", "3?");
    await app.finish();
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({
      type: "completed",
      result: [
        { text: "Two.", state: "completed" },
        { text: "Three.", state: "completed" },
      ],
    });
    expect((await spoken(app)).slice(0, 4)).toEqual([
      "user: 1?",
      "assistant: One.",
      "user: 2?",
      "assistant: Two.",
    ]);
    expect(await cleaned(app, workflowId)).toEqual({});
  });

  test("says that it was canceled when it is while it waits", async () => {
    const app = await aDurableApp([{ text: "One." }]);
    let waiting = "";
    duringFirstCall(app, async () => {
      waiting = await latestWaiting(app);
      await app.owner.runs.cancel(app.ctx, { runId: waiting });
    });
    await app.start("1?");
    const workflowId = await begin(app, "2?");
    await app.finish();
    expect(waiting).not.toBe("");
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({
      type: "completed",
      result: [{ text: "", state: "canceled", runId: waiting }],
    });
    expect(await cleaned(app, workflowId)).toEqual({});
  });

  test("says so too when its thread is removed while it waits", async () => {
    const app = await aDurableApp([{ text: "One." }, { text: "Never." }]);
    await app.start("1?", undefined, { startAt: Date.now() + HOUR_MS });
    let waiting = "";
    duringFirstCall(app, async () => {
      waiting = await latestWaiting(app);
      await app.owner.threads.remove(app.ctx, { threadId: app.threadId });
    });
    await app.start("2?");
    const workflowId = await begin(app, "3?");
    await app.finish();
    expect(waiting).not.toBe("");
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({
      type: "completed",
      result: [{ text: "", state: "canceled" }],
    });
    expect(await cleaned(app, workflowId)).toEqual({});
  });

  /** Two workflows were canceled, one before the first step of its run and one while its run waited. */
  async function twoCanceled(app: DurableApp) {
    const ids: Awaited<ReturnType<typeof begin>>[] = [];
    const runs = async () =>
      (await app.owner.runs.list(app.ctx, { threadId: app.threadId, cursor: null })).page
        .filter(({ turn }) => turn > 0)
        .map(({ state }) => state.kind)
        .sort();
    let before: string[] = [];
    duringFirstCall(app, async () => {
      before = await runs();
      await app.owner.runs.cancel(app.ctx, { runId: first.runId });
      for (const id of ids) await app.t.mutation(async (ctx) => await app.workflow.cancel(ctx, id));
    });
    const first = await app.start("0?");
    ids.push(await begin(app, "1?"), await begin(app, "2?"));
    await app.finish();
    expect(before).toEqual(["queued", "queued"]);
    expect(await runs()).toEqual(["queued", "running"]);
    return runs;
  }

  test("frees the thread when its workflow is canceled before the first step, and while it waits", async () => {
    const app = await aDurableApp([{ text: "Never kept." }, { text: "Here." }]);
    const runs = await twoCanceled(app);
    const third = await app.start("3?");
    expect(await kindOf(app, third)).toBe("running");
    expect(await runs()).toEqual(["canceled", "failed", "running"]);
    await app.finish();
    expect((await spoken(app)).at(-1)).toBe("assistant: Here.");
    expect(await kindOf(app, third)).toBe("completed");
    expect((await app.owner.threads.get(app.ctx, { threadId: app.threadId })).activeRunId).toBeUndefined();
  });

  test.each(["generate", "stream"] as const)(
    "lets %s go on behind a workflow that was canceled",
    async (method) => {
      for (const whileRunning of ["queue", "reject"] as const) {
        const app = await aDurableApp([{ text: "Never kept." }, { text: "Here." }]);
        await twoCanceled(app);
        const asked = { as: OWNER, threadId: app.threadId, prompt: "3?", whileRunning };
        expect((await app.agent[method](app.ctx, asked)).text).toBe("Here.");
        expect(
          (await app.owner.threads.get(app.ctx, { threadId: app.threadId })).activeRunId,
        ).toBeUndefined();
      }
    },
  );

  test("goes on behind one itself", async () => {
    const app = await aDurableApp([{ text: "Never kept." }, { text: "Here." }]);
    await twoCanceled(app);
    const workflowId = await begin(app, "3?");
    await app.finish();
    expect(await app.workflow.status(app.ctx, workflowId)).toMatchObject({ result: [{ text: "Here." }] });
  });
});
