import type { ActionCtx, BoundMemory, Part, Principal, StepSaved, TurnStart } from "../client/index.js";
import { memoryError } from "../validators/errors.js";
import { readAnswer } from "./answer.js";
import { budgetAsk } from "./budgetAsk.js";
import { contextAsk, openContext } from "./context.js";
import type { ResolvedAgent } from "./definition.js";
import { readAnew } from "./inAction.js";
import { openTurn as openedTurn, type OpenTurn } from "./openTurn.js";
import { unknownSteps } from "./modelStep.js";
import type { ModelAnswer } from "./modelCall.js";
import type { WrappedModel } from "./modelTap.js";
import { makeRoom } from "./contextRoom.js";
import type { RunContext } from "./runContext.js";
import { addStep } from "./runSteps.js";

/** A turn of a caller's loop: as in our own engine, with what our loop would hold between two calls of the model. */
export type LoopTurn = OpenTurn & {
  /** Made with the first call. */
  context?: RunContext;
  streamId?: string;
  /** What was said last, while the caller's loop runs the tools that it asks for. */
  behind?: { answer: ModelAnswer; saved: StepSaved; savedAt: number };
};

/** What a turn answers: new words, or a message of the thread. */
export type Asked = { prompt: Part[] } | { promptMessageId: string };

export type BeginArgs = {
  ctx: ActionCtx;
  memory: BoundMemory;
  principal: Principal;
  threadId: string;
  asked: Asked;
  /** Of one attempt at this turn. */
  operationId?: (attempt: number) => string;
  resume: boolean;
  streaming: boolean;
  abortSignal: AbortSignal | undefined;
  /** What the loop asks. */
  model: WrappedModel;
};

/** A turn that was begun, or the answer that it has already. */
export type Begun = { kind: "open"; turn: LoopTurn } | { kind: "answered"; start: TurnStart; text: string };

/** Attempts at one turn that are looked through: each failed, so there are as many as somebody had patience. */
const MAX_ATTEMPTS = 32;

/**
 * Begins a turn. With an operationId the answer that was given is given again; where the attempt before failed, its
 * message is answered anew and not written twice. Throws what `turns.begin` throws, and `RUN_ENDED` for a canceled one.
 */
export async function beginTurn(agent: ResolvedAgent, args: BeginArgs): Promise<Begun> {
  let { asked } = args;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const start = await begin(agent, { ...args, asked }, attempt);
    if (!start.repeated) return { kind: "open", turn: await openTurn(agent, args, start) };
    switch (start.state.kind) {
      case "completed": {
        const { ctx, memory, threadId } = args;
        return { kind: "answered", start, text: await readAnswer(ctx, memory, { threadId, ...start }) };
      }
      case "running":
        if (args.resume) return { kind: "open", turn: await openTurn(agent, args, start) };
        throw underWay(start.runId);
      case "failed":
        asked = { promptMessageId: start.promptMessageId };
        continue;
      case "canceled":
        throw runEnded(start.runId, "was canceled");
      case "queued":
      case "awaitingApproval":
      case "awaitingResult":
        throw underWay(start.runId);
    }
  }
  throw memoryError("MODEL_FAILED", `All ${MAX_ATTEMPTS} attempts with this operationId failed.`);
}

const underWay = (runId: string) =>
  memoryError("RUN_ACTIVE", "The first call with this operationId is still under way.", { runId });

/** What a caller's loop is told when its run is over before it is. */
export const runEnded = (runId: string, how: string) =>
  memoryError("RUN_ENDED", `The run ${how}: nothing more is written to it. Ask again.`, { runId });

async function begin(agent: ResolvedAgent, args: BeginArgs, attempt: number): Promise<TurnStart> {
  const { ctx, memory, threadId, asked, operationId, streaming, model } = args;
  return await memory.turns.begin(ctx, {
    threadId,
    agentName: agent.name,
    engine: "action",
    ...asked,
    ...(operationId === undefined ? {} : { operationId: operationId(attempt) }),
    limits: agent.limits,
    shown: await contextAsk(agent),
    stream: streaming,
    recall: agent.recall !== undefined,
    ...(await budgetAsk(agent, "action", model)),
  });
}

async function openTurn(agent: ResolvedAgent, args: BeginArgs, start: TurnStart): Promise<LoopTurn> {
  const { ctx, memory, principal: as, threadId, streaming, abortSignal } = args;
  const turn = openedTurn(agent, { ...{ as, ctx, threadId, start, streaming }, abortSignal });
  if (start.repeated) {
    const { steps, totals, takeUps } = await memory.turns.takeUp(ctx, { runId: start.runId, force: true });
    turn.takeUps = takeUps;
    turn.steps = unknownSteps(steps);
    turn.totals = { ...totals };
    await readAnew(turn);
  }
  const { streamId } = turn.start;
  return { ...turn, ...(streamId === undefined ? {} : { streamId }) };
}

/** The context of the next call: made with the first one, and grown by what was said and what came of it since. */
export async function contextOf(turn: LoopTurn): Promise<RunContext> {
  const { agent, ctx, memory, threadId, start, abort, behind, results } = turn;
  const { signal: abortSignal } = abort;
  if (turn.context === undefined) {
    const { spent } = turn;
    const request = { ...start, ctx, memory, threadId, spent, history: start.context, abortSignal };
    const opened = await openContext(agent, request);
    turn.warnings.push(...opened.warnings);
    return (turn.context = opened.context);
  }
  const { context } = turn;
  if (behind === undefined) return context;
  addStep(context, { ...behind, results });
  turn.warnings.push(...(await makeRoom(agent, { ctx, memory, context, abortSignal })));
  return context;
}
