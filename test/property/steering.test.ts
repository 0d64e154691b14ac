import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import { comparePositions } from "../../src/shared/position.js";
import { toolSegments } from "../../src/shared/toolSegments.js";
import type { RunEngine } from "../../src/validators/run.js";
import type { Message } from "../../src/validators/message.js";
import { aThread, call, codeOf, listAll, result, text, type TestThread } from "../support/aMemory.js";
import { used } from "../support/turns.js";

/** What happens next, as far as it can. `kill`: the step that asks its model is lost, and asked again. */
const act = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: "steer" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "steerTwice" as const }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("step" as const), calls: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.constant({ kind: "stop" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "kill" as const }) },
);
type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never;
const scene = fc.record({
  engine: fc.constantFrom<RunEngine[]>("durable", "action"),
  streams: fc.boolean(),
  acts: fc.array(act, { minLength: 1, maxLength: 14 }),
  ending: fc.constantFrom("answer" as const, "cancel" as const, "fail" as const),
});

/** Plays one run as its engine would, and keeps what each answer had been shown. */
class Play {
  readonly steered: string[] = [];
  readonly shownTo = new Map<string, Set<string>>();
  isOver = false;
  #runId = "";
  #step = 0;
  #shown: Set<string> | null = null;
  #waiting: string[] = [];
  #calls = 0;
  #given: string[] = [];

  constructor(
    private readonly thread: TestThread,
    private readonly engine: RunEngine,
    private readonly streams: boolean,
  ) {}

  get #owner(): BoundMemory {
    return this.thread.owner;
  }

  async begin(): Promise<void> {
    const { ctx, threadId } = this.thread;
    const begun = await this.#owner.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine: this.engine, prompt: [text("Go")] },
      ...(this.engine === "action" ? { stream: this.streams } : { limits: { maxMessages: 0 } }),
    });
    this.#runId = begun.runId;
    if (this.engine === "action") this.#show(begun.context);
  }

  async play(next: Act): Promise<void> {
    if (this.isOver) return;
    switch (next.kind) {
      case "steer":
        return await this.#steer(1);
      case "steerTwice":
        return await this.#steer(2);
      case "step":
        return this.#waiting.length > 0 ? await this.#answerTools() : await this.#takeStep(next.calls);
      case "stop":
        return await this.#stop();
      case "kill":
        this.#shown = this.engine === "durable" ? null : this.#shown;
    }
  }

  async end(how: "answer" | "cancel" | "fail"): Promise<void> {
    const { ctx } = this.thread;
    const runId = this.#runId;
    for (let round = 0; how === "answer" && !this.isOver && round < 4; round++)
      await (this.#waiting.length > 0 ? this.#answerTools() : this.#takeStep(0));
    if (how === "cancel") await this.#owner.runs.cancel(ctx, { runId });
    const outcome = { kind: "failed" as const, code: "MODEL_FAILED", message: "No." };
    if (how === "fail") await this.#owner.turns.end(ctx, { runId, outcome, partial: [text("Half")] });
  }

  async #steer(count: number): Promise<void> {
    const { ctx } = this.thread;
    const { writer } = this.thread;
    const steer = (as: BoundMemory) => as.runs.steer(ctx, { runId: this.#runId, prompt: "Steer" });
    const both = await Promise.all([this.#owner, writer].slice(0, count).map(steer));
    this.steered.push(...both.map(({ messageId }) => messageId));
  }

  #show(messages: readonly Message[]): void {
    this.#shown = new Set([...(this.#shown ?? []), ...messages.map(({ messageId }) => messageId)]);
  }

  async #takeStep(asks: number): Promise<void> {
    const { ctx } = this.thread;
    const runId = this.#runId;
    if (this.#shown === null) {
      const open = { runId, step: this.#step, stream: this.streams };
      this.#show((await this.#owner.turns.open(ctx, open)).context);
    }
    const parts = [text("Answer"), ...Array.from({ length: asks }, () => call(`c${this.#calls++}`))];
    const saved = await this.#owner.turns.saveStep(ctx, {
      ...{ runId, step: this.#step++, message: { parts }, results: this.#results(), usage: used },
      ...{ finish: asks === 0, nextStream: this.streams && (asks > 0 || "ifSteered") },
    });
    this.shownTo.set(saved.messageId ?? "", this.#shown ?? new Set());
    if (this.engine === "durable") this.#shown = null;
    if (saved.steered !== undefined) this.#show(saved.steered.messages);
    this.#waiting = saved.calls.map(({ callId }) => callId);
    this.isOver = saved.state.kind !== "running";
  }

  #results() {
    const given = this.#given;
    this.#given = [];
    return given.map((callId) => ({ callId, part: result(callId), failed: false, ms: 1 }));
  }

  /** In a durable run each result is saved at once; in an action they come with the next save. */
  async #answerTools(): Promise<void> {
    const callId = this.#waiting.pop() ?? "";
    if (this.engine === "action") return void this.#given.push(callId);
    await this.#owner.turns.saveResult(this.thread.ctx, {
      ...{ runId: this.#runId, callId, part: result(callId), failed: false, ms: 1 },
    });
  }

  /** The stop condition is met behind the tools of a step. */
  async #stop(): Promise<void> {
    const isBehindTools = this.#calls > 0 && this.#waiting.length === 0 && this.#step > 0;
    if (!isBehindTools || (this.engine === "durable" && this.#shown !== null)) return;
    const { state } = await this.#owner.turns.end(this.thread.ctx, {
      ...{ runId: this.#runId, outcome: { kind: "completed" }, unlessSteered: true },
      results: this.#results(),
    });
    this.isOver = state.kind !== "running";
    if (!this.isOver && this.engine === "action") this.#shown = null; // what follows is read anew
  }
}

