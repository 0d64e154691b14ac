import type { WorkflowCtx, WorkflowManager } from "@convex-dev/workflow";
import type {
  ActionCtx,
  AgentMemory,
  MutationCtx,
  Part,
  Principal,
  QueryCtx,
  Rerun,
  RunTicket,
  WhileRunning,
} from "../client/index.js";
import { memoryError } from "../validators/errors.js";
import { beginTurn } from "./beginTurn.js";
import { boundTo } from "./boundTo.js";
import { budgetAsk } from "./budgetAsk.js";
import { noteAgent } from "./definedAgents.js";
import type { AgentDefinition, ResolvedAgent } from "./definition.js";
import { resolveAgent } from "./resolveAgent.js";
import {
  durableFunctions,
  runNested,
  startWorkflow,
  type DurableFunctions,
  type RunReport,
} from "./durable.js";
import { runInAction } from "./inAction.js";
import { promptText } from "./promptParts.js";
import { checkStart } from "./rateLimits.js";
import { rerunCall } from "./rerun.js";
import type { RerunArgs } from "./rerunArgs.js";
import { resumeRun, type ResumeArgs } from "./resume.js";
import { outputOfRun } from "./outputOfRun.js";
import { driverOf, siblingsOf, type RunReference } from "./siblings.js";
import { promptOfArgs, type GenerateArgs, type TurnResult } from "./turnResult.js";

export type StartArgs = {
  /** Who asks. The app has authenticated them. */
  as: Principal;
  threadId: string;
  prompt?: string | Part[];
  promptMessageId?: string;
  /** Repeating a start with the same id and prompt returns the first run's ticket and starts nothing. */
  operationId?: string;
  /** What to do while another run has the thread; as the agent says unless told. */
  whileRunning?: WhileRunning;
  /**
   * When to start, in ms since the epoch, at most a year ahead; at once unless told, and where that is past. Until then
   * others go ahead and nobody is shown the prompt; then it stands behind what was said meanwhile, and waits for its
   * turn where the thread is busy.
   */
  startAt?: number;
};

/**
 * An agent. Not generic on purpose: with its tools in its type, the generated `api` of an app whose tools call
 * `internal.*` would be circular.
 */
