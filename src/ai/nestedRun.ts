import type { WorkflowCtx } from "@convex-dev/workflow";
import type { Infer } from "convex/values";
import type { MutationCtx, Principal } from "../client/index.js";
import { toolResultPart } from "../parts/toolResult.js";
import { nestedEvent } from "../shared/nesting.js";
import { isMemoryError, memoryError } from "../validators/errors.js";
import type { ResolvedAgent } from "./definition.js";
import { boundTo } from "./boundTo.js";
import type { vNestContext } from "./settle.js";
import { driverOf, siblingsAt, siblingsOf } from "./siblings.js";
import type { AgentTool } from "./tool.js";
import { errorText } from "./workflowOutcome.js";
import { readInput } from "./toolExecution.js";

type Nest = Omit<Infer<typeof vNestContext>, "kind">;

/**
 * A call that another agent's durable run answers, as a run asks it from its workflow: opened inside the workflow's
 * own mutation, then an event brings word that its result is saved. Nothing runs meanwhile.
 */
export async function askNested(step: WorkflowCtx, asked: Omit<Nest, "failure">): Promise<void> {
  const { settle } = siblingsAt(asked.path);
  const nest = (context: Nest): Promise<string | null> =>
    step.runMutation(
      settle,
      { workflowId: step.workflowId, result: null, context: { kind: "nest", ...context } },
      { inline: true },
    ) as Promise<string | null>;
  const childRunId = await nest(asked).catch((error: unknown) =>
    nest({ ...asked, failure: errorText(error) }),
  );
  if (childRunId !== null) await step.awaitEvent({ name: nestedEvent(childRunId) });
}

type NewRun = { path: string; as: Principal; threadId: string; runId: string };
type Opening = Nest & { start: (run: NewRun) => Promise<unknown> };

/**
 * Opens the child thread and its run, and starts its workflow, once: both carry the call's operationId. Gives the run,
 * or null when nothing is to be waited for. What it throws is told to the model with `failure`.
 */
export async function nestRun(
  agent: ResolvedAgent,
  ctx: MutationCtx,
  { as, runId, callId, toolName, failure, start }: Opening,
): Promise<string | null> {
  const { turns } = boundTo(agent, as).memory;
  if (failure !== undefined) return await refuse(agent, ctx, { as, runId, callId, toolName, failure });
  const asked = await turns.startTool(ctx, { runId, callId, idempotent: true });
  if (asked.kind !== "execute") return null;
  const { tool, agentName, run, budgets } = nestedTool(agent, toolName);
  const siblings = siblingsOf(run());
  const child = { ...as, agentName };
  const driver = await driverOf(siblings, child);
  const prompt = promptIn(await readInput(tool, asked));
  const operationId = `${runId}:${asked.step}`;
  const memory = agent.memory.as(child);
  const { threadId } = await memory.runs.createNestedThread(ctx, { runId, title: agentName, operationId });
  const begun = await memory.turns.begin(ctx, {
    ...{ threadId, agentName, operationId, driver },
    engine: "durable",
    prompt: [{ type: "text", text: prompt }],
    limits: { maxMessages: 0 }, // the first step reads the context
    parent: { runId, callId },
    ...(await budgets()),
  });
  // One that waits for room in its budget is started when that is there.
  if (!begun.repeated && begun.state.kind === "running")
    await start({ path: siblings.path, as: child, threadId, runId: begun.runId });
  return begun.runId;
}

/** The tool as it is now: a deploy may have changed it since the model asked. */
function nestedTool({ tools }: ResolvedAgent, toolName: string) {
  const tool: AgentTool | undefined = Object.hasOwn(tools, toolName) ? tools[toolName] : undefined;
  const { run, agentName, budgets = async () => ({}) } = tool?.nested ?? {};
  if (tool !== undefined && run !== undefined && agentName !== undefined)
    return { tool, agentName: agentName(), run, budgets };
  throw memoryError("RUN_CODE_MOVED", `"${toolName}" no longer asks an agent's durable run.`, { toolName });
}

const promptIn = (input: unknown): string =>
  typeof input === "object" && input !== null ? String(Reflect.get(input, "prompt")) : "";

async function refuse(
  agent: ResolvedAgent,
  ctx: MutationCtx,
  { as, runId, callId, toolName, failure }: Omit<Nest, "path"> & { failure: string },
): Promise<null> {
  const part = toolResultPart({ callId, toolName, error: failure });
  try {
    await boundTo(agent, as).memory.turns.saveResult(ctx, { runId, callId, part, failed: true, ms: 0 });
  } catch (error) {
    if (!isMemoryError(error, "RUN_NOT_FOUND")) throw error; // it went with its thread
  }
  return null;
}
