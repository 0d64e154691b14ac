import type { ActionCtx, AskedWait, BoundMemory, Principal, StepResult } from "../client/index.js";
import { toolResultPart } from "../parts/toolResult.js";
import { describeError } from "./errors.js";
import { keptResult, keptResults } from "./resultBytes.js";
import { recordSpent } from "./spent.js";
import type { AgentTool, ApprovalContext, ToolContext } from "./tool.js";
import { attempt } from "./toolAttempts.js";
import { ToolCosts } from "./toolCosts.js";

/**
 * A call that a model asked for; `input` is JSON text as the model wrote it, `place` the step of its result. Outside of
 * a run there is no place: `operationId` says what stays the same for every attempt.
 */
export type AskedCall = {
  callId: string;
  toolName: string;
  input: string;
  place: number;
  /** The result of a call that may not run. */
  refused?: AskedWait["refused"];
  operationId?: string;
};

/** For whom and in what a tool runs. */
export type ToolScope = {
  ctx: ActionCtx;
  memory: BoundMemory;
  principal: Principal;
  threadId: string;
  runId: string;
  turn: number;
  abortSignal: AbortSignal;
};

type Tools = Record<string, AgentTool>;

/**
 * Runs the tools that one step asked for, together, and returns their results in the order of the calls. Never
 * throws: an unknown tool, input that does not fit, a tool that throws and a result that is too long are results
 * that tell the model so.
 */
export async function executeTools(
  tools: Tools,
  calls: AskedCall[],
  scope: ToolScope,
): Promise<StepResult[]> {
  const results = await Promise.all(calls.map((call) => executeTool(tools, call, scope)));
  return keptResults(results);
}

/** Runs one tool. See `executeTools`. */
export async function executeTool(tools: Tools, call: AskedCall, scope: ToolScope): Promise<StepResult> {
  const startedAt = Date.now();
  const { callId, toolName, refused } = call;
  if (refused !== undefined) {
    const part = { type: "toolResult" as const, callId, toolName, ...refused };
    return { callId, part, failed: refused.outputKind === "error", ms: 0 };
  }
  const costs = new ToolCosts(toolName, (spent) => void recordSpent(placeOf(scope), [spent]));
  const outcome = await outcomeOf(tools, call, { ...scope, costs });
  const part = toolResultPart({ callId, toolName, ...outcome });
  const result = { callId, part, failed: part.outputKind === "error", ms: Date.now() - startedAt };
  return { ...keptResult(result), ...costs.close() };
}

/** Where calls belong that come too late for their tool's result. Outside of a run it is the thread. */
export const placeOf = ({ ctx, memory, runId, threadId }: Omit<ToolScope, "abortSignal">) => ({
  ...{ ctx, memory, threadId },
  ...(runId === "" ? {} : { runId }),
});

type Running = ToolScope & { costs: ToolCosts };

async function outcomeOf(
  tools: Tools,
  call: AskedCall,
  { costs, ...scope }: Running,
): Promise<{ output: unknown } | { error: string }> {
  const tool = Object.hasOwn(tools, call.toolName) ? tools[call.toolName] : undefined;
  if (tool === undefined) return { error: notFound(tools, call.toolName) };
  try {
    const input = await readInput(tool, call);
    const output = await attempt(tool, scope.abortSignal, (abortSignal) =>
      lastOf(tool.execute(runningContext(call, { ...scope, abortSignal, costs }), input), abortSignal),
    );
    return { output: tool.later === undefined ? output : null }; // what it gives comes later
  } catch (error) {
    return { error: describeError(error) };
  }
}

/** What a tool gives; of one that gives one value after another, as those of the AI SDK may, the last. */
async function lastOf(given: unknown, abortSignal: AbortSignal): Promise<unknown> {
  const value = await given;
  if (!isAsyncIterable(value)) return value;
  let last: unknown;
  for await (const each of value) {
    if (abortSignal.aborted) break;
    last = each;
  }
  return last;
}

/** A stream of bytes or words is no list of results: it is told as one that cannot be kept. */
const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === "object" &&
  value !== null &&
  Symbol.asyncIterator in value &&
  !(value instanceof ReadableStream);

/** What a model is told that asks for a tool that is not among `tools`. */
export function notFound(tools: Tools, toolName: string): string {
  const names = Object.keys(tools).join(", ") || "none";
  return `TOOL_NOT_FOUND: There is no tool "${toolName}". Tools: ${names}.`;
}

/** The input that a model wrote, as the tool takes it. Throws where it is no JSON, or does not fit the schema. */
export async function readInput(
  tool: AgentTool,
  { toolName, input }: Pick<AskedCall, "toolName" | "input">,
): Promise<unknown> {
  const value: unknown = parseInput(toolName, input);
  const checked = await tool.inputSchema.validate?.(value);
  if (checked === undefined) return value;
  if (checked.success) return checked.value;
  throw inputError(`The input does not fit the schema of "${toolName}": ${describeError(checked.error)}`);
}

/** An empty input is an empty object: models send it for tools without arguments. */
function parseInput(toolName: string, input: string): unknown {
  if (input.trim() === "") return {};
  try {
    return JSON.parse(input);
  } catch (error) {
    throw inputError(`The input of "${toolName}" is not JSON: ${describeError(error)}`);
  }
}

const inputError = (message: string): TypeError => new TypeError(message);

const runningContext = (call: AskedCall, { costs, ...scope }: Running): ToolContext => ({
  ...toolContext(call, scope),
  recordUsage: costs.record,
});

/** The boundary where the Convex ctx of the caller's action becomes the ctx of a tool: it is spread, so it keeps all. */
export function toolContext(
  { callId, place, operationId }: AskedCall,
  scope: ToolScope,
): ApprovalContext & Pick<ToolContext, "operationId"> {
  const { ctx, ...turn } = scope;
  // By place and not by the model's callId: some models number their calls anew in each step.
  return { ...ctx, ...turn, callId, operationId: operationId ?? `${turn.runId}:${place}` } as Omit<
    ToolContext,
    "recordUsage"
  >;
}
