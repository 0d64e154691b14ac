import type { ActionCtx, Principal } from "../client/index.js";
import type { ResolvedAgent } from "./definition.js";
import { goOn } from "./inAction.js";
import { openTurn } from "./openTurn.js";
import { boundTo } from "./boundTo.js";
import type { TurnResult } from "./turnResult.js";

export type ResumeArgs = {
  /** Who asked in the first place: the run goes on as theirs. */
  as: Principal;
  runId: string;
  /** Whether what is said from here on is streamed. False unless told. */
  stream?: boolean;
  abortSignal?: AbortSignal;
};

/** Goes on with a run in an action that had to wait, when what it waited for is there. */
export async function resumeRun(
  agent: ResolvedAgent,
  ctx: ActionCtx,
  { runId, stream: streaming = false, ...args }: ResumeArgs,
): Promise<TurnResult> {
  const { memory } = boundTo(agent, args.as);
  const taken = await memory.turns.takeUp(ctx, { runId, agentName: agent.name });
  const { threadId, turn, state, promptMessageId } = taken;
  const start = { runId, turn, repeated: true, state, promptMessageId, context: [], pending: [] };
  return await goOn(openTurn(agent, { ...args, ctx, threadId, start, streaming }), taken);
}
