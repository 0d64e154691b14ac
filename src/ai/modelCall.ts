import { generateText, streamText, type StepResult, type TextStreamPart, type ToolSet } from "ai";
import type { Part, PartOf, Usage } from "../client/index.js";
import { foldDeltas, type StreamDelta } from "../shared/foldDeltas.js";
import { callsToRun } from "../shared/toolGroups.js";
import { isLastAnswer } from "./answer.js";
import { CallMeter } from "./callMeter.js";
import { answerParts } from "./content.js";
import type { ResolvedAgent } from "./definition.js";
import { asStreamed, DeltaReader } from "./deltaReader.js";
import { ModelFailure } from "./errors.js";
import { requestOf, type ModelCall } from "./modelRequest.js";
import { readOutput } from "./structuredOutput.js";

/** What one call of the model said. */
export type ModelAnswer = {
  parts: Part[];
  text: string;
  /** The tools to run: not those that the provider ran itself. */
  calls: PartOf<"toolCall">[];
  usage: Usage;
  /** What requests used that were tried again. */
  alsoUsed: Usage[];
  /** The value of a last answer, where the agent's answers are to be one. */
  output?: unknown;
  /** The SDK's own record, for stop conditions. */
  step: StepResult<ToolSet>;
  warnings: string[];
};

/** A step of the SDK; where it was streamed, what was told of it and the input of its calls as the model wrote it. */
type Told = {
  step: StepResult<ToolSet>;
  streamed?: { deltas: readonly StreamDelta[]; inputs: ReadonlyMap<string, string> };
};

/**
 * One call of the model: one step of the SDK, with tools that it does not run. Throws `ModelFailure` with what was
 * said by then, also when it was aborted, or when a last answer does not fit the agent's `output`.
 */
export async function callModel(agent: ResolvedAgent, call: ModelCall): Promise<ModelAnswer> {
  const meter = new CallMeter();
  const asking: Asking = { agent, call, meter };
  const told = call.onDelta === undefined ? await generate(asking) : await stream(asking, call.onDelta);
  const { step } = told;
  const parts = await partsOf(told, call).catch((error: unknown) => {
    throw new ModelFailure(error, [], meter.spent());
  });
  const failed = (error: unknown) => new ModelFailure(error, parts, meter.spent());
  // A model that does not listen: what it said is too late, but was paid for.
  if (call.abortSignal.aborted) throw failed(call.abortSignal.reason);
  const calls = callsToRun(parts);
  if (parts.length === 0 && step.finishReason === "error")
    throw failed(new TypeError("The provider ended the answer with an error."));
  const output = isLastAnswer(parts)
    ? await outputOf(agent, step.text).catch((error: unknown) => {
        throw failed(error);
      })
    : {};
  const usage = meter.answer();
  if (usage === undefined) throw failed(new TypeError("The model gave no answer."));
  const used = { usage, alsoUsed: meter.wasted() };
  return { parts, text: step.text, calls, ...used, ...output, step, warnings: warningsOf(step, parts) };
}

type Asking = { agent: ResolvedAgent; call: ModelCall; meter: CallMeter };

/** The parts of an answer, with the files stored that the model made. */
async function partsOf({ step, streamed }: Told, { files, abortSignal }: ModelCall): Promise<Part[]> {
  const parts = abortSignal.aborted
    ? answerParts(step.content)
    : await files.encode((options) => answerParts(step.content, options));
  return streamed === undefined ? parts : asStreamed(parts, streamed);
}

const outputOf = async ({ output }: ResolvedAgent, text: string): Promise<{ output?: unknown }> =>
  output === undefined ? {} : { output: await readOutput(output, text) };

/** What an answer that is not what was asked for may be due to. */
const UNFINISHED: Record<string, string> = {
  length: "The answer was cut off: the model reached its limit of tokens.",
  "content-filter": "The provider's filter held back the answer, or a part of it.",
  error: "The provider ended the answer with an error: it may not be whole.",
};

function warningsOf({ warnings, finishReason }: StepResult<ToolSet>, parts: readonly Part[]): string[] {
  const unfinished = Object.hasOwn(UNFINISHED, finishReason) ? UNFINISHED[finishReason] : undefined;
  return [
    ...(warnings ?? []).map((warning) => `The model warns: ${JSON.stringify(warning)}`),
    ...(unfinished === undefined ? [] : [unfinished]),
    ...(parts.length === 0 ? ["The model gave an empty answer."] : []),
  ];
}

async function generate({ agent, call, meter }: Asking): Promise<Told> {
  try {
    const { steps } = await generateText(requestOf(agent, call, meter));
    return { step: onlyStep(steps) };
  } catch (error) {
    throw new ModelFailure(error, [], meter.spent());
  }
}

async function stream({ agent, call, meter }: Asking, onDelta: (delta: StreamDelta) => void): Promise<Told> {
  const said: StreamDelta[] = [];
  const reader = new DeltaReader();
  try {
    const result = streamText({ ...requestOf(agent, call, meter), onError: () => {} }); // errors come as parts
    for await (const part of result.stream) {
      if (part.type === "error") throw part.error;
      if (part.type === "abort") throw abortReason(call.abortSignal, part.reason);
      for (const delta of reader.read(part) ?? reader.add(await standingParts(part, call))) {
        said.push(delta);
        onDelta(delta);
      }
    }
    call.abortSignal.throwIfAborted();
    const step = onlyStep(await result.steps);
    return { step, streamed: { deltas: said, inputs: reader.inputs } };
  } catch (error) {
    throw new ModelFailure(error, foldDeltas([...said]), meter.spent());
  }
}

/** Why a stream was cut off: by us, or because it took too long. */
const abortReason = ({ aborted, reason }: AbortSignal, told: string | undefined): unknown =>
  aborted ? reason : new TypeError(told ?? "The model did not answer in time.");

/** A part of the stream that stands by itself. A result that is not final yet is shown until that comes. */
async function standingParts(part: TextStreamPart<ToolSet>, { files }: ModelCall): Promise<Part[]> {
  switch (part.type) {
    case "tool-result":
      return answerParts([{ ...part, preliminary: false }]);
    case "file":
    case "reasoning-file":
      return await files.encode((options) => answerParts([part], options));
    case "tool-call":
    case "tool-error":
    case "source":
    case "custom":
    case "tool-approval-request":
    case "tool-approval-response":
      return answerParts([part]);
    default:
      return [];
  }
}

function onlyStep(steps: readonly StepResult<ToolSet>[]): StepResult<ToolSet> {
  const [step] = steps;
  if (step === undefined) throw new TypeError("The model gave no answer.");
  return step;
}
