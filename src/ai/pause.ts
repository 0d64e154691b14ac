import type { StepResult as SdkStep, ToolSet } from "ai";
import type {
  ActionCtx,
  AskedWait,
  BoundMemory,
  Principal,
  RunState,
  StepSaved,
  ToolCall,
  TurnStart,
} from "../client/index.js";
import type { ResolvedAgent } from "./definition.js";
import { runToolStep } from "./durableTool.js";
import { knownStep, unknownSteps } from "./modelStep.js";
import { isActive } from "../shared/runState.js";
import { supersededError } from "./superseded.js";
import { plan } from "./toolWaits.js";

/** What of a turn in an action is needed to wait in it. */
type Waiting = {
  agent: ResolvedAgent;
  ctx: ActionCtx;
  memory: BoundMemory;
  principal: Principal;
  threadId: string;
  start: TurnStart;
  abort: AbortController;
  takeUps: number;
};

/** True when a step has calls that wait for somebody; those that may not run have their result. */
export const mustWait = (waits: readonly AskedWait[]): boolean =>
  waits.some(({ refused }) => refused === undefined);

/**
 * A step that must wait: what of it may run runs, as the steps of a durable run do, then the action lets go of the run.
 * Gives where it stands: `running` when everything is there already, ended when it was ended meanwhile.
 */
export async function pauseRun(turn: Waiting, saved: StepSaved): Promise<RunState> {
  if (!isActive(saved.state)) return saved.state;
  const free = plan(saved.calls).calls.filter(({ held }) => held !== true);
  await runAll(turn, free);
  turn.abort.signal.throwIfAborted();
  const { takeUps } = turn;
  const { runId } = turn.start;
  const { state, superseded } = await turn.memory.turns.pause(turn.ctx, { runId, takeUps });
  if (superseded === true) throw supersededError(runId);
  return state;
}

/** Runs what is left of a step that had to wait: what was approved, and what an action did not come to. */
export async function runLeft(turn: Waiting, calls: readonly ToolCall[]): Promise<void> {
  await runAll(
    turn,
    calls.filter(({ state }) => state.kind === "pending" || state.kind === "started"),
  );
  turn.abort.signal.throwIfAborted();
}

async function runAll(
  { agent, ctx, principal: as, threadId, start, abort, takeUps }: Waiting,
  calls: readonly Pick<ToolCall, "callId" | "toolName">[],
): Promise<void> {
  const step = { runId: start.runId, as, threadId, abortSignal: abort.signal, takeUps };
  await Promise.all(
    calls.map(({ callId, toolName }) => runToolStep(agent, ctx, { ...step, call: { callId, toolName } })),
  );
}

/** The steps that a run took before, of which only the last one's calls are known. */
export function stepsBefore(steps: number, calls: readonly ToolCall[]): SdkStep<ToolSet>[] {
  if (steps === 0 || calls.length === 0) return unknownSteps(steps);
  const last = calls.map(({ callId, toolName }) => ({ toolCallId: callId, toolName }));
  return [...unknownSteps(steps - 1), knownStep(last)];
}
