import { describe, expect, test, vi } from "vitest";
import { RUN_LEASE_MS } from "../../src/shared/limits.js";
import { STEERING_MAX_MESSAGES, STEERING_MAX_UNREAD } from "../../src/shared/runLimits.js";
import type { Part } from "../../src/validators/content.js";
import { codeOf, text, type TestThread } from "../support/aMemory.js";
import { aSteeredRun, counted, messagesOf } from "../support/steering.js";

describe("steering is refused", () => {
  test("to who may only read, and to strangers as if there were no run", async () => {
    const run = await aSteeredRun("durable");
    const steer = (as: TestThread["owner"], runId = run.runId) =>
      codeOf(as.runs.steer(run.ctx, { runId, prompt: "Stop." }));
    expect(await steer(run.reader)).toBe("FORBIDDEN");
    expect(await steer(run.stranger)).toBe("RUN_NOT_FOUND");
    expect(await steer(run.otherTenant)).toBe("RUN_NOT_FOUND");
    expect(await steer(run.owner, "no id")).toBe("RUN_NOT_FOUND");
    expect(await messagesOf(run)).toHaveLength(1);
  });

  test("without words, and with what is no part", async () => {
    const run = await aSteeredRun("durable");
    const steer = (prompt: Part[]) => codeOf(run.owner.runs.steer(run.ctx, { runId: run.runId, prompt }));
    expect(await steer([])).toBe("PROMPT_EMPTY");
    expect(await steer([text("  ")])).toBe("PROMPT_EMPTY");
    expect(await steer([{ type: "sound" } as unknown as Part])).toBe("INVALID_ARGUMENT");
    const foreign: Part = { type: "file", mediaType: "text/plain", file: { kind: "stored", fileId: "none" } };
    expect(await steer([foreign])).toBe("FILE_NOT_FOUND");
  });

  test("once the run has ended, saying how", async () => {
    const run = await aSteeredRun("durable");
    await run.owner.runs.cancel(run.ctx, { runId: run.runId });
    await expect(run.steer("More.")).rejects.toMatchObject({
      data: { code: "RUN_ENDED", details: { runId: run.runId, state: "canceled" } },
    });
  });

  test("when the action of the run must have died", async () => {
    const run = await aSteeredRun("action");
    const now = vi.spyOn(Date, "now").mockReturnValue(Date.now() + RUN_LEASE_MS + 1_000);
    try {
      expect(await codeOf(run.steer("More."))).toBe("RUN_ENDED");
    } finally {
      now.mockRestore();
    }
  });

  test("past the messages that a run may have unread, and that it may have in all", async () => {
    const run = await aSteeredRun("durable");
    let step = 0;
    for (let index = 0; index < STEERING_MAX_MESSAGES; index++) {
      if (index > 0 && index % STEERING_MAX_UNREAD === 0) {
        expect(await codeOf(run.steer("One too many."))).toBe("STEERING_FULL");
        await run.open(step);
        await run.save(step++, [text("On it.")]);
      }
      await run.steer(`Steer ${index}`);
    }
    await run.open(step);
    expect(await codeOf(run.steer("One too many."))).toBe("STEERING_FULL");
    expect(await counted(run)).toBe(1 + STEERING_MAX_MESSAGES);
    await run.save(step, [text("Done.")], { finish: true });
    const all = await messagesOf(run);
    expect(await counted(run)).toBe(all.length);
    expect(new Set(all.map((message) => message.step)).size).toBe(all.length);
  });
});

describe("steering with an operationId", () => {
  test("is done once, also when the run has ended meanwhile", async () => {
    const run = await aSteeredRun("durable");
    const first = await run.steer("Only new ones.", "steer-1");
    expect(await run.steer("Only new ones.", "steer-1")).toEqual(first);
    await run.owner.runs.cancel(run.ctx, { runId: run.runId });
    expect(await run.steer("Only new ones.", "steer-1")).toEqual(first);
    expect(await messagesOf(run)).toHaveLength(2);
  });

  test("is refused with other words, for another run, and by another user", async () => {
    const run = await aSteeredRun("durable");
    const { owner, writer, ctx, runId, threadId } = run;
    await run.steer("Only new ones.", "steer-1");
    const operation = { operationId: "steer-1", prompt: "Only new ones." };
    expect(await codeOf(run.steer("Only old ones.", "steer-1"))).toBe("OPERATION_MISMATCH");
    expect(await codeOf(writer.runs.steer(ctx, { runId, ...operation }))).toBe("OPERATION_MISMATCH");
    await owner.runs.cancel(ctx, { runId });
    const next = await owner.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine: "action", prompt: [text("Well?")] },
    });
    const another = owner.runs.steer(ctx, { runId: next.runId, ...operation });
    expect(await codeOf(another)).toBe("OPERATION_MISMATCH");
  });
});

describe("whether a run goes on", () => {
  test("is told to who began it, and to nobody else", async () => {
    const run = await aSteeredRun("durable");
    const { ctx, runId } = run;
    expect(await run.owner.runs.isActive(ctx, { runId })).toBe(true);
    await run.owner.runs.cancel(ctx, { runId });
    expect(await run.owner.runs.isActive(ctx, { runId })).toBe(false);
    expect(await codeOf(run.stranger.runs.isActive(ctx, { runId }))).toBe("RUN_NOT_FOUND");
    expect(await codeOf(run.owner.runs.isActive(ctx, { runId: "no id" }))).toBe("RUN_NOT_FOUND");
  });
});
