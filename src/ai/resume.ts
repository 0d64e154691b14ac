import type { ActionCtx, BoundMemory, Principal } from "../client/index.js";
import { closeLog } from "../shared/runLog.js";
import { memoryError } from "../validators/errors.js";
import { agentForCall, type CallOverrides } from "./agentForCall.js";
import type { ResolvedAgent } from "./definition.js";
import { goOn } from "./inAction.js";
import { openTurn } from "./openTurn.js";
import { boundTo } from "./pause.js";
import type { TurnResult } from "./turnResult.js";
import { tellWarnings } from "./warnings.js";

/** What the call that had to wait changed of its agent (`tools`, `output`, …) is to be given again: it is kept nowhere. */
export type ResumeArgs<Shape = unknown> = CallOverrides<Shape> & {
  /** Who asked in the first place: the run goes on as theirs. */
  as: Principal;
  runId: string;
  /** Whether what is said from here on is streamed. False unless told. */
  stream?: boolean;
  abortSignal?: AbortSignal;
};

/** Goes on with a run in an action that had to wait, when what it waited for is there. */
export async function resumeRun(agent: ResolvedAgent, ctx: ActionCtx, args: ResumeArgs): Promise<TurnResult> {
  return await resume(agentForCall(agent, args), ctx, args).finally(() => closeLog(ctx));
}

async function resume(
  agent: ResolvedAgent,
  ctx: ActionCtx,
  { runId, as, stream: streaming = false, abortSignal }: ResumeArgs,
): Promise<TurnResult> {
  const { memory } = boundTo(agent, as);
  await checkTools(agent, ctx, { memory, runId });
  const taken = await memory.turns.takeUp(ctx, { runId, agentName: agent.name });
  const { threadId, turn, state, promptMessageId } = taken;
  const start = { runId, turn, repeated: true, state, promptMessageId, context: [], pending: [] };
  const signal = abortSignal === undefined ? {} : { abortSignal };
  const open = openTurn(agent, { ...{ as, ctx, threadId, start, streaming }, ...signal });
  return await goOn(open, taken).finally(() => tellWarnings(agent, { threadId, runId }, open.warnings));
}

/** What somebody has approved is not to be lost because a tool was not given again. Nothing is taken up by then. */
async function checkTools(
  { name: agentName, tools }: ResolvedAgent,
  ctx: ActionCtx,
  { memory, runId }: { memory: BoundMemory; runId: string },
): Promise<void> {
  const run = await memory.runs.get(ctx, { runId });
  const isOurs = run.agentName === agentName && run.engine === "action";
  const approved = isOurs ? (run.waiting?.calls ?? []).filter(({ kind }) => kind === "approved") : [];
  const missing = approved.find((call) => !Object.hasOwn(tools, call.toolName));
  if (missing === undefined) return;
  const { toolName } = missing;
  throw memoryError(
    "INVALID_ARGUMENT",
    `The run is to call "${toolName}", which is no tool here: resume it with the tools that it was begun with, or cancel it.`,
    { runId, toolName },
  );
}
