import type { FunctionReturnType } from "convex/server";
import { isActive } from "../shared/runState.js";
import type { ToolCall } from "../validators/run.js";
import { keyOf, type ItemOf } from "./references.js";
import { runActions, type RunActions } from "./runActions.js";
import type { RunApi, WhichRun } from "./runApi.js";
import { RunStore, type RunSnapshot } from "./runStore.js";
import { useMade, useSnapshot } from "./useStore.js";

export type UseRunResult<Api extends RunApi> = RunActions & {
  /** `null` until one is known; its `state`, `steps` and `totals` are live. */
  run: FunctionReturnType<Api["getRunById"]> | null;
  /** In the order of their places. */
  toolCalls: readonly ItemOf<Api["listToolCalls"]>[];
  /** Calls that somebody is to decide about or to answer. */
  waiting: readonly FunctionReturnType<Api["listWaiting"]>[number][];
  /** Steps of the model that are saved, tool calls, and how many of these are over. */
  progress: RunProgress;
  /** The run goes on, or waits: it has not ended. */
  isActive: boolean;
  isLoading: boolean;
};

/** How far a run has come. */
export type RunProgress = { steps: number; toolCalls: number; toolCallsEnded: number };

const SKIPPED: RunSnapshot = { run: null, toolCalls: [], waiting: [], isLoading: false };

/**
 * A run, live, with what people do about it. `"skip"` for none. Throws while rendering what the queries throw, such as
 * `RUN_NOT_FOUND`.
 *
 * @example
 * const { run, waiting, isActive, approve, deny, cancel } = useRun(api.chat, { threadId });
 * return waiting.map((call) => (
 *   <Ask key={call.callId} input={call.input} onYes={() => approve(call)} onNo={() => deny(call)} />
 * ));
 */
export function useRun<Api extends RunApi>(api: Api, which: WhichRun | "skip"): UseRunResult<Api> {
  const reads = [api.getRun, api.getRunById, api.listToolCalls, api.listWaiting];
  const changes = [api.decideApproval, api.answerTool, api.cancelRun, api.steerRun];
  const { store, actions } = useMade(keyOf([...reads, ...changes], which), (client) => {
    const made = which === "skip" ? null : new RunStore(client, api, which);
    return { store: made, actions: runActions(client, api, made?.getSnapshot ?? (() => SKIPPED)) };
  });
  const { run, toolCalls, waiting, isLoading } = useSnapshot(store, SKIPPED);
  const progress = progressOf(toolCalls, run?.steps);
  return {
    ...{ run, toolCalls, waiting, progress, isLoading },
    isActive: run !== null && isActive(run.state),
    ...actions,
  };
}

const progressOf = (toolCalls: readonly ToolCall[], steps = 0): RunProgress => ({
  steps,
  toolCalls: toolCalls.length,
  toolCallsEnded: toolCalls.filter(({ state }) => "endedAt" in state).length,
});
