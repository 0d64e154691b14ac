// Each transition of a run is one line, also where the component makes it by itself and no client is there.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LogLevel } from "../../src/client/index.js";
import { RUN_LEASE_MS } from "../../src/shared/limits.js";
import { OWNER, text } from "../support/aMemory.js";
import { asksHuman, askHuman, payments, pays, settled } from "./approvals.js";
import { aDurableApp, stateOf } from "./durableApp.js";
import { anAgent } from "./support.js";

let printed: string[];
beforeEach(() => {
  vi.useFakeTimers();
  printed = [];
  for (const method of ["log", "info", "error", "warn"] as const)
    vi.spyOn(console, method).mockImplementation((line: unknown) => void printed.push(String(line)));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Line = Record<string, unknown> & { event: string; runId: string };
const lines = (): Line[] =>
  printed.filter((line) => line.startsWith('{"event"')).map((line) => JSON.parse(line) as Line);
const eventsOf = (runId: string): string[] =>
  lines().flatMap((line) => (line.runId === runId ? [line.event] : []));

const WAITED = [
  ...["run.running", "run.awaitingApproval", "run.running", "run.awaitingResult", "run.running"],
  "run.completed",
];
const script = () => [pays(50), asksHuman("Sure?"), { text: "Done." }];
const answer = { callId: "ask-1", output: "Yes." };

describe("each transition is one line", () => {
  test("of a durable run that waits for people and a queued one behind it", async () => {
    const { pay } = payments();
    const app = await aDurableApp([...script(), { text: "Two." }], { tools: { pay, askHuman } }, "all");
    const { owner, ctx } = app;
    const { runId } = await app.start("zebrawood");
    const behind = await app.start("two");
    await settled(app);
    await owner.runs.approve(ctx, { runId, callId: "pay-1" });
    await settled(app);
    await owner.runs.answer(ctx, { runId, ...answer });
    await app.finish();
    expect(eventsOf(runId)).toEqual(WAITED);
    expect(eventsOf(behind.runId)).toEqual(["run.queued", "run.running", "run.completed"]);
    expect(printed.join("\n")).not.toContain("zebrawood");
  });

  test("of a run in an action", async () => {
    vi.useRealTimers();
    const { pay } = payments();
    const helper = await anAgent(script(), { tools: { pay, askHuman } }, "all");
    const { agent, ctx, owner, threadId } = helper;
    const { runId } = await agent.generate(ctx, { as: OWNER, threadId, prompt: "Pay." });
    await owner.runs.approve(ctx, { runId, callId: "pay-1" });
    await agent.resume(ctx, { as: OWNER, runId });
    await owner.runs.answer(ctx, { runId, ...answer });
    await agent.resume(ctx, { as: OWNER, runId });
    expect(eventsOf(runId)).toEqual(WAITED);
  });

  test.each([
    ["all", ["run.running", "run.failed"]],
    ["errors", ["run.failed"]],
    ["off", []],
  ] as [LogLevel, string[]][])("that the component makes by itself, at the level %s", async (level, lost) => {
    const app = await aDurableApp([{ text: "Two." }], {}, level);
    const { owner, ctx, threadId } = app;
    const turn = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("One?")] };
    const { runId } = await owner.turns.begin(ctx, turn);
    const behind = await app.start("Two?");
    await vi.advanceTimersByTimeAsync(RUN_LEASE_MS + 1);
    await app.finish();
    expect(await stateOf(app, behind.runId)).toMatchObject({ kind: "completed" });
    expect(eventsOf(runId)).toEqual(lost);
    if (level !== "off")
      expect(lines().find(({ event }) => event === "run.failed")).toMatchObject({ runId, code: "RUN_LOST" });
  });

  test("of an interrupted run, and what it used", async () => {
    const app = await aDurableApp([{ text: "Two." }], {}, "all");
    const { runId } = await app.start("One?");
    const next = await app.start("Two?", undefined, { whileRunning: "interrupt" });
    await app.finish();
    expect(eventsOf(runId)).toEqual(["run.running", "run.canceled"]);
    expect(eventsOf(next.runId)).toEqual(["run.running", "run.completed"]);
    const { totals } = await app.owner.runs.get(app.ctx, { runId: next.runId });
    expect(lines().at(-1)).toMatchObject({ tokens: totals.inputTokens + totals.outputTokens });
  });
});
