import type { ModelMessage, ToolSet } from "ai";
import type { ActionCtx, BoundMemory, Principal, RunState } from "../client/index.js";
import { decodeTrace } from "../shared/contextTrace.js";
import { textOf } from "../shared/messageText.js";
import { closeLog } from "../shared/runLog.js";
import { isMemoryError } from "../validators/errors.js";
import { workAfterRun } from "./afterRun.js";
import {
  findCall,
  isSameMessage,
  readPrompt,
  resultsIn,
  savedResults,
  userParts,
  type CallerPrompt,
  type GivenResult,
} from "./callerPrompt.js";
import { budgetError } from "./budgetError.js";
import { buildContext } from "./context.js";
import { isFull } from "./contextRoom.js";
import type { ResolvedAgent } from "./definition.js";
import { ModelFailure } from "./errors.js";
import { FileKeeper } from "./fileKeeper.js";
import { complete, drawnFor, dropHeld, endAfter, limitingOf, note } from "./openTurn.js";
import { save } from "./turnSteps.js";
import { leftTurn } from "./leftTurn.js";
import { beginTurn, contextOf, runEnded, type Asked, type LoopTurn } from "./middlewareTurns.js";
import type { ModelAnswer } from "./modelCall.js";
import { abortWith, takeStep } from "./modelStep.js";
import type { ModelRequest, WrappedModel } from "./modelTap.js";
import type { AgentTool } from "./tool.js";
import { giveBack, orGiveBack, reserveFirst } from "./rateLimits.js";
import { recordSpent } from "./spent.js";
import { toolSetOf } from "./toolSet.js";

/** Whom and what a middleware is bound to. */
export type Binding = {
  ctx: ActionCtx;
  memory: BoundMemory;
  principal: Principal;
  threadId: string;
  promptMessageId?: string;
  operationId?: string;
  resume: boolean;
};

/** One call that a loop makes: what the loop looks like as an agent, the model that it asks, and with what. */
export type LoopCall = {
  agent: ResolvedAgent;
  model: WrappedModel;
  params: ModelRequest;
  streaming: boolean;
};

/** The turn that the last call belonged to. */
type LastTurn = { promptMessageId: string; user: CallerPrompt["user"]; failed?: boolean };
export type MiddlewareRun = { runId: string; turn: number; promptMessageId: string };

/**
 * The turns that a caller's loop has in one thread, one call of the model after the other. A turn begins with a new
 * message of the user and ends with an answer that asks for no tool; in between the loop runs its tools.
 */
export class MiddlewareSession {
  readonly warnings: string[] = [];
  run: MiddlewareRun | null = null;

  #turn: LoopTurn | null = null;
  #last: LastTurn | null = null;
  #turns = 0;
  #attempts = 0;
  #taken = new Set<number>();
  #work: Promise<unknown> = Promise.resolve();

  constructor(private readonly binding: Binding) {}

  /** Asks the model and saves what it says. Gives a text instead where the answer was there already. */
  answer(call: LoopCall): Promise<string | null> {
    return this.#inOrder(() => this.#answer(call));
  }

  /** Ends a turn that was left behind its tools; what of `messages` came of them is saved. */
  finish(messages: readonly ModelMessage[] = []): Promise<void> {
    return this.#inOrder(() => this.#close(resultsIn(messages))).finally(() => closeLog(this.binding.ctx));
  }

