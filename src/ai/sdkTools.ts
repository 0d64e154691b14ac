import { asSchema, type ToolExecutionOptions, type ToolResultPart, type ToolSet } from "ai";
import { withStoredFiles } from "../parts/toolOutput.js";
import { APPROVAL_TIMEOUT_MS } from "../shared/runLimits.js";
import { memoryError } from "../validators/errors.js";
import { FileKeeper } from "./fileKeeper.js";
import { isOfProvider } from "./modelFields.js";
import type { AgentTool, ToolContext } from "./tool.js";

/** What a tool of the SDK finds as `context` in the options of its `execute`, when an agent runs it. */
export type SdkToolContext = Pick<ToolContext, "recordUsage">;

type SdkTool = ToolSet[string];
type Asked = Pick<ToolExecutionOptions<unknown>, "messages"> & { warnings: string[] };

/** Tools of the SDK, sorted: those that we run, and those that the model's provider does. */
export type SortedTools = { tools: Record<string, AgentTool>; sdkTools: ToolSet; providerTools: ToolSet };

/**
 * Tools of the AI SDK, such as those of its MCP client, as tools of an agent. They are executed as the SDK does it:
 * with the call's id, the messages that the model was shown (`asked`) and the abort signal; of a tool that gives
 * several results the last one counts; their `context` is `SdkToolContext`; `toModelOutput` says what the model is told. Files in it are stored. One that
 * needs an approval waits for it as our own do. Throws `INVALID_ARGUMENT` for a tool that nobody can run.
 */
export function sortTools(given: ToolSet, asked: Asked): SortedTools {
  const sorted: SortedTools = { tools: {}, sdkTools: {}, providerTools: {} };
  for (const [name, tool] of Object.entries(given)) {
    if (isOfProvider(tool)) {
      sorted.providerTools[name] = tool;
      continue;
    }
    checkTool(name, tool);
    sorted.sdkTools[name] = tool;
    sorted.tools[name] = toAgentTool(tool, asked);
  }
  return sorted;
}

function checkTool(name: string, { execute }: SdkTool): void {
  if (execute === undefined)
    throw memoryError("INVALID_ARGUMENT", `The tool "${name}" has no \`execute\`: nobody would run it.`, {
      toolName: name,
    });
}

function toAgentTool(tool: SdkTool, asked: Asked): AgentTool {
  return {
    description: typeof tool.description === "string" ? tool.description : "",
    idempotent: false,
    inputSchema: asSchema(tool.inputSchema),
    ...approvalOf(tool, asked),
    execute: (ctx, input) => run(tool, { ctx, input, asked }),
  };
}

/** The SDK's question whether a call needs an approval, as one of ours. */
function approvalOf({ needsApproval = false }: SdkTool, asked: Asked): Pick<AgentTool, "approval"> {
  if (needsApproval === false) return {};
  const ask: NonNullable<AgentTool["approval"]>["ask"] =
    needsApproval === true
      ? () => true
      : ({ callId: toolCallId }, input) =>
          // The boundary to a tool whose input type is not known, as where it runs.
          (needsApproval as (input: unknown, options: unknown) => boolean | Promise<boolean>)(input, {
            ...{ toolCallId, messages: asked.messages, context: undefined },
          });
  return { approval: { timeoutMs: APPROVAL_TIMEOUT_MS, ask } };
}

type Running = { ctx: ToolContext; input: unknown; asked: Asked };

async function run(tool: SdkTool, { ctx, input, asked }: Running): Promise<unknown> {
  const { callId: toolCallId, abortSignal, recordUsage } = ctx;
  const context: SdkToolContext = { recordUsage };
  const options = { toolCallId, messages: asked.messages, abortSignal, context };
  // The boundary to a tool whose input and output types are not known: its input was checked against its schema.
  const given: unknown = await lastOf(
    (tool.execute as (input: unknown, options: unknown) => unknown)(input, options),
  );
  const toModelOutput = tool.toModelOutput;
  if (toModelOutput === undefined) return given;
  const told = await toModelOutput({ toolCallId, input, output: given });
  const output = isFailedResult(given) ? asError(told) : told;
  const files = new FileKeeper(ctx, ctx.memory);
  const kept = await files.encode((storing) => withStoredFiles(output, storing));
  asked.warnings.push(...files.warnings);
  return kept;
}

/** How an MCP server tells that its tool failed; the SDK's client leaves that to the words of the result. */
const isFailedResult = (given: unknown): boolean =>
  typeof given === "object" && given !== null && "isError" in given && given.isError === true;

function asError(output: ToolResultPart["output"]): ToolResultPart["output"] {
  if (output.type !== "content") return output;
  const texts = output.value.flatMap((item) => (item.type === "text" ? [item.text] : []));
  return { type: "error-text", value: texts.join("\n") || "The tool failed." };
}

/** A tool may give one result, or several that each replace the one before. */
async function lastOf(given: unknown): Promise<unknown> {
  if (!isAsyncIterable(given)) return await given;
  let last: unknown;
  for await (const result of given) last = result;
  return last;
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value;
