import {
  jsonSchema,
  tool,
  type FlexibleSchema,
  type Instructions,
  type ModelMessage,
  type Schema,
  type TimeoutConfiguration,
  type ToolSet,
} from "ai";
import { cappedOutput } from "./budgetAsk.js";
import type { CallMeter } from "./callMeter.js";
import type { ResolvedAgent } from "./definition.js";
import type { FileKeeper } from "./fileKeeper.js";
import type { StreamDelta } from "../shared/foldDeltas.js";
import { withoutUndefined } from "../shared/withoutUndefined.js";
import type { PreparedStep } from "./prepareStep.js";
import { soundModel } from "./soundModel.js";
import { askedOutput } from "./structuredOutput.js";
import type { AgentTool } from "./tool.js";

export type ModelCall = {
  /** The agent's, with what it keeps in mind. */
  instructions: Instructions;
  messages: ModelMessage[];
  /** What the agent's `prepareStep` changed. */
  prepared?: PreparedStep;
  /** Stores the files that the model makes. */
  files: Pick<FileKeeper, "encode">;
  /** Retries of the SDK: a durable step is retried as a whole instead. */
  maxRetries: number;
  abortSignal: AbortSignal;
  /** Given what arrives, as it arrives; the model is asked to stream only with it. */
  onDelta?: (delta: StreamDelta) => void;
};

/** One call of the model as `generateText` and `streamText` take it: one step, with tools that the SDK does not run. */
export function requestOf(agent: ResolvedAgent, call: ModelCall, meter: CallMeter) {
  const { maxRetries, abortSignal, prepared = {} } = call;
  const { model, instructions, messages, providerOptions, ...changed } = prepared;
  const { timeoutMs, firstChunkTimeoutMs, chunkTimeoutMs, ...settings } = agent.settings;
  const tools = toolSet(agent);
  return {
    ...settings,
    ...timeoutOf({ timeoutMs, firstChunkTimeoutMs, chunkTimeoutMs }),
    ...(Object.keys(tools).length === 0 ? {} : { tools }),
    ...(agent.toolChoice === undefined ? {} : { toolChoice: agent.toolChoice }),
    ...(agent.output === undefined ? {} : { output: askedOutput(agent.output) }),
    ...(agent.repairToolCall === undefined ? {} : { repairToolCall: agent.repairToolCall }),
    telemetry: { functionId: agent.name, ...agent.telemetry },
    ...withoutUndefined(changed),
    ...cappedOutput(agent, changed.maxOutputTokens),
    ...(providerOptions === undefined
      ? {}
      : { providerOptions: { ...settings.providerOptions, ...providerOptions } }),
    model: soundModel(model ?? agent.model(), meter),
    instructions: instructions ?? call.instructions,
    messages: messages ?? call.messages,
    allowSystemInMessages: true, // an app may have put some into the thread
    maxRetries,
    abortSignal,
  };
}

type Timeouts = { timeoutMs?: number; firstChunkTimeoutMs?: number; chunkTimeoutMs?: number };

function timeoutOf({ timeoutMs, firstChunkTimeoutMs, chunkTimeoutMs }: Timeouts): {
  timeout?: TimeoutConfiguration<ToolSet>;
} {
  const timeout = withoutUndefined({
    totalMs: timeoutMs,
    firstChunkMs: firstChunkTimeoutMs,
    chunkMs: chunkTimeoutMs,
  });
  return Object.keys(timeout).length === 0 ? {} : { timeout };
}

/** The tools as the model is told them; those of its provider and of the SDK as they were given. */
function toolSet({ tools, providerTools, sdkTools, repairToolCall }: ResolvedAgent): ToolSet {
  const set: ToolSet = { ...providerTools };
  for (const [name, own] of Object.entries(tools)) {
    const given = sdkTools !== undefined && Object.hasOwn(sdkTools, name) ? sdkTools[name] : undefined;
    const inputSchema =
      repairToolCall === undefined ? unchecked(own.inputSchema) : checkedOnly(own.inputSchema);
    set[name] =
      given === undefined ? tool({ description: own.description, inputSchema }) : told(given, inputSchema);
  }
  return set;
}

/** A tool of the SDK without what runs it: it is run where all tools are. */
function told(given: ToolSet[string], inputSchema: FlexibleSchema<unknown>): ToolSet[string] {
  const { execute: _execute, needsApproval: _needs, ...rest } = given;
  const { onInputStart: _start, onInputDelta: _delta, onInputAvailable: _available, ...shown } = rest;
  // The boundary where a tool without its functions is one of the SDK's union again.
  return { ...shown, inputSchema };
}

type InputSchema = AgentTool["inputSchema"];

/** Input is not checked here but where the tools run, once for both engines. */
const unchecked = ({ jsonSchema: schema }: InputSchema): Schema<unknown> => jsonSchema(schema);

/** Only input that was checked can be found to need a repair. It stays as the model wrote it: tools read it themselves. */
const checkedOnly = ({ jsonSchema: schema, validate }: InputSchema): Schema<unknown> =>
  jsonSchema(schema, {
    validate: async (value) => {
      const checked = await validate?.(value);
      return checked === undefined || checked.success ? { success: true, value } : checked;
    },
  });
