// The scripted models: the same for both sides, with no state but the count of embedding calls.
import type { EmbeddingModel, LanguageModel } from "ai";
import { DELTAS_PER_SECOND, pacedDeltas } from "./material/paced.js";
import { ANSWER, ANSWER_DELTAS, lookUpsIn, TOOL_INPUT, TOOL_NAME } from "./material/turn.js";
import { paceStream } from "./pace.js";

type LanguageModelV4 = Extract<LanguageModel, { specificationVersion: "v4" }>;
type EmbeddingModelV4 = Extract<EmbeddingModel, { specificationVersion: "v4" }>;
type CallOptions = Parameters<LanguageModelV4["doGenerate"]>[0];
type Generated = Awaited<ReturnType<LanguageModelV4["doGenerate"]>>;
type StreamPart =
  Awaited<ReturnType<LanguageModelV4["doStream"]>>["stream"] extends ReadableStream<infer T> ? T : never;

const USAGE: Generated["usage"] = {
  inputTokens: { total: 812, noCache: 812, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 240, text: 240, reasoning: 0 },
};
const DIMENSIONS = 1_536;

/** Asks for the tool, if there is one, as often as the prompt says, then answers. */
function decide({ tools, prompt }: CallOptions): "callTool" | "answer" {
  if ((tools ?? []).length === 0) return "answer";
  const asked = prompt.findLastIndex(({ role }) => role === "user");
  const asking = prompt.slice(asked + 1).filter(({ role }) => role === "assistant").length;
  return asking < lookUpsIn(wordsOf(prompt[asked])).times ? "callTool" : "answer";
}

const wordsOf = (message: CallOptions["prompt"][number] | undefined): string =>
  message?.role !== "user"
    ? ""
    : message.content.map((part) => (part.type === "text" ? part.text : "")).join("");

const lookUpsOf = (prompt: CallOptions["prompt"]) =>
  lookUpsIn(wordsOf(prompt.findLast(({ role }) => role === "user")));

/** Ids of a long run are as long as providers make them: its journal keeps them. */
function toolCalls(prompt: CallOptions["prompt"]) {
  const { times, together } = lookUpsOf(prompt);
  return Array.from({ length: together }, (_, index) => ({
    type: "tool-call" as const,
    toolCallId:
      times === 1 ? `call-${prompt.length}` : `call_${String(100 * index + prompt.length).padStart(24, "0")}`,
    toolName: TOOL_NAME,
    input: JSON.stringify(TOOL_INPUT),
  }));
}

const finishReason = (decision: "callTool" | "answer"): Generated["finishReason"] => {
  const unified = decision === "callTool" ? "tool-calls" : "stop";
  return { unified, raw: unified };
};

/** A language model that plays the one turn of the bench, at once or in paced deltas. */
export function scriptedModel(): LanguageModelV4 {
  return {
    specificationVersion: "v4",
    provider: "bench",
    modelId: "scripted-model-1",
    supportedUrls: {},
    doGenerate: async (options) => {
      const decision = decide(options);
      const content: Generated["content"] =
        decision === "callTool" ? toolCalls(options.prompt) : [{ type: "text", text: ANSWER }];
      return { content, finishReason: finishReason(decision), usage: USAGE, warnings: [] };
    },
    doStream: async (options) => ({ stream: streamOf(partsOf(options)) }),
  };
}

function partsOf(options: CallOptions): StreamPart[] {
  const decision = decide(options);
  const finish: StreamPart = { type: "finish", finishReason: finishReason(decision), usage: USAGE };
  const start: StreamPart = { type: "stream-start", warnings: [] };
  if (decision === "callTool") return [start, ...toolCalls(options.prompt), finish];
  const id = "text-1";
  const deltas = ANSWER_DELTAS.map((delta): StreamPart => ({ type: "text-delta", id, delta }));
  return [start, { type: "text-start", id }, ...deltas, { type: "text-end", id }, finish];
}

/** The parts, each when whoever watches has seen those before. */
function streamOf(parts: StreamPart[]): ReadableStream<StreamPart> {
  let index = 0;
  let said = "";
  return new ReadableStream<StreamPart>(
    {
      pull: async (controller) => {
        const part = parts[index++];
        if (part === undefined) return controller.close();
        await paceStream(said);
        if (part.type === "text-delta") said += part.delta;
        controller.enqueue(part);
      },
    },
    { highWaterMark: 0 },
  );
}

/** A language model that says a text at the speed of a typical one, in real time: a delta is a token. */
export function pacedModel(seconds: number): LanguageModelV4 {
  return {
    ...scriptedModel(),
    doStream: async () => {
      const id = "text-1";
      const deltas = pacedDeltas(seconds).map((delta): StreamPart => ({ type: "text-delta", id, delta }));
      const finish: StreamPart = { type: "finish", finishReason: finishReason("answer"), usage: USAGE };
      const parts: StreamPart[] = [
        { type: "stream-start", warnings: [] },
        { type: "text-start", id },
        ...deltas,
      ];
      return { stream: timed(parts, [{ type: "text-end", id }, finish]) };
    },
  };
}

/** The parts, each at its time; then the last ones at once. */
function timed(parts: StreamPart[], last: StreamPart[]): ReadableStream<StreamPart> {
  const startedAt = performance.now();
  let index = 0;
  return new ReadableStream<StreamPart>(
    {
      pull: async (controller) => {
        const waitMs = startedAt + (index * 1_000) / DELTAS_PER_SECOND - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        const part = parts[index++];
        if (part !== undefined) return controller.enqueue(part);
        for (const end of last) controller.enqueue(end);
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

let embeddingCalls = 0;

/** Calls of the embedding model since the last time this was asked. */
export function takeEmbeddingCalls(): number {
  const calls = embeddingCalls;
  embeddingCalls = 0;
  return calls;
}

/** An embedding model: words hashed into 1,536 dimensions, unit length. */
export function scriptedEmbedder(): EmbeddingModelV4 {
  return {
    specificationVersion: "v4",
    provider: "bench",
    modelId: "hashed-words-1536",
    maxEmbeddingsPerCall: 2_048,
    supportsParallelCalls: true,
    doEmbed: async ({ values }) => {
      embeddingCalls++;
      return { embeddings: values.map(embed), usage: { tokens: values.length * 50 }, warnings: [] };
    },
  };
}

function embed(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const place = hashOf(word) % DIMENSIONS;
    vector[place] = vector[place]! + 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** FNV-1a: spreads words evenly and is the same everywhere. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (const character of word) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}