export interface Agent {
  readonly name: string;
  /**
   * Starts a durable run from the app's own mutation: the prompt, the run and its workflow are written in one
   * transaction. While another run has the thread it waits for its turn, or does what `whileRunning` says; the
   * ticket's `state` tells, and `steered` where it is the ticket of that run, which reads the prompt. Needs
   * `agent.durable(workflow)` exported as `run`, `step`, `settle` from the module of `run`. Where its budgets have no
   * room it is refused and nothing is said, or waits for a new period as the agent's `budgets` say.
   *
   * Throws `THREAD_NOT_FOUND`, `FORBIDDEN`, `PROMPT_EMPTY`, `RUN_ACTIVE` (with "reject"), `QUEUE_FULL`, `STEERING_FULL`,
   * `OPERATION_MISMATCH`, `INVALID_ARGUMENT`, `BUDGET_EXCEEDED`, `PRICE_UNKNOWN`, `RATE_LIMITED` (where the agent's
   * `rateLimits` say "fail"), `RUN_EXPORTS_MISNAMED` or `AGENT_INVALID`. Safe to retry with an `operationId`.
   *
   * @example await researcher.start(ctx, internal.researcher.run, { as: await principal(ctx), threadId, prompt, operationId });
   */
  start(ctx: MutationCtx, run: RunReference, args: StartArgs): Promise<RunTicket>;
  /**
   * One turn in the caller's action: three calls of the component for prompt → tool → answer, four with recall.
   * Resolves when the answer is saved, and those to messages that steered the run meanwhile. While another run has the
   * thread it waits for its turn, 5 minutes at most, or does what `whileRunning` says; what has steered that run
   * (`steered`) resolves at once. When `abortSignal` aborts, or the run is canceled, what was said is kept out of
   * context and the result's `state` is `canceled`.
   *
   * Throws `THREAD_NOT_FOUND`, `FORBIDDEN`, `PROMPT_EMPTY`, `PROMPT_NOT_IN_THREAD`, `RUN_ACTIVE` (with "reject", or
   * when its turn did not come), `QUEUE_FULL`, `OPERATION_MISMATCH`, `BUDGET_EXCEEDED` (before anything is said, or in
   * the middle before the model is called), `PRICE_UNKNOWN`, `RATE_LIMITED` (by the agent's limits before anything is
   * said, or by the provider, with `retryAfterMs`), or `MODEL_FAILED` when the model fails. With an `operationId` a
   * repeat returns the first answer, or throws what the first call did.
   *
   * @example const { text } = await helper.generate(ctx, { as, threadId, prompt: "Hello" });
   */
  generate<Shape = unknown>(ctx: ActionCtx, args: GenerateArgs<Shape>): Promise<TurnResult<Shape>>;
  /** As `generate`, and everyone who may read the thread sees the answer while it is written. */
  stream<Shape = unknown>(ctx: ActionCtx, args: GenerateArgs<Shape>): Promise<TurnResult<Shape>>;
  /**
   * The value that a completed run's answer stands for, by the agent's `output`: for durable runs, whose result nobody
   * waits for. Runs in queries too. Throws `RUN_NOT_FOUND`, `RUN_ACTIVE` before the run has ended, `RUN_ENDED` when it
   * did without an answer, `OUTPUT_INVALID`, and `AGENT_INVALID` for an agent without `output`.
   *
   * @example const report = await reporter.outputOf(ctx, { as, runId });
   */
  outputOf(ctx: QueryCtx, args: { as: Principal; runId: string }): Promise<unknown>;
  /**
   * Goes on with a run of `generate` or `stream` that had to wait for an approval or a result: runs what was approved
   * and asks the model. While something is still waited for, and for a run that has ended, it returns where the run
   * stands and does nothing, so it may be called after each decision.
   *
   * What the first call changed of the agent, such as `tools` and `output`, is to be given again.
   *
   * Throws `RUN_NOT_FOUND`, `RUN_ACTIVE` when an action is at work on it, `INVALID_ARGUMENT` for a durable run,
   * another agent's, or one that waits with a call of a tool that is not there, and what `generate` throws. An action
   * that died while it was at work is taken over after 35 minutes.
   *
   * @example const { text, state } = await helper.resume(ctx, { as, runId });
   */
  resume<Shape = unknown>(ctx: ActionCtx, args: ResumeArgs<Shape>): Promise<TurnResult<Shape>>;
  /**
   * Makes a saved call of the model again, to see what other instructions, another model, other settings or another
   * context would have given: `messageId` is of the message that the call wrote. What is not named is as it was then,
   * `prepareStep` aside, which is not called. Tools that the model asks for are told and not run. Nothing is saved in
   * the thread: no message, run, trace or fact. The call costs money: the ledger has it under the purpose `rerun`, for
   * who asks, in the thread and of the agent; budgets count it and refuse it as they do a run, but nothing is reserved.
   *
   * For whoever may `contexts.replay` the call. Throws `TRACE_NOT_FOUND`, `FORBIDDEN`, `CONTEXT_GONE` (something that it
   * was shown was changed or erased since), `CONTEXT_TOO_SMALL`, `INVALID_ARGUMENT` (also for another agent's call),
   * `BUDGET_EXCEEDED`, `PRICE_UNKNOWN`, `RATE_LIMITED`, `OUTPUT_INVALID` and `MODEL_FAILED`. A retry asks, and pays for,
   * the model again.
   *
   * @example const { text, context } = await helper.rerun(ctx, { as, messageId, instructions: "Answer in one sentence." });
   */
  rerun(ctx: ActionCtx, args: RerunArgs): Promise<Rerun>;
  /**
   * The functions of the agent's durable runs. Export them under their names; when runs wait, moving the file fails
   * them with `RUN_CODE_MOVED`.
   *
   * @example export const { run, step, settle } = researcher.durable(workflow);
   */
  durable(workflow: WorkflowManager): DurableFunctions;
  /**
   * A durable run as a step of the app's own workflow; resolves with its answer. While another run has the thread it
   * waits for its turn. A run that is canceled resolves with `state` `canceled`; one that fails throws. Its
   * journal is cleaned up with that of the workflow around it.
   *
   * @example await researcher.runIn(step, internal.researcher.run, { as, threadId, prompt: "Collect sources." });
   */
  runIn(
    step: WorkflowCtx,
    run: RunReference,
    args: { as: Principal; threadId: string; prompt: string },
  ): Promise<RunReport>;
}

