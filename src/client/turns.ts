import type { ComponentApi } from "../component/_generated/component.js";
import type { BudgetAsk } from "../validators/budgetRun.js";
import type { ContextAsk, ContextCall } from "../validators/contextGiven.js";
import type { Part, PartOf } from "../validators/content.js";
import type { Caller } from "../validators/principal.js";
import type { RunEngine, RunState, WaitsFor } from "../validators/run.js";
import type { ParentCall, RunDriver, RunOutcome, WhileRunning } from "../validators/runDriving.js";
import type {
  AskedWait,
  ContextLimits,
  NextStream,
  StepMessage,
  StepResult,
  StepSaved,
  CallDrawn,
  StepStart,
  TakenUp,
  ToolStart,
  TurnEnded,
  TurnStart,
} from "../validators/turn.js";
import type { Usage } from "../validators/usage.js";
import type { Spent } from "../validators/spent.js";
import type { MutationCtx } from "./ctx.js";
import { logResults } from "./runLog.js";
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
  /** Of a nested run: what it answers. */
  parent?: ParentCall;
  /** What to do while another run has the thread: "reject" unless told. */
  whileRunning?: WhileRunning;
  /** When a durable run is to start, in ms since the epoch, at most a year ahead; at once where that is past. */
  startAt?: number;
  /** What the run needs of its budgets: those that the app has set, and the agent's own rules. None limits it without. */
  budgets?: BudgetAsk;
};

export type SaveStep = {
  runId: string;
  /** The model step, counted from 0: saved once, in order. */
  step: number;
  message: StepMessage;
  /** Results of the calls that the step before left open (in-action engine). */
  results: StepResult[];
  usage: Usage;
  /** Other calls that the step made: recorded with it, and counted in the run's totals. */
  alsoUsed?: Spent[];
  finish: boolean;
  /** Opens the stream of the next step as well; `ifSteered`: only when there is one because of steering. */
  nextStream?: NextStream;
  /** The step asks other agents: what they use is added to the run. */
  nests?: boolean;
  /** What the model was shown. */
  context?: ContextCall;
  /** Calls of the step that wait for a decision or for a result from outside, or may not run. */
  waits?: AskedWait[];
  /** Of an action: as `takeUp` gave it, else 0. Where another action took the run up since, nothing is saved. */
  takeUps?: number;
};

