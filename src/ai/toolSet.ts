import { jsonSchema, tool, type ToolSet } from "ai";
import type { ActionCtx, AgentMemory, Principal } from "../client/index.js";
import { outputValue } from "../parts/toolOutput.js";
import { statusOf } from "./toolWaits.js";
import type { AgentTool } from "./tool.js";
import { executeTool, toolContext, type ToolScope } from "./toolExecution.js";

export type ToolSetArgs = {
  /** Of the action that the loop runs in. */
  ctx: ActionCtx;
  memory: AgentMemory;
  /** Who asks. The app has authenticated them. */
  as: Principal;
  threadId: string;
  /** Names the loop where memory is kept for an agent; `as.agentName` unless told. */
  agentName?: string;
  /** The first part of each call's operationId; made up unless told. */
  operationId?: string;
};

/** Where a call of a tool belongs. */
export type CallPlace = { scope: Omit<ToolScope, "abortSignal">; place: number; operationId?: string };

/**
 * Tools of this package for `generateText`, `streamText` and `ToolLoopAgent`: bound to a ctx, a principal and a thread.
 * Their input is checked as in an agent, and what they throw is told to the model. A tool with `needsApproval` waits
 * for the SDK's approval. They run outside of a run: `runId` is empty, and `turn` is behind everything that was said.
 * With a middleware take its `toolSet`, which knows the run.
 *
 * @example
 * const tools = toToolSet(memoryTools(), { ctx, memory, as, threadId });
 * const { text } = await generateText({ model, tools, stopWhen: isStepCount(5), prompt });
 */
export function toToolSet(tools: Record<string, AgentTool>, args: ToolSetArgs): ToolSet {
  const { ctx, memory, as, threadId, operationId = crypto.randomUUID() } = args;
  const agentName = as.agentName ?? args.agentName;
  const principal = { ...as, ...(agentName === undefined ? {} : { agentName }) };
  const turn = Number.MAX_SAFE_INTEGER;
  const scope = { ctx, memory: memory.as(principal), principal, threadId, runId: "", turn };
  const calls = new Map<string, number>();
  return toolSetOf(tools, (callId) => {
    const copy = (calls.get(callId) ?? 0) + 1; // some models give two calls one id
    calls.set(callId, copy);
    return { scope, place: 0, operationId: `${operationId}:${callId}${copy === 1 ? "" : `#${copy}`}` };
  });
}

/** The same for calls whose place is known when they run. */
export function toolSetOf(tools: Record<string, AgentTool>, placeOf: (callId: string) => CallPlace): ToolSet {
  const set: ToolSet = {};
  for (const [name, agentTool] of Object.entries(tools)) {
    const { description, inputSchema } = agentTool;
    set[name] = tool({
      description,
      inputSchema: jsonSchema(inputSchema.jsonSchema), // checked where it runs, once, as in an agent
      ...approvalOf(agentTool, name, placeOf),
      execute: async (input: unknown, { toolCallId, abortSignal = NEVER }) => {
        const { scope, ...place } = placeOf(toolCallId);
        const call = { callId: toolCallId, toolName: name, input: JSON.stringify(input) ?? "", ...place };
        const { part, failed } = await executeTool(tools, call, { ...scope, abortSignal });
        if (failed) throw new ToolFailure(part.output);
        return outputValue(part, undefined);
      },
    });
  }
  return set;
}

/** The SDK tells the model an error's name and message: ours has words only, as in an agent. */
class ToolFailure extends Error {
  override readonly name = "";
}

const NEVER = new AbortController().signal;

/** The SDK is told whether somebody is to be asked; a call that the tool's own rule denies is held as well. */
function approvalOf(agentTool: AgentTool, toolName: string, placeOf: (callId: string) => CallPlace) {
  if (agentTool.approval === undefined) return {};
  return {
    needsApproval: async (input: unknown, { toolCallId: callId }: { toolCallId: string }) => {
      const { scope, ...place } = placeOf(callId);
      const call = { callId, toolName, input: JSON.stringify(input) ?? "", ...place };
      const { type } = await statusOf(agentTool, toolContext(call, { ...scope, abortSignal: NEVER }), input);
      return type === "user-approval" || type === "denied";
    },
  };
}
