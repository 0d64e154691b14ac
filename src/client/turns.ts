import type { ComponentApi } from "../component/_generated/component.js";
import type { ContextAsk, ContextCall } from "../validators/context.js";
import type { Part, PartOf } from "../validators/content.js";
import type { Caller } from "../validators/principal.js";
import type { RunDriver, RunEngine, RunOutcome, RunState } from "../validators/run.js";
import type {
  ContextLimits,
  StepMessage,
  StepResult,
  StepSaved,
  StepStart,
  ToolStart,
  TurnStart,
} from "../validators/turn.js";
import type { Usage } from "../validators/usage.js";
import { logRun } from "../shared/runLog.js";
import type { MutationCtx } from "./ctx.js";
import { logEnd, logResults } from "./runLog.js";
import type { ClientSettings } from "./settings.js";

export type BeginTurn = {
  threadId: string;
  agentName: string;
  engine: RunEngine;
  /** What is asked now; give either this or the id of a user message that is in the thread. */
  prompt?: Part[];
  promptMessageId?: string;
  /** Repeating a begin with the same id gives the first run. Kept for the life of the run. */
  operationId?: string;
  limits?: ContextLimits;
  /** Returns what a context shows besides the messages, as `given`. */
  shown?: ContextAsk;
  /** Opens the stream of the first step as well. */
  stream?: boolean;
  /** Returns what is still to be embedded. */
  recall?: boolean;
  /** Of a durable run: who is told when it can go on. */
  driver?: RunDriver;
  /** Of a durable run whose workflow is under way already. */
  workflowId?: string;
};

export type SaveStep = {
  runId: string;
  /** The model step, counted from 0: saved once, in order. */
  step: number;
  message: StepMessage;
  /** Results of the calls that the step before left open (in-action engine). */
  results: StepResult[];
  usage: Usage;
  finish: boolean;
  nextStream?: boolean;
  /** What the model was shown. */
  context?: ContextCall;
};

export type EndTurn = {
  runId: string;
  outcome: RunOutcome;
  partial?: Part[];
  results?: StepResult[];
  usage?: Usage;
  context?: ContextCall;
};

/** The parts of a turn, for runtimes. An app uses an agent of `convex-agent-memory/ai` instead. */
export class TurnsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
    private readonly settings: ClientSettings,
  ) {}

  /**
   * Saves the prompt, opens the run and reads the context, in one transaction. Safe to retry with an `operationId`.
   *
   * Throws `THREAD_NOT_FOUND`, `FORBIDDEN`, `PROMPT_EMPTY`, `PROMPT_NOT_IN_THREAD`, `RUN_ACTIVE`,
   * `OPERATION_MISMATCH` or `INVALID_ARGUMENT`.
   *
   * @example const turn = await memory.as(principal).turns.begin(ctx, { threadId, agentName: "helper", engine: "action", prompt });
   */
  async begin(ctx: MutationCtx, args: BeginTurn): Promise<TurnStart> {
    const hooks = await this.settings.handles();
    const start = await ctx.runMutation(this.component.turns.begin, {
      ...args,
      ...hooks,
      caller: this.caller,
    });
    const { runId, state, repeated } = start;
    const { agentName } = args;
    if (!repeated) logRun(ctx, this.settings.logs, { event: `run.${state.kind}`, runId, agentName });
    return start;
  }

  /** Starts a model step of a durable run. Safe to retry: a step that was saved says so. Throws `RUN_NOT_FOUND`. */
  async open(
    ctx: MutationCtx,
    args: {
      runId: string;
      step: number;
      limits?: ContextLimits;
      shown?: ContextAsk;
      stream?: boolean;
      recall?: boolean;
      /** The workflow that drives the run. */
      workflowId?: string;
    },
  ): Promise<StepStart> {
    return await ctx.runMutation(this.component.turns.open, { ...args, caller: this.caller });
  }

  /** Saves a model step once, by its place in the run. Safe to retry. Throws `RUN_NOT_FOUND` or `INVALID_ARGUMENT`. */
  async saveStep(ctx: MutationCtx, args: SaveStep): Promise<StepSaved> {
    const saved = await ctx.runMutation(this.component.turns.saveStep, { ...args, caller: this.caller });
    if (saved.saved) logResults(ctx, this.settings, args);
    logEnd(ctx, this.settings, { runId: args.runId, ...saved });
    return saved;
  }

  /**
   * Marks a call as started before its tool runs; a tool that may have run before is settled as interrupted. With
   * `idempotent` it is safe to retry. Throws `RUN_NOT_FOUND`, and `FORBIDDEN` for who was shut out.
   */
  async startTool(
    ctx: MutationCtx,
    args: { runId: string; callId: string; idempotent: boolean },
  ): Promise<ToolStart> {
    return await ctx.runMutation(this.component.turns.startTool, { ...args, caller: this.caller });
  }

  /**
   * Saves a tool's result at its reserved place, once. Safe to retry. Throws `RUN_NOT_FOUND`, `INVALID_ARGUMENT` or
   * `MESSAGE_TOO_LARGE`.
   */
  async saveResult(
    ctx: MutationCtx,
    args: { runId: string; callId: string; part: PartOf<"toolResult">; failed: boolean; ms: number },
  ): Promise<{ saved: boolean }> {
    const hooks = await this.settings.handles();
    const saved = await ctx.runMutation(this.component.turns.saveResult, {
      ...args,
      ...hooks,
      caller: this.caller,
    });
    if (saved.saved) logResults(ctx, this.settings, { runId: args.runId, results: [args] });
    return saved;
  }

  /**
   * Ends a run: open calls are settled as interrupted, partial text is kept. Safe to retry. Throws `RUN_NOT_FOUND` or
   * `INVALID_ARGUMENT`.
   */
  async end(ctx: MutationCtx, args: EndTurn): Promise<{ state: RunState }> {
    const ended = await ctx.runMutation(this.component.turns.end, { ...args, caller: this.caller });
    if (ended.closed !== undefined) logResults(ctx, this.settings, args);
    logEnd(ctx, this.settings, { runId: args.runId, ...ended });
    return { state: ended.state };
  }
}
