import type { BoundMemory, QueryCtx } from "../client/index.js";
import { memoryError } from "../validators/errors.js";
import { readLastWords } from "./answer.js";
import type { ResolvedAgent } from "./definition.js";
import { readOutput } from "./structuredOutput.js";

/** The value that the answer of a completed run stands for. */
export async function outputOfRun(
  agent: ResolvedAgent,
  ctx: QueryCtx,
  { memory, runId }: { memory: BoundMemory; runId: string },
): Promise<unknown> {
  const { output, name: agentName } = agent;
  if (output === undefined)
    throw memoryError("AGENT_INVALID", "The agent has no `output`: its answers are texts.", { agentName });
  const { state, threadId, turn } = await memory.runs.get(ctx, { runId });
  switch (state.kind) {
    case "completed": {
      const { text, isAnswer } = await readLastWords(ctx, memory, { threadId, turn, runId });
      if (isAnswer) return await readOutput(output, text);
      throw memoryError("RUN_ENDED", "The run was stopped behind its tools: it has no answer.", { runId });
    }
    case "failed":
      throw memoryError("RUN_ENDED", `The run failed: ${state.message}`, { runId, code: state.code });
    case "canceled":
      throw memoryError("RUN_ENDED", "The run was canceled before it had an answer.", { runId });
    case "queued":
    case "running":
    case "awaitingApproval":
    case "awaitingResult":
      throw memoryError("RUN_ACTIVE", "The run has no answer yet: wait until it is completed.", { runId });
  }
}
