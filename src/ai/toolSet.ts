import { jsonSchema, tool, type ToolSet } from "ai";
import type { ActionCtx, AgentMemory, Principal, Spent } from "../client/index.js";
import { outputValue } from "../parts/toolOutput.js";
import { memoryError } from "../validators/errors.js";
import type { AgentTool } from "./tool.js";
import { recordSpent } from "./spent.js";
import { executeTool, placeOf, type ToolScope } from "./toolExecution.js";
import { judge } from "./toolWaits.js";

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

/** For whom tools run in a loop, and where each call belongs: asked once for a call, when it runs. */
export type LoopPlaces = {
  scope: () => Omit<ToolScope, "abortSignal">;
  placeOf: (callId: string) => { place: number; operationId?: string };
  /** Takes what a tool cost, to be saved with its turn; false where there is none. */
  takeCosts?: (used: readonly Spent[]) => boolean;
};

/**
 * Tools of this package for `generateText`, `streamText` and `ToolLoopAgent`: bound to a ctx, a principal and a thread.
 * Their input is checked as in an agent, and what they throw is told to the model. A tool with `needsApproval` waits
 * for the SDK's approval; a call that its rule denies, or that does not fit, asks nobody and is told to the model. A
 * tool that answers later is left to the loop, as the SDK's tools without `execute`; one that also has an `execute` is
 * `INVALID_ARGUMENT`. They run outside of a run: `runId` is empty, and `turn` is behind everything that was said. With
 * a middleware take its `toolSet`, which knows the run.
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
  return toolSetOf(tools, {
    scope: () => scope,
    placeOf: (callId) => {
      const copy = (calls.get(callId) ?? 0) + 1; // some models give two calls one id
      calls.set(callId, copy);
      return { place: 0, operationId: `${operationId}:${callId}${copy === 1 ? "" : `#${copy}`}` };
    },
  });
}

/** The same for calls whose place is known when they run. */
export function toolSetOf(tools: Record<string, AgentTool>, places: LoopPlaces): ToolSet {
  const set: ToolSet = {};
  for (const [name, agentTool] of Object.entries(tools)) {
    const { description, inputSchema } = agentTool;
    const judged = new Judged({ [name]: agentTool }, name, places);
    const told = {
      description,
      inputSchema: jsonSchema(inputSchema.jsonSchema), // checked where it runs, once, as in an agent
      ...(agentTool.approval === undefined ? {} : { needsApproval: judged.needsApproval }),
    };
    set[name] = isLeftToLoop(name, agentTool)
      ? tool(told)
      : tool({ ...told, execute: executeOf(tools, { name, judged, places }) });
  }
  return set;
}

function isLeftToLoop(toolName: string, { later }: AgentTool): boolean {
  if (later?.runs === true)
    throw memoryError(
      "INVALID_ARGUMENT",
      `The tool "${toolName}" asks for a result that comes later: only a run of an agent can wait for it.`,
      { toolName },
    );
  return later !== undefined;
}

type Executing = { name: string; judged: Judged; places: LoopPlaces };
type CallOptions = { toolCallId: string; abortSignal?: AbortSignal };

const executeOf =
  (tools: Record<string, AgentTool>, { name, judged, places }: Executing) =>
  async (given: unknown, { toolCallId: callId, abortSignal = NEVER }: CallOptions): Promise<unknown> => {
    const input = toInputText(given);
    const refusal = judged.refusalOf(callId, input);
    if (refusal !== undefined) throw new ToolFailure(refusal);
    const call = { callId, toolName: name, input, ...places.placeOf(callId) };
    const scope = places.scope();
    const { part, failed, used = [] } = await executeTool(tools, call, { ...scope, abortSignal });
    if (places.takeCosts?.(used) !== true) await recordSpent(placeOf(scope), used);
    if (failed) throw new ToolFailure(part.output);
    return outputValue(part, undefined);
  };

/** What a tool's own rule says of the calls of a loop, which knows only of calls that somebody is to be asked about. */
class Judged {
  readonly #refusals = new Map<string, string>();

  constructor(
    private readonly tools: Record<string, AgentTool>,
    private readonly toolName: string,
    private readonly places: LoopPlaces,
  ) {}

  needsApproval = async (given: unknown, { toolCallId: callId }: CallOptions): Promise<boolean> => {
    const { toolName, tools } = this;
    const input = toInputText(given);
    const scope = { ...this.places.scope(), abortSignal: NEVER };
    const wait = await judge(tools, { callId, toolName, input }, scope);
    const key = keyOf(callId, input);
    if (wait?.refused === undefined) this.#refusals.delete(key);
    else this.#refusals.set(key, wait.refused.output || "The call was denied.");
    return wait?.approvalTimeoutMs !== undefined;
  };

  /** Why a call may not run. */
  refusalOf(callId: string, input: string): string | undefined {
    return this.#refusals.get(keyOf(callId, input));
  }
}

/** Some models give two calls one id. */
const keyOf = (callId: string, input: string): string => `${callId} ${input}`;

const toInputText = (input: unknown): string => JSON.stringify(input) ?? "";

/** The SDK tells the model an error's name and message: ours has words only, as in an agent. */
class ToolFailure extends Error {
  override readonly name = "";
}

const NEVER = new AbortController().signal;