export type EndTurn = {
  runId: string;
  outcome: RunOutcome;
  /** When messages came that the run has not answered, it stays `running` and only its open calls are settled. */
  unlessSteered?: boolean;
  partial?: Part[];
  results?: StepResult[];
  usage?: Usage;
  /** Calls that failed after they had spent, and others that no step has brought. */
  alsoUsed?: Spent[];
  context?: ContextCall;
  /** As in `SaveStep`: where another action took the run up since, it is not ended. */
  takeUps?: number;
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
   * While another run has the thread `whileRunning` says what becomes of it: refused (unless told), in its place
   * (`interrupt`), or behind it (`queue`). A run that waits has `state` `queued` and no context. A durable one is
   * told through its `driver` when its turn has come; one in an action asks with `wait`, at least every minute, and
   * reads its context with `open` once it is `running`.
   *
   * Throws `THREAD_NOT_FOUND`, `FORBIDDEN`, `PROMPT_EMPTY`, `PROMPT_NOT_IN_THREAD`, `RUN_ACTIVE`, `QUEUE_FULL`,
   * `OPERATION_MISMATCH`, `INVALID_ARGUMENT`, `BUDGET_EXCEEDED` or `PRICE_UNKNOWN`; for a nested run `RUN_NOT_FOUND`, `RUN_ENDED` or `NESTING_TOO_DEEP`.
   *
   * @example const turn = await memory.as(principal).turns.begin(ctx, { threadId, agentName: "helper", engine: "action", prompt });
   */
  async begin(ctx: MutationCtx, args: BeginTurn): Promise<TurnStart> {
    const hooks = await this.settings.handles();
    const { logs } = this.settings;
    return await ctx.runMutation(this.component.turns.begin, {
      ...args,
      ...hooks,
      ...(logs === "errors" ? {} : { logs }),
      caller: this.caller,
    });
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

  /**
   * Draws from the run's budgets for a call that is longer than what `holds` says, or of another model. `waitUntil`:
   * a durable run is to wait; `refused`: the model is not to be asked, and the run is to be ended so. Safe to retry.
   * Throws `RUN_NOT_FOUND` and `INVALID_ARGUMENT`.
   */
  async draw(
    ctx: MutationCtx,
    args: { runId: string; inputTokens: number; provider: string; model: string; takeUps?: number },
  ): Promise<CallDrawn> {
    return await ctx.runMutation(this.component.turns.draw, { ...args, caller: this.caller });
  }

  /**
   * Says that an action still waits for the turn of its run, and tells where that stands: an action that is silent for
   * a minute is lost, and its run ends when its turn comes.
   *
   * With `until` (ms since the epoch, at most a year ahead) a durable run under way waits for that time before it asks
   * its model, as `runs.get` tells (`waitsUntil`, `waitsFor`); its driver is woken then, or when the run ends, and opens
   * the step again. Safe to retry. Throws `RUN_NOT_FOUND`, and `INVALID_ARGUMENT` for a time that is none, or a run in an
   * action.
   */
  async wait(
    ctx: MutationCtx,
    args: { runId: string; until?: number; waitsFor?: WaitsFor; workflowId?: string },
  ): Promise<{ state: RunState }> {
    return await ctx.runMutation(this.component.turns.wait, { ...args, caller: this.caller });
  }

  /** Saves a model step once, by its place in the run. Safe to retry. Throws `RUN_NOT_FOUND` or `INVALID_ARGUMENT`. */
  async saveStep(ctx: MutationCtx, args: SaveStep): Promise<StepSaved> {
    const saved = await ctx.runMutation(this.component.turns.saveStep, { ...args, caller: this.caller });
    if (saved.saved) logResults(ctx, this.settings, args);
    return saved;
  }

  /**
   * Marks a call as started before its tool runs; a tool that may have run before is settled as interrupted. With
   * `idempotent` it is safe to retry. `askedBy` is the model step that asked: where a later one was saved, the call has
   * its result, whatever that one asks under the same id. Throws `RUN_NOT_FOUND`, and `FORBIDDEN` for who was shut out.
   */
  async startTool(
    ctx: MutationCtx,
    args: { runId: string; callId: string; askedBy?: number; idempotent: boolean },
  ): Promise<ToolStart> {
    return await ctx.runMutation(this.component.turns.startTool, { ...args, caller: this.caller });
  }

  /**
   * Saves a tool's result at its reserved place, once. Safe to retry. With `place`, as `startTool` gave it, a later call
   * of the same id is left alone. Throws `RUN_NOT_FOUND`, `INVALID_ARGUMENT` or
   * `MESSAGE_TOO_LARGE`.
   */
  async saveResult(
    ctx: MutationCtx,
    args: {
      runId: string;
      callId: string;
      place?: number;
      part: PartOf<"toolResult">;
      failed: boolean;
      ms: number;
      /** What the tool's own calls of other services cost: recorded once, also where the result comes too late. */
      used?: Spent[];
    },
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
   * The tool of a call has asked for its result, which comes with `runs.answer`. Safe to retry: false when it is there
   * already. Throws `RUN_NOT_FOUND`.
   */
  async awaitAnswer(
    ctx: MutationCtx,
    args: { runId: string; callId: string; place?: number; used?: Spent[] },
  ): Promise<{ waiting: boolean }> {
    return await ctx.runMutation(this.component.turns.awaitAnswer, { ...args, caller: this.caller });
  }

  /**
   * Records calls that no save of a run takes along: on the run, in its totals; where that is gone, or none is named,
   * for the caller, in the thread that is named. At most 64. With an `operationId` it is safe to retry for 24 h. Throws `INVALID_ARGUMENT`; for the system
   * `RUN_NOT_FOUND`. A repeated id with another payload is `OPERATION_MISMATCH`.
   *
   * @example await memory.as(principal).turns.record(ctx, { runId, step, used: [usage] });
   */
  async record(
    ctx: MutationCtx,
    args: { runId?: string; threadId?: string; step?: number; used: Spent[]; operationId?: string },
  ): Promise<{ recorded: number }> {
    return await ctx.runMutation(this.component.turns.record, { ...args, caller: this.caller });
  }

  /** Lets go of an in-action run that waits; where all is there already the run is kept. Throws `RUN_NOT_FOUND`. */
  async pause(
    ctx: MutationCtx,
    args: { runId: string; takeUps?: number },
  ): Promise<{ state: RunState; superseded?: boolean }> {
    return await ctx.runMutation(this.component.turns.pause, { ...args, caller: this.caller });
  }

  /**
   * Takes up an in-action run that waited, or was left: for one caller, until that was silent for 35 minutes. With
   * `force` the caller knows that who had it is dead; who is not finds it `superseded`. Throws `RUN_NOT_FOUND`, `RUN_ACTIVE`, and `INVALID_ARGUMENT`
   * for a durable run, or one that is not of `agentName`.
   */
  async takeUp(
    ctx: MutationCtx,
    args: { runId: string; agentName?: string; force?: boolean },
  ): Promise<TakenUp> {
    return await ctx.runMutation(this.component.turns.takeUp, { ...args, caller: this.caller });
  }

  /**
   * Ends a run: open calls are settled as interrupted, partial text is kept. Safe to retry. Throws `RUN_NOT_FOUND` or
   * `INVALID_ARGUMENT`.
   */
  async end(ctx: MutationCtx, args: EndTurn): Promise<Omit<TurnEnded, "ended">> {
    const ended: TurnEnded = await ctx.runMutation(this.component.turns.end, {
      ...args,
      caller: this.caller,
    });
    const { ended: isEnded, ...told } = ended;
    if (isEnded) logResults(ctx, this.settings, args);
    return told;
  }
}