const keyOf = ({ turn, step }: Message): string => `${turn}.${step}`;

/** True when between a call and its last result nothing else stands. */
const areWhole = (messages: readonly Message[]): boolean =>
  toolSegments(messages).every(
    ([first, ...rest]) => first?.role !== "tool" && rest.every(({ role }) => role === "tool"),
  );

describe("a run that is steered at any moment", () => {
  test("reads each message once, before the first answer behind it, and leaves whole groups in one order", async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ engine, streams, acts, ending }) => {
        const thread = await aThread();
        const { owner, ctx, threadId } = thread;
        const play = new Play(thread, engine, streams);
        await play.begin();
        for (const next of acts) await play.play(next);
        await play.end(ending);
        const latest = await owner.runs.latest(ctx, { threadId });
        if (latest?.state.kind === "running") await owner.runs.cancel(ctx, { runId: latest.runId });
        const all = await listAll(owner.messages, ctx, { threadId, order: "asc", limit: 7 });
        expect(new Set(all.map(keyOf)).size).toBe(all.length);
        expect(areWhole(all)).toBe(true);
        expect((await owner.threads.get(ctx, { threadId })).messages).toBe(all.length);
        const byId = new Map(all.map((message) => [message.messageId, message]));
        for (const steeredId of play.steered)
          for (const [answerId, shown] of play.shownTo) {
            const [steering, answer] = [byId.get(steeredId), byId.get(answerId)];
            if (steering === undefined || answer === undefined) throw new TypeError("A message is gone.");
            expect(shown.has(steeredId), `${keyOf(steering)} before ${keyOf(answer)}`).toBe(
              comparePositions(steering, answer) < 0,
            );
          }
        const answered = (steeredId: string) => [...play.shownTo.values()].some((ids) => ids.has(steeredId));
        if (latest?.state.kind === "completed") expect(play.steered.every(answered)).toBe(true);
        const next = { threadId, agentName: "helper", engine: "action" as const, prompt: [text("Next")] };
        const { context } = await owner.turns.begin(ctx, next);
        const shown = context.map(({ messageId }) => messageId);
        expect(play.steered.every((messageId) => shown.includes(messageId))).toBe(true);
        expect(areWhole(context)).toBe(true);
        expect(await codeOf(owner.runs.steer(ctx, { runId: latest?.runId ?? "", prompt: "Late" }))).toBe(
          "RUN_ENDED",
        );
      }),
      { numRuns: 60 },
    );
  });
});
