import {
  generateText,
  jsonSchema,
  streamText,
  tool,
  type ModelMessage,
  type StepResult,
  type TextStreamPart,
  type ToolSet,
} from "ai";
import type { Part, PartOf, Usage } from "../client/index.js";
import { foldDeltas, type StreamDelta } from "../shared/foldDeltas.js";
import { callsToRun } from "../shared/toolGroups.js";
import { answerParts } from "./content.js";
import type { ResolvedAgent } from "./definition.js";
import { ModelFailure } from "./errors.js";
import type { AgentTool } from "./tool.js";
import { answerUsage } from "./usage.js";

export type ModelCall = {
  /** The agent's, with what it keeps in mind. */
  instructions: string;
  messages: ModelMessage[];
  /** Retries of the SDK: a durable step is retried as a whole instead. */
  maxRetries: number;
  abortSignal: AbortSignal;
  /** Given what arrives, as it arrives; the model is asked to stream only with it. */
  onDelta?: (delta: StreamDelta) => void;
};

/** What one call of the model said. */
export type ModelAnswer = {
  parts: Part[];
  text: string;
  /** The tools to run: not those that the provider ran itself. */
  calls: PartOf<"toolCall">[];
  usage: Usage;
  /** The SDK's own record, for stop conditions. */
  step: StepResult<ToolSet>;
  warnings: string[];
};

/**
 * One call of the model: one step of the SDK, with tools that it does not run. Throws `ModelFailure` with what was
 * said by then, also when it was aborted.
 */
export async function callModel(agent: ResolvedAgent, call: ModelCall): Promise<ModelAnswer> {
  const startedAt = Date.now();
  const step =
    call.onDelta === undefined ? await generate(agent, call) : await stream(agent, call, call.onDelta);
  const parts = answerParts(step.content);
  const { provider, modelId } = step.model;
  const spent = { provider, modelId, usage: step.usage, finishReason: step.finishReason };
  const usage = answerUsage({ ...spent, ms: Date.now() - startedAt });
  // A model that does not listen: what it said is too late, but was paid for.
  if (call.abortSignal.aborted) throw new ModelFailure(call.abortSignal.reason, parts, usage);
  const warnings = (step.warnings ?? []).map((warning) => `The model warns: ${JSON.stringify(warning)}`);
  return { parts, text: step.text, calls: callsToRun(parts), usage, step, warnings };
}

function requestOf(agent: ResolvedAgent, call: ModelCall) {
  const { instructions, messages, maxRetries, abortSignal } = call;
  const { timeoutMs, ...settings } = agent.settings;
  const tools = toolSet(agent.tools);
  return {
    ...settings,
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    ...(Object.keys(tools).length === 0 ? {} : { tools }),
    model: agent.model(),
    instructions,
    messages,
    allowSystemInMessages: true, // an app may have put some into the thread
    maxRetries,
    abortSignal,
  };
}

/** The tools as the model is told them. Their input is not checked here but where they run, once for both engines. */
function toolSet(tools: Record<string, AgentTool>): ToolSet {
  const set: ToolSet = {};
  for (const [name, { description, inputSchema }] of Object.entries(tools))
    set[name] = tool({ description, inputSchema: jsonSchema(inputSchema.jsonSchema) });
  return set;
}

async function generate(agent: ResolvedAgent, call: ModelCall): Promise<StepResult<ToolSet>> {
  try {
    const { steps } = await generateText(requestOf(agent, call));
    return onlyStep(steps);
  } catch (error) {
    throw toModelFailure(error, []);
  }
}

async function stream(
  agent: ResolvedAgent,
  call: ModelCall,
  onDelta: (delta: StreamDelta) => void,
): Promise<StepResult<ToolSet>> {
  const said: StreamDelta[] = [];
  const read = deltaReader();
  try {
    const result = streamText({ ...requestOf(agent, call), onError: () => {} }); // errors come as parts
    for await (const part of result.stream) {
      if (part.type === "error") throw toModelFailure(part.error, said);
      for (const delta of read(part)) {
        said.push(delta);
        onDelta(delta);
      }
    }
    call.abortSignal.throwIfAborted();
    const step = onlyStep(await result.steps);
    if (step.finishReason === "interrupted")
      throw new TypeError("The provider's stream ended without finishing.");
    return step;
  } catch (error) {
    throw toModelFailure(error, said);
  }
}

const toModelFailure = (error: unknown, said: readonly StreamDelta[]): ModelFailure =>
  error instanceof ModelFailure ? error : new ModelFailure(error, foldDeltas([...said]));

function onlyStep(steps: readonly StepResult<ToolSet>[]): StepResult<ToolSet> {
  const [step] = steps;
  if (step === undefined) throw new TypeError("The model gave no answer.");
  return step;
}

/** Reads the SDK's stream parts as deltas. Remembers which tool an input belongs to; the SDK says it once. */
function deltaReader(): (part: TextStreamPart<ToolSet>) => StreamDelta[] {
  const toolNames = new Map<string, string>();
  const withInput = new Set<string>();
  let last: StreamDelta["kind"] | undefined;
  const open = (kind: "text" | "reasoning"): StreamDelta[] =>
    last === kind ? [{ kind: "part", part: { type: kind, text: "" } }] : []; // else the two blocks would run together
  const say = (kind: "text" | "reasoning", text: string): StreamDelta[] => {
    last = kind;
    return [{ kind, text }];
  };
  return (part) => {
    switch (part.type) {
      case "text-start":
        return open("text");
      case "reasoning-start":
        return open("reasoning");
      case "text-delta":
        return say("text", part.text);
      case "reasoning-delta":
        return say("reasoning", part.text);
      case "tool-input-start":
        toolNames.set(part.id, part.toolName);
        return [];
      case "tool-input-delta":
        withInput.add(part.id);
        last = "toolInput";
        return [
          { kind: "toolInput", callId: part.id, toolName: toolNames.get(part.id) ?? "", text: part.delta },
        ];
      case "tool-call":
      case "source":
        // Input that was streamed is there already; a provider that does not stream it gives it here.
        if (part.type === "tool-call" && withInput.has(part.toolCallId)) return [];
        return answerParts([part]).map((encoded) => ({ kind: "part", part: encoded }));
      default:
        return [];
    }
  };
}
