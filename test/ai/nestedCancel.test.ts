import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import { scriptedModel, type ScriptedCallOptions } from "../../src/testing/scriptedModel.js";
import { hushed, leftovers, stateOf } from "./durableApp.js";
import { asks, aNestedApp, nestedIn, totals, usedBy, type NestedApp } from "./nestedApp.js";
import { messagesOf, transcript } from "./support.js";

beforeEach(() => {
  vi.useFakeTimers();
  hushed();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("canceling", () => {
  /** An editor that asks a researcher, which asks an archivist, whose tool does something to the tree. */
  const aTree = async (act: (app: NestedApp, ids: string[]) => Promise<unknown>) => {
    const acts = defineTool({
      description: "Acts.",
      inputSchema: z.object({}),
      execute: async () => {
        await act(app, await chain(app));
        return "done";
      },
    });
    const app: NestedApp = await aNestedApp({
      editor: { script: [asks(["researcher", "a"]), { text: "Went on." }], asks: ["researcher"] },
      researcher: { script: [asks(["archivist", "b"]), { text: "Went on." }], asks: ["archivist"] },
      archivist: {
        script: [{ toolCalls: [{ toolName: "acts", input: {} }] }, { text: "Low." }],
        tools: { acts },
      },
    });
    const { runId } = await app.start("editor", "Go.");
    await app.finish();
    return { app, runId };
  };
  const chain = async (app: NestedApp): Promise<string[]> => {
    const { page } = await app.owner.runs.list(app.ctx, { threadId: app.threadId, cursor: null });
    const ids = [page[0]?.runId ?? ""];
    for (
      let [child] = await nestedIn(app, ids[0] ?? "");
      child !== undefined;
      [child] = await nestedIn(app, ids.at(-1) ?? "")
    )
      ids.push(child.runId);
    return ids;
  };
  const states = async (app: NestedApp) =>
    await Promise.all((await chain(app)).map(async (id) => (await stateOf(app, id)).kind));

  test("the run at the top ends all below, frees their threads and wakes who waits", async () => {
    const { app, runId } = await aTree((app, [top = ""]) =>
      app.owner.runs.cancel(app.ctx, { runId: top, reason: "Enough." }),
    );
    expect(await states(app)).toEqual(["canceled", "canceled", "canceled"]);
    for (const { activeRunId } of (await app.owner.threads.list(app.ctx, { cursor: null })).page)
      expect(activeRunId).toBeUndefined();
    expect(app.models.editor?.calls).toHaveLength(1);
    expect(app.models.researcher?.calls).toHaveLength(1);
    expect(app.models.archivist?.calls).toHaveLength(1);
    expect((await messagesOf(app)).map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect((await totals(app, runId)).calls).toBe(3);
    expect(await leftovers(app)).toEqual({});
  });

  test("a run in the middle ends those below; the one above is told and goes on", async () => {
    const { app, runId } = await aTree((app, [, middle = ""]) =>
      app.owner.runs.cancel(app.ctx, { runId: middle, reason: "Enough." }),
    );
    expect(await states(app)).toEqual(["completed", "canceled", "canceled"]);
    expect(transcript(await messagesOf(app)).slice(2)).toEqual([
      "tool: interrupted researcher was stopped before it had answered: Enough.",
      "assistant: Went on.",
    ]);
    const { page } = await app.owner.runs.listToolCalls(app.ctx, { runId, cursor: null });
    expect(page).toMatchObject([{ state: { kind: "interrupted" } }]);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect(await leftovers(app)).toEqual({});
  });

  test("a call of the model that was in flight meanwhile is still counted up to the top", async () => {
    const app: NestedApp = await aNestedApp({
      editor: { script: [asks(["researcher", "a"]), { text: "Never." }], asks: ["researcher"] },
      researcher: { script: [asks(["archivist", "b"]), { text: "Never." }], asks: ["archivist"] },
      archivist: { script: [], definition: { model: () => late, stream: false } },
    });
    const late = {
      ...scriptedModel([{ text: "Too late." }]),
      doGenerate: async (options: ScriptedCallOptions) => {
        await app.owner.runs.cancel(app.ctx, { runId });
        return await scriptedModel([{ text: "Too late." }]).doGenerate({
          ...options,
          abortSignal: undefined,
        });
      },
    };
    const { runId } = await app.start("editor", "Go.");
    await app.finish();
    expect(await states(app)).toEqual(["canceled", "canceled", "canceled"]);
    expect(await totals(app, runId)).toEqual(await usedBy(app, runId));
    expect((await usedBy(app, runId)).calls).toBe(3);
    expect(await leftovers(app)).toEqual({});
  });

  test("removing the thread at the top removes the threads below, with every row", async () => {
    const { app } = await aTree((app) => app.owner.threads.remove(app.ctx, { threadId: app.threadId }));
    for (const table of ["threads", "threadHeads", "runs", "messages", "streams", "toolCalls", "sweeps"])
      expect([table, await app.rowsOf("agentMemory", table)]).toEqual([table, 0]);
    expect(await app.owner.threads.count(app.ctx)).toBe(0);
    expect(await leftovers(app)).toEqual({});
  });

  test("removing a thread in the middle tells the run above, which goes on", async () => {
    const { app, runId } = await aTree(async (app, [, middle = ""]) => {
      const { threadId } = await app.owner.runs.get(app.ctx, { runId: middle });
      await app.owner.threads.remove(app.ctx, { threadId });
    });
    expect(await stateOf(app, runId)).toMatchObject({ kind: "completed" });
    expect(transcript(await messagesOf(app))[2]).toBe(
      "tool: interrupted researcher was stopped before it had answered: Its thread was removed.",
    );
    expect(await app.owner.threads.count(app.ctx)).toBe(1);
    expect(await app.rowsOf("agentMemory", "runs")).toBe(1);
    expect(await leftovers(app)).toEqual({});
  });

  test("the asking run's file was moved: it is ended when its agent answers, and nobody waits for ever", async () => {
    const { app, runId } = await aTree(async (app) => {
      app.files.editor = {};
    });
    expect(await stateOf(app, runId)).toMatchObject({ kind: "failed", code: "RUN_CODE_MOVED" });
    expect((await states(app)).slice(1)).toEqual(["completed", "completed"]);
  });
});
