import type { ActionCtx, BoundMemory, Principal, StepResult } from "../client/index.js";
import { toolResultPart } from "../parts/toolResult.js";
import { utf8Bytes } from "../shared/utf8.js";
import { describeError } from "./errors.js";
import type { AgentTool, ToolContext } from "./tool.js";

/** Bytes of one tool's result: it is one message, and a mutation takes 16 MiB of arguments in all. */
const TOOL_RESULT_MAX_BYTES = 6 * 1024 * 1024;
/** Bytes of the results that one in-action step saves together. */
const STEP_RESULTS_MAX_BYTES = 12 * 1024 * 1024;

/** A call that a model asked for; `input` is JSON text as the model wrote it, `place` the step of its result. */
export type AskedCall = { callId: string; toolName: string; input: string; place: number };

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
  let bytes = 0;
  return results.map((result) => {
    const added = utf8Bytes(result.part.output);
    if (bytes + added > STEP_RESULTS_MAX_BYTES) return tooLong(result, added);
    bytes += added;
    return result;
  });
}

/** Runs one tool. See `executeTools`. */
export async function executeTool(tools: Tools, call: AskedCall, scope: ToolScope): Promise<StepResult> {
  const startedAt = Date.now();
  const part = toolResultPart({
    callId: call.callId,
    toolName: call.toolName,
    ...(await outcomeOf(tools, call, scope)),
  });
  const result = {
    callId: call.callId,
    part,
    failed: part.outputKind === "error",
    ms: Date.now() - startedAt,
  };
  const bytes = utf8Bytes(part.output);
  return bytes > TOOL_RESULT_MAX_BYTES ? tooLong(result, bytes) : result;
}

async function outcomeOf(
  tools: Tools,
  call: AskedCall,
  scope: ToolScope,
): Promise<{ output: unknown } | { error: string }> {
  const tool = Object.hasOwn(tools, call.toolName) ? tools[call.toolName] : undefined;
  if (tool === undefined) {
    const names = Object.keys(tools).join(", ") || "none";
    return { error: `TOOL_NOT_FOUND: There is no tool "${call.toolName}". Tools: ${names}.` };
  }
  try {
    const input = await readInput(tool, call);
    if (scope.abortSignal.aborted) throw scope.abortSignal.reason; // too late for what it would do
    const output = await unlessAborted(tool.execute(toolContext(call, scope), input), scope.abortSignal);
    return { output };
  } catch (error) {
    return { error: describeError(error) };
  }
}

async function readInput(tool: AgentTool, { toolName, input }: AskedCall): Promise<unknown> {
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

/** The tool's value, or the reason of the abort: a tool that does not listen must not hold up a canceled run. */
async function unlessAborted(work: unknown, abortSignal: AbortSignal): Promise<unknown> {
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(abortSignal.reason as Error);
    abortSignal.addEventListener("abort", stop, { once: true });
    if (abortSignal.aborted) stop(); // by the tool itself, before it gave a promise
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    abortSignal.removeEventListener("abort", stop);
  }
}

function tooLong(result: StepResult, bytes: number): StepResult {
  const { callId, toolName } = result.part;
  const error = `The tool's result has ${bytes} bytes, more than can be kept: ask for less.`;
  return { ...result, failed: true, part: toolResultPart({ callId, toolName, error }) };
}

/** The boundary where the Convex ctx of the caller's action becomes the ctx of a tool: it is spread, so it keeps all. */
function toolContext({ place, callId }: AskedCall, scope: ToolScope): ToolContext {
  const { ctx, ...turn } = scope;
  // By place and not by the model's callId: some models number their calls anew in each step.
  return { ...ctx, ...turn, callId, operationId: `${turn.runId}:${place}` } as ToolContext;
}
