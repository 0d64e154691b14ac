import type {
  ActionCtx,
  BoundMemory,
  Part,
  Principal,
  RunState,
  RunTotals,
  TurnStart,
  WhileRunning,
} from "../client/index.js";
import { memoryError } from "../validators/errors.js";
import type { CallOverrides } from "./agentForCall.js";
import { readLastWords } from "./answer.js";
import { budgetError } from "./budgetError.js";
import type { ResolvedAgent } from "./definition.js";
import type { PromptPart } from "./promptParts.js";
import { readOutput } from "./structuredOutput.js";

export type GenerateArgs<Shape = unknown> = CallOverrides<Shape> & {
  /** Who asks. The app has authenticated them. */
  as: Principal;
  threadId: string;
  /**
   * What is asked now; or `promptMessageId`: a user message that is in the thread. Files as the AI SDK has them are
   * stored when they come as bytes.
   */
  prompt?: string | PromptPart[];
  promptMessageId?: string;
  /** Repeating a call with the same id and prompt returns the first answer without asking the model again. */
  operationId?: string;
  /**
   * Takes up a run of the same `operationId` that was left in the middle, instead of refusing with `RUN_ACTIVE`: its
   * saved steps are not paid for again. Only for callers who know that the first call is dead, such as a retry after
   * a crash. False unless told.
   */
  resume?: boolean;
  /**
   * The run that asks, of a tool that asks another agent by itself (`ctx.runId`): its totals include what is used here,
   * and it is canceled with it. In a thread of its own. `agentTool` sets it.
   */
  parentRunId?: string;
  /** What to do while another run has the thread; as the agent says unless told. */
  whileRunning?: WhileRunning;
  abortSignal?: AbortSignal;
};

/** What came of one turn. */
export type TurnResult<Shape = unknown> = {
  runId: string;
  turn: number;
  promptMessageId: string;
  /**
   * `completed`, or `canceled` when it was stopped on the way; failures are thrown. `awaitingApproval` and
   * `awaitingResult`: the run waits, and goes on with `agent.resume`.
   */
  state: RunState;
  /** The prompt was handed to a run that was under way: `runId`. Whoever asked there gets the answer to it. */
  steered?: boolean;
  /** What the model said last. */
  text: string;
  /** What the answer stands for, where the agent or the call has an `output`; not there when its tools ended the turn. */
  output?: Shape;
  steps: number;
  usage: RunTotals;
  /** What did not go as it should without losing the turn: an embedder that failed, a setting that was ignored. */
  warnings: string[];
};

/** The prompt as parts; left to the component to check, so that both engines refuse the same. */
export function promptOfArgs({
  prompt,
  promptMessageId,
}: {
  prompt?: string | Part[];
  promptMessageId?: string;
}) {
  const parts: Part[] | undefined = typeof prompt === "string" ? [{ type: "text", text: prompt }] : prompt;
  return {
    ...(parts === undefined ? {} : { prompt: parts }),
    ...(promptMessageId === undefined ? {} : { promptMessageId }),
  };
}

export type Repeat = {
  agent: ResolvedAgent;
  ctx: ActionCtx;
  memory: BoundMemory;
  threadId: string;
  start: TurnStart;
};

/** What the first call with this operationId came to: its answer, its failure, or that it is still under way. */
export async function firstResult({ agent, ctx, memory, threadId, start }: Repeat): Promise<TurnResult> {
  const { runId, turn, promptMessageId, state } = start;
  switch (state.kind) {
    case "completed":
    case "canceled":
    case "awaitingApproval":
    case "awaitingResult": {
      const run = await memory.runs.get(ctx, { runId });
      const said = await readLastWords(ctx, memory, { threadId, turn, runId });
      const output = await outputAgain(agent, state, said);
      const { text } = said;
      const { steps, totals: usage } = run;
      return { runId, turn, promptMessageId, state, text, ...output, steps, usage, warnings: [] };
    }
    case "failed": {
      const ended = await budgetError({ ctx, memory, runId }, state);
      if (ended !== null) throw ended;
      if (start.steered === true)
        throw memoryError("RUN_ENDED", `The run that it has steered failed: ${state.message}`, {
          runId,
          code: state.code,
        });
      throw memoryError("MODEL_FAILED", `The first call with this operationId failed: ${state.message}`, {
        agentName: agent.name,
        runId,
        code: state.code,
      });
    }
    case "queued":
    case "running":
      throw memoryError("RUN_ACTIVE", "The first call with this operationId is still under way.", { runId });
  }
}

/** The value that a saved answer stands for: none of a canceled turn, nor of one that its tools ended. */
export async function outputAgain(
  { output }: ResolvedAgent,
  state: RunState,
  { text, isAnswer }: { text: string; isAnswer: boolean },
): Promise<{ output?: unknown }> {
  if (output === undefined || state.kind !== "completed" || !isAnswer) return {};
  return { output: await readOutput(output, text) };
}