  /** Tools that know the run they are called in. */
  toolSet(tools: Record<string, AgentTool>): ToolSet {
    const { ctx, memory, principal, threadId } = this.binding;
    return toolSetOf(tools, {
      scope: () => {
        const { runId = "", turn = Number.MAX_SAFE_INTEGER } = this.run ?? {};
        return { ctx, memory, principal, threadId, runId, turn };
      },
      placeOf: (id) => {
        const calls = this.#turn?.behind?.saved.calls ?? [];
        const free = calls.filter(({ step }) => !this.#taken.has(step));
        const call = findCall(free, id) ?? findCall(calls, id);
        if (call !== undefined) this.#taken.add(call.step); // some models give two calls one id
        return { place: call?.step ?? 0 };
      },
      takeCosts: (used) => {
        this.#turn?.spent.push(...used);
        return this.#turn !== null;
      },
    });
  }

  #inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }

  async #answer(call: LoopCall): Promise<string | null> {
    const prompt = readPrompt(call.params.prompt);
    const turn = await this.#turnFor(call, prompt);
    if (typeof turn === "string") return turn;
    turn.agent = call.agent;
    turn.abort = abortWith(call.params.abortSignal);
    try {
      while (await this.#step(turn, call)); // what came with the answer is answered too
    } catch (error) {
      await this.#fail(turn, { error, abortSignal: call.params.abortSignal });
    } finally {
      this.warnings.push(...turn.warnings.splice(0));
      await dropHeld(turn);
    }
    return null;
  }

  async #turnFor(call: LoopCall, prompt: CallerPrompt): Promise<LoopTurn | string> {
    const open = this.#turn;
    if (open !== null && prompt.isUnderWay) {
      open.results = this.#resultsFor(open, prompt.results);
      return open;
    }
    await this.#close(prompt.results);
    return await this.#begin(call, prompt);
  }

