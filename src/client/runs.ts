import type { ComponentApi } from "../component/_generated/component.js";
import type { Caller } from "../validators/principal.js";
import { toJsonText } from "../parts/json.js";
import { toolResultPart } from "../parts/toolResult.js";
import { memoryError } from "../validators/errors.js";
import type { Answer, CallDecision, Run, RunState, ToolCall, WaitingCall } from "../validators/run.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

type PageRequest = { cursor: string | null; limit?: number };

/** What is decided about one call; `input`: what the tool is given instead of what the model asked for. */
export type Decision =
  { callId: string; kind: "approve"; input?: unknown } | { callId: string; kind: "deny"; reason?: string };

/** The result of a call that is answered from outside: what came of it, or why nothing did. */
export type CallAnswer = { output: unknown } | { error: string };

/** The runs of a thread: what an agent is doing, has done, and what it used. */
export class RunsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /** A run by its id, live in a query. Throws `RUN_NOT_FOUND`. */
  async get(ctx: QueryCtx, args: { runId: string }): Promise<Run> {
    return await ctx.runQuery(this.component.runs.get, { ...args, caller: this.caller });
  }

  /** The thread's active run, else its last one, else `null`. Throws `THREAD_NOT_FOUND`. */
  async latest(ctx: QueryCtx, args: { threadId: string }): Promise<Run | null> {
    return await ctx.runQuery(this.component.runs.latest, { ...args, caller: this.caller });
  }

  /**
   * The runs of a thread, newest first, in pages of at most 200 (20 unless named). Throws `THREAD_NOT_FOUND`, and
   * `INVALID_ARGUMENT` for a cursor or limit that is none.
   */
  async list(
    ctx: QueryCtx,
    args: { threadId: string } & PageRequest,
  ): Promise<{ page: Run[]; cursor: string | null }> {
    return await ctx.runQuery(this.component.runs.list, { ...args, caller: this.caller });
  }

  /**
   * The tool calls of a run in the order of their places, in pages of at most 200 (20 unless named). Throws
   * `RUN_NOT_FOUND` and `INVALID_ARGUMENT`.
   */
  async listToolCalls(
    ctx: QueryCtx,
    args: { runId: string } & PageRequest,
  ): Promise<{ page: ToolCall[]; cursor: string | null }> {
    return await ctx.runQuery(this.component.runs.listToolCalls, { ...args, caller: this.caller });
  }

  /**
   * Cancels a run. It stops before its next step or tool; a streaming model call stops at its next append; what was
   * said is kept as a failed message. An ended run stays as it ended. Safe to retry.
   * Throws `RUN_NOT_FOUND`, and `FORBIDDEN` for who may only read the thread.
   */
  async cancel(ctx: MutationCtx, args: { runId: string; reason?: string }): Promise<{ state: RunState }> {
    return await ctx.runMutation(this.component.runs.cancel, { ...args, caller: this.caller });
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
    { runId, ...call }: { runId: string; callId: string; input?: unknown },
  ): Promise<{ state: RunState }> {
    return await this.decide(ctx, { runId, decisions: [{ kind: "approve", ...call }] });
  }

  /** Keeps one call from running; the model is told so, and the reason. See `decide`. */
  async deny(
    ctx: MutationCtx,
    { runId, ...call }: { runId: string; callId: string; reason?: string },
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
  const { outputKind, output } = toolResultPart({ callId, toolName: "", ...given });
  if (outputKind === "text" || outputKind === "json" || "error" in given)
    return { outputKind: outputKind === "text" || outputKind === "json" ? outputKind : "error", output };
  throw memoryError("INVALID_ARGUMENT", "The answer has no JSON text: a circular value, or a bigint.", {
    callId,
  });
}
