import type { ComponentApi } from "../component/_generated/component.js";
import type { Caller } from "../validators/principal.js";
import type { Part } from "../validators/content.js";
import { toJsonText } from "../parts/json.js";
import { storeError, storeValue } from "../parts/storedOutput.js";
import { memoryError } from "../validators/errors.js";
import type { Page, PageRequest } from "../validators/page.js";
import type { Run, RunState, ToolCall, WaitingCall } from "../validators/run.js";
import type { Answer, CallDecision } from "../validators/runDriving.js";
import type { SteeringPlace } from "../validators/steering.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";
import type { ClientSettings } from "./settings.js";

/** What is decided about one call; `step`: as listed, so that no later call of the same id is meant; `input`: what the tool is given instead of what the model asked for. */
export type Decision =
  | { callId: string; step?: number; kind: "approve"; input?: unknown }
  | { callId: string; step?: number; kind: "deny"; reason?: string };

/** The result of a call that is answered from outside: what came of it, or why nothing did. */
export type CallAnswer = { output: unknown } | { error: string };

/** The runs of a thread: what an agent is doing, has done, and what it used. */
export class RunsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
    private readonly settings: ClientSettings,
  ) {}

  /** A run by its id, live in a query. Throws `RUN_NOT_FOUND`. */
  async get(ctx: QueryCtx, args: { runId: string }): Promise<Run> {
    return await ctx.runQuery(this.component.runs.get, { ...args, caller: this.caller });
  }

  /**
   * Whether a run goes on, for the code that drives it: the cheapest question there is, one row. With `takeUps`, as
   * `turns.takeUp` gave it, false as well when another action has the run since. Throws
   * `RUN_NOT_FOUND`, also for whoever did not begin the run.
   *
   * @example if (!(await memory.as(principal).runs.isActive(ctx, { runId }))) abort.abort();
   */
  async isActive(ctx: QueryCtx, args: { runId: string; takeUps?: number }): Promise<boolean> {
    return await ctx.runQuery(this.component.runs.isActive, { ...args, caller: this.caller });
  }

  /** The thread's active run, else its last one that does not wait for its time, else `null`. Throws `THREAD_NOT_FOUND`. */
  async latest(ctx: QueryCtx, args: { threadId: string }): Promise<Run | null> {
    return await ctx.runQuery(this.component.runs.latest, { ...args, caller: this.caller });
  }

  /**
   * The runs of a thread, newest first, in pages of at most 200 (20 unless named). Throws `THREAD_NOT_FOUND`, and
   * `INVALID_ARGUMENT` for a cursor or limit that is none.
   */
  async list(ctx: QueryCtx, args: { threadId: string } & PageRequest): Promise<Page<Run>> {
    return await ctx.runQuery(this.component.runs.list, { ...args, caller: this.caller });
  }

  /**
   * The tool calls of a run in the order of their places, in pages of at most 200 (20 unless named). Throws
   * `RUN_NOT_FOUND` and `INVALID_ARGUMENT`.
   */
  async listToolCalls(ctx: QueryCtx, args: { runId: string } & PageRequest): Promise<Page<ToolCall>> {
    return await ctx.runQuery(this.component.runs.listToolCalls, { ...args, caller: this.caller });
  }

  /**
   * Opens a thread below that of the caller's run, for another agent that the run asks; it is removed with that thread.
   * With `operationId` it is safe to retry. `agentTool` does this by itself. Throws `RUN_NOT_FOUND`, `RUN_ENDED`,
   * `NESTING_TOO_DEEP`, `OPERATION_MISMATCH` and `INVALID_ARGUMENT`.
   *
   * @example const { threadId } = await ctx.memory.runs.createNestedThread(ctx, { runId: ctx.runId, operationId: ctx.operationId });
   */
  async createNestedThread(
    ctx: MutationCtx,
    args: { runId: string; title?: string; operationId?: string },
  ): Promise<{ threadId: string }> {
    return await ctx.runMutation(this.component.runs.createNestedThread, { ...args, caller: this.caller });
  }

  /**
   * The runs of the agents that a run asked, newest first, each in a thread of its own, in pages of at most 200 (20
   * unless named). Throws `RUN_NOT_FOUND` and `INVALID_ARGUMENT`.
   *
   * @example const { page } = await memory.as(principal).runs.listNested(ctx, { runId, cursor: null });
   */
  async listNested(ctx: QueryCtx, args: { runId: string } & PageRequest): Promise<Page<Run>> {
    return await ctx.runQuery(this.component.runs.listNested, { ...args, caller: this.caller });
  }

  /**
   * Says something to a run under way: the message is written at once, and the next call of the model reads it, also
   * where the run would have ended. A run that ends before leaves it in the thread, where the next run reads it.
   *
   * Throws `RUN_NOT_FOUND`, `FORBIDDEN` for who may only read the thread, `PROMPT_EMPTY`, `RUN_ENDED`, `RUN_QUEUED` for
   * a run that has not begun, `STEERING_FULL` past 16 unread messages or 64 in all, `OPERATION_MISMATCH`,
   * `MESSAGE_TOO_LARGE` or `FILE_NOT_FOUND`. Safe to retry with an `operationId`, remembered for 24 h.
   *
   * @example await memory.as(principal).runs.steer(ctx, { runId, prompt: "Only books after 1990.", operationId });
   */
  async steer(
    ctx: MutationCtx,
    { prompt, ...args }: { runId: string; prompt: string | Part[]; operationId?: string },
  ): Promise<SteeringPlace> {
    const parts: Part[] = typeof prompt === "string" ? [{ type: "text", text: prompt }] : prompt;
    return await ctx.runMutation(this.component.runs.steer, { ...args, prompt: parts, caller: this.caller });
  }

  /**
   * Cancels a run with the runs that are nested in it: it is over at once, and its thread free for the next that waits.
   * A call of the model and tools in flight are aborted, at the next append of a stream or else within seconds; nothing
   * follows them. What was said is kept as a failed message. One that waits leaves the queue, and its prompt stays as a
   * message. An ended run stays as it ended. Safe to retry.
   * Throws `RUN_NOT_FOUND`, and `FORBIDDEN` for who may only read the thread.
   */
  async cancel(ctx: MutationCtx, args: { runId: string; reason?: string }): Promise<{ state: RunState }> {
    const ended = await ctx.runMutation(this.component.runs.cancel, { ...args, caller: this.caller });
    return { state: ended.state };
  }

  /**
   * What a run waits for, with what is asked, live in a query: calls to be decided about and results to be given, 64 at
   * most. Of a long input its start; read the whole with `messages.read`. Throws `RUN_NOT_FOUND`.
   *
   * @example for (const { callId, toolName, input } of await runs.listWaiting(ctx, { runId })) …
   */
  async listWaiting(ctx: QueryCtx, args: { runId: string }): Promise<WaitingCall[]> {
    return await ctx.runQuery(this.component.runs.listWaiting, { ...args, caller: this.caller });
  }

  /**
   * Decides about calls that wait for it, up to 64 together: all of them, or none when one cannot be decided. Whoever
   * may write in the thread may decide, and is kept with the decision. With the last one of a step the run goes on: a
   * durable run by itself, one in an action with `agent.resume`.
   *
   * Safe to retry: the same decision again changes nothing. Throws `APPROVAL_DECIDED` (another decision was first:
   * `details` say who and when), `APPROVAL_EXPIRED`, `TOOL_CALL_NOT_WAITING`, `TOOL_CALL_NOT_FOUND`, `RUN_ENDED`,
   * `RUN_NOT_FOUND`, `FORBIDDEN`, and `INVALID_ARGUMENT` for an input that is no JSON or has more than 64 KiB, or for a
   * call that is named twice.
   *
   * @example await runs.decide(ctx, { runId, decisions: [{ callId, kind: "approve", input: { amount: 20 } }] });
   */
  async decide(
    ctx: MutationCtx,
    { runId, decisions }: { runId: string; decisions: Decision[] },
  ): Promise<{ state: RunState }> {
    const args = { runId, decisions: decisions.map(decisionAsText), caller: this.caller };
    return await ctx.runMutation(this.component.runs.decide, args);
  }

  /** Lets one call run, with another input if one is given. See `decide`. */
  async approve(
    ctx: MutationCtx,
    { runId, ...call }: { runId: string; callId: string; step?: number; input?: unknown },
  ): Promise<{ state: RunState }> {
    return await this.decide(ctx, { runId, decisions: [{ kind: "approve", ...call }] });
  }

  /** Keeps one call from running; the model is told so, and the reason. See `decide`. */
  async deny(
    ctx: MutationCtx,
    { runId, ...call }: { runId: string; callId: string; step?: number; reason?: string },
  ): Promise<{ state: RunState }> {
    return await this.decide(ctx, { runId, decisions: [{ kind: "deny", ...call }] });
  }

  /**
   * Gives the result of a call of a tool that `answersLater`, once: a text as it stands, all else as JSON. Whoever may
   * write in the thread may answer. With the last result of a step the run goes on, as with `decide`.
   *
   * Safe to retry: the same answer again changes nothing. Throws `TOOL_CALL_NOT_WAITING` (also when it was answered
   * otherwise), `ANSWER_EXPIRED`, `TOOL_CALL_NOT_FOUND`, `RUN_ENDED`, `RUN_NOT_FOUND`, `FORBIDDEN`,
   * `INVALID_ARGUMENT` for what JSON has no text for, and `MESSAGE_TOO_LARGE` for more than 7 MiB.
   *
   * @example await runs.answer(ctx, { runId, callId, output: { signedBy: "Olga" } });
   */
  async answer(
    ctx: MutationCtx,
    { runId, callId, ...given }: { runId: string; callId: string } & CallAnswer,
  ): Promise<{ state: RunState }> {
    const args = { runId, callId, answer: answerAsText(callId, given), caller: this.caller };
    return await ctx.runMutation(this.component.runs.answer, args);
  }
}

function decisionAsText(decision: Decision): CallDecision {
  if (decision.kind === "deny") return decision;
  const { input, ...approval } = decision;
  if (input === undefined) return approval;
  const text = toJsonText(input);
  if (text !== null) return { ...approval, input: text };
  throw memoryError("INVALID_ARGUMENT", "The edited input has no JSON text.", { callId: decision.callId });
}

function answerAsText(callId: string, given: CallAnswer): Answer {
  const { outputKind, output } = "error" in given ? storeError(given.error) : storeValue(given.output);
  if (outputKind === "text" || outputKind === "json" || "error" in given)
    return { outputKind: outputKind === "text" || outputKind === "json" ? outputKind : "error", output };
  throw memoryError("INVALID_ARGUMENT", "The answer has no JSON text: a circular value, or a bigint.", {
    callId,
  });
}
