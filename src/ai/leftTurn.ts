import type { ActionCtx, BoundMemory } from "../client/index.js";
import { STEP_MAX_TOOL_CALLS } from "../shared/limits.js";
import { callsToRun } from "../shared/toolGroups.js";
import { memoryError } from "../validators/errors.js";
import { savedResults, type GivenResult } from "./callerPrompt.js";

/** Messages looked through for the prompt of a turn that was left. */
const LOOKED_AT = STEP_MAX_TOOL_CALLS;

type Left = { ctx: ActionCtx; memory: BoundMemory; threadId: string };

/**
 * A turn that was left behind its tools in another action, because they waited for an approval or ran in a browser:
 * their results are saved where they belong, and the turn goes on with a run of its own. Throws `RUN_ENDED` where no
 * call waits for these results.
 */
export async function leftTurn(
  { ctx, memory, threadId }: Left,
  given: readonly GivenResult[],
): Promise<{ promptMessageId: string }> {
  const run = await memory.runs.latest(ctx, { threadId });
  if (run === null || run.state.kind !== "running" || run.engine !== "action") throw tooLate(threadId);
  const { page } = await memory.messages.list(ctx, {
    threadId,
    cursor: null,
    limit: LOOKED_AT,
    order: "desc",
  });
  const { runId, turn } = run;
  const asking = page.find(({ role, state }) => role === "assistant" && state.kind === "complete");
  const prompt = page.find((message) => message.turn === turn && message.role === "user");
  const calls = asking?.runId === runId ? callsToRun(asking.parts) : [];
  const results = savedResults(calls, given, 0);
  if (results.length === 0 || prompt === undefined) throw tooLate(threadId);
  await memory.turns.end(ctx, { runId, outcome: { kind: "completed" }, results });
  return { promptMessageId: prompt.messageId };
}

const tooLate = (threadId: string) =>
  memoryError("RUN_ENDED", "No tool call of this thread waits for these results: ask again.", { threadId });