/**
 * Defines an agent on a memory. Makes no call: models are made when a turn needs them. Throws `AGENT_INVALID`.
 *
 * @example
 * export const helper = defineAgent(memory, { name: "helper", model: () => openai("gpt-5"), instructions: "Be brief." });
 */
export function defineAgent(memory: AgentMemory, definition: AgentDefinition): Agent {
  const agent = resolveAgent(memory, definition);
  return noteAgent(new MemoryAgent(agent), agent);
}

class MemoryAgent implements Agent {
  readonly name: string;
  #workflow: WorkflowManager | undefined;

  constructor(private readonly agent: ResolvedAgent) {
    this.name = agent.name;
  }

  async start(ctx: MutationCtx, run: RunReference, args: StartArgs): Promise<RunTicket> {
    const workflow = this.#workflow;
    if (workflow === undefined)
      throw memoryError(
        "AGENT_INVALID",
        "Call agent.durable(workflow) beside the agent before it is started.",
        {
          agentName: this.name,
        },
      );
    const siblings = siblingsOf(run);
    const { as, threadId, operationId, startAt, whileRunning = this.agent.whileRunning } = args;
    const driver = await driverOf(siblings, as);
    if (startAt === undefined) await checkStart(this.agent, ctx, { as, text: promptText(args.prompt) });
    const begun = await beginTurn(this.agent, ctx, {
      memory: boundTo(this.agent, as).memory,
      workflow,
      turn: {
        threadId,
        agentName: this.name,
        engine: "durable",
        ...promptOfArgs(args),
        ...{ operationId, driver, whileRunning, startAt },
        limits: { maxMessages: 0 }, // the first step reads the context
        ...(await budgetAsk(this.agent, "durable")),
      },
    });
    const { runId, turn, promptMessageId: messageId, state } = begun;
    const beginsNow = !begun.repeated && begun.behind === undefined && state.kind === "running";
    if (beginsNow) await startWorkflow(ctx, workflow, { path: siblings.path, as, threadId, runId });
    const steered = begun.steered === true ? { steered: true } : {};
    return { runId, messageId, turn, state: state.kind, ...steered };
  }

  generate<Shape>(ctx: ActionCtx, args: GenerateArgs<Shape>): Promise<TurnResult<Shape>> {
    return asShaped(runInAction(this.agent, ctx, { ...args, streaming: false, workflow: this.#workflow }));
  }

  stream<Shape>(ctx: ActionCtx, args: GenerateArgs<Shape>): Promise<TurnResult<Shape>> {
    return asShaped(runInAction(this.agent, ctx, { ...args, streaming: true, workflow: this.#workflow }));
  }

  resume<Shape>(ctx: ActionCtx, args: ResumeArgs<Shape>): Promise<TurnResult<Shape>> {
    return asShaped(resumeRun(this.agent, ctx, args));
  }

  outputOf(ctx: QueryCtx, { as, runId }: { as: Principal; runId: string }): Promise<unknown> {
    return outputOfRun(this.agent, ctx, { memory: this.agent.memory.as(as), runId });
  }

  rerun(ctx: ActionCtx, args: RerunArgs): Promise<Rerun> {
    return rerunCall(this.agent, ctx, args);
  }

  durable(workflow: WorkflowManager): DurableFunctions {
    this.#workflow = workflow;
    return durableFunctions(this.agent, workflow);
  }

  runIn(
    step: WorkflowCtx,
    run: RunReference,
    args: { as: Principal; threadId: string; prompt: string },
  ): Promise<RunReport> {
    return runNested(step, run, args);
  }
}

/** The boundary where an answer that the call's own `output` has read gets that output's type. */
const asShaped = <Shape>(result: Promise<TurnResult>): Promise<TurnResult<Shape>> =>
  result as Promise<TurnResult<Shape>>;