  #resultsFor({ behind }: LoopTurn, given: readonly GivenResult[]) {
    if (behind === undefined) return [];
    return savedResults(behind.saved.calls, given, Date.now() - behind.savedAt);
  }

  async #begin(
    { agent, model, params, streaming }: LoopCall,
    prompt: CallerPrompt,
  ): Promise<LoopTurn | string> {
    const asked = await this.#asked(prompt);
    const [turns, attempts] = [this.#turns, this.#attempts];
    const { operationId: operation, ...bound } = this.binding;
    const operationId = (attempt: number) => operationName(operation ?? "", turns, attempts + attempt);
    const { ctx, principal: as } = bound;
    const text = textOf("prompt" in asked ? asked.prompt : []);
    const held = await reserveFirst(agent, ctx, { as, model: () => model, text });
    const beginning = beginTurn(agent, {
      ...bound,
      ...{ asked, streaming, model, abortSignal: params.abortSignal },
      ...(operation === undefined ? {} : { operationId }),
    });
    const begun = await orGiveBack(beginning, agent, { ctx, held });
    const { runId, turn, promptMessageId } = begun.kind === "open" ? begun.turn.start : begun.start;
    this.run = { runId, turn, promptMessageId };
    this.#last = { promptMessageId, user: prompt.user };
    if (begun.kind === "answered") {
      await giveBack(agent, ctx, held);
      return begun.text;
    }
    return (this.#turn = { ...begun.turn, ...(held === undefined ? {} : { held }) });
  }

  /** New words begin a turn. The same again after a failure, or a turn under way, go on with the message that is there. */
  async #asked({ user, isUnderWay, results }: CallerPrompt): Promise<Asked> {
    const { ctx, memory, promptMessageId } = this.binding;
    const last = this.#last;
    if (last !== null && (isUnderWay || last.failed === true) && isSameMessage(last.user, user)) {
      this.#attempts += 1;
      return { promptMessageId: last.promptMessageId };
    }
    if (last !== null) this.#turns += 1;
    this.#attempts = 0;
    if (isUnderWay && results.length > 0) return await leftTurn(this.binding, results);
    if (last === null && promptMessageId !== undefined) return { promptMessageId };
    const files = new FileKeeper(ctx, memory);
    const prompt = await files.encode((options) => userParts(user, options));
    this.warnings.push(...files.warnings);
    return { prompt };
  }

  /** True where the model is to be asked again: messages came that it has not read. */
  async #step(turn: LoopTurn, { model, streaming }: LoopCall): Promise<boolean> {
    const { agent, ctx, memory, abort, streamId } = turn;
    abort.signal.throwIfAborted();
    const context = await contextOf(turn);
    const built = await buildContext(agent, { ctx, memory, context, steps: turn.steps });
    context.first ??= decodeTrace(built.call.trace, null);
    turn.shown = built.call;
    const stream = streaming && streamId !== undefined ? { streamId } : {};
    const limits = { limiting: limitingOf(turn), drawn: drawnFor(turn) };
    const asked = { ctx, memory, built, maxRetries: 0, abort, ...limits, ...stream };
    const answer = await takeStep({ ...agent, model: () => model }, asked); // it is the caller's loop that tries again
    const step = turn.steps.length;
    note(turn, answer);
    return await this.#save(turn, { step, answer, streaming });
  }

  async #save(
    turn: LoopTurn,
    { step, answer, streaming }: { step: number; answer: ModelAnswer; streaming: boolean },
  ): Promise<boolean> {
    const finish = answer.calls.length === 0;
    const nextStream = streaming && (finish ? "ifSteered" : true);
    const saved = await save(turn, { step, answer, finish, nextStream });
    const isOpen = saved.state.kind === "running";
    if (!isOpen && !(finish && saved.state.kind === "completed")) {
      this.#turn = null;
      throw await endingError(turn, saved.state);
    }
    turn.behind = { answer, saved, savedAt: Date.now() };
    turn.streamId = saved.streamId;
    this.#taken.clear();
    if (isOpen) return finish;
    this.#turn = null;
    await this.#after(turn);
    return false;
  }

  /** What is done when the answer is there, as in an agent. */
  async #after(turn: LoopTurn): Promise<void> {
    const { agent, ctx, memory, threadId, start, abort } = turn;
    const isDue = turn.context !== undefined && isFull(agent, turn.context);
    const after = { ctx, memory, threadId, runId: start.runId, isDue, abortSignal: abort.signal };
    turn.warnings.push(...(await workAfterRun(agent, after)));
  }

  async #close(given: readonly GivenResult[]): Promise<void> {
    const turn = this.#turn;
    if (turn === null) return;
    this.#turn = null;
    turn.results = this.#resultsFor(turn, given);
    let state = await complete(turn).catch(async (error: unknown) => {
      const { ctx, memory, start, spent } = turn;
      if (isMemoryError(error, "RUN_NOT_FOUND"))
        await recordSpent({ ctx, memory, runId: start.runId }, spent); // it went with its thread, and was paid for
      throw error;
    });
    if (state.kind === "running") {
      turn.warnings.push("The loop ended before it had read all that was said to it.");
      const { ctx, memory, start } = turn;
      ({ state } = await memory.turns.end(ctx, { runId: start.runId, outcome: { kind: "completed" } }));
    }
    if (state.kind === "completed") await this.#after(turn);
    this.warnings.push(...turn.warnings.splice(0));
  }

  /** Ends the run with what was said, and throws what the caller's loop is to know: the model's own error, for its retries. */
  async #fail(
    turn: LoopTurn,
    { error, abortSignal }: { error: unknown; abortSignal: AbortSignal | undefined },
  ): Promise<never> {
    if (this.#turn === null) throw error; // the run is over already
    this.#turn = null;
    if (this.#last !== null) this.#last.failed = true;
    const ended = await endAfter(turn, error).catch(() => null);
    const isStopped = turn.abort.signal.aborted && abortSignal?.aborted !== true; // its stream had ended
    if (isStopped) throw runEnded(turn.start.runId, endingOf(ended));
    throw error instanceof ModelFailure ? error.cause : error;
  }
}

/** What the loop is told of a run that was ended by the very step that it has saved, or meanwhile. */
async function endingError({ ctx, memory, start: { runId } }: LoopTurn, state: RunState): Promise<Error> {
  const ended = state.kind === "failed" ? await budgetError({ ctx, memory, runId }, state) : null;
  return ended ?? runEnded(runId, endingOf(state));
}

const endingOf = (state: RunState | null): string =>
  state?.kind === "canceled" ? "was canceled" : "was ended meanwhile";

const operationName = (operationId: string, turn: number, attempt: number): string =>
  `${operationId}${turn === 0 ? "" : `:${turn}`}${attempt === 0 ? "" : `~${attempt}`}`;
