import type { LanguageModel } from "ai";

/** A language model as the AI SDK 7 calls it; taken from the SDK's own types, so that they cannot drift. */
type LanguageModelV4 = Extract<LanguageModel, { specificationVersion: "v4" }>;
/** What a scripted model was asked: the prompt, the tools and the settings of one call. */
export type ScriptedCallOptions = Parameters<LanguageModelV4["doGenerate"]>[0];
type Generated = Awaited<ReturnType<LanguageModelV4["doGenerate"]>>;
type Content = Generated["content"][number];
type StreamPart =
  Awaited<ReturnType<LanguageModelV4["doStream"]>>["stream"] extends ReadableStream<infer T> ? T : never;
type ModelUsage = Generated["usage"];

/** A tool that the scripted model asks for. `input` is a value, or JSON text as it stands (also when it is broken). */
export type ScriptedToolCall = { toolName: string; input: unknown; callId?: string };

/** What the scripted model says in one call. `error` is thrown: at once, or in a stream after `text` was said. */
export type ScriptedAnswer = {
  text?: string;
  reasoning?: string;
  toolCalls?: ScriptedToolCall[];
  error?: string | Error;
  usage?: {
    inputTokens?: number;
    outputTokens?: number;
    cachedInputTokens?: number;
    reasoningTokens?: number;
  };
};

/** An answer, or what makes one from what the model is asked. */
export type ScriptedTurn = ScriptedAnswer | ((options: ScriptedCallOptions) => ScriptedAnswer);

export type ScriptedModelOptions = {
  /** Deltas that each text is streamed in, as far as it has characters; 4 unless told. */
  chunks?: number;
  /** Pause before each streamed part, or before a whole answer, in ms; none unless told. */
  delayMs?: number;
  provider?: string;
  modelId?: string;
};

/** A language model that says what it was told to say, and remembers what it was asked. */
export type ScriptedModel = LanguageModelV4 & { readonly calls: ScriptedCallOptions[] };

const DEFAULT_CHUNKS = 4;
/** Tokens a character in the usage that is made up when the script names none. */
const TOKENS_PER_CHARACTER = 0.25;

/**
 * A deterministic language model for tests: the answers of `script` in order, one a call, with usage. Works in
 * `generateText` and `streamText`. A call past the end of the script throws.
 *
 * @example
 * const model = scriptedModel([{ toolCalls: [{ toolName: "search", input: { query: "cats" } }] }, { text: "Meow." }]);
 * expect(model.calls).toHaveLength(2);
 */
export function scriptedModel(script: ScriptedTurn[], options: ScriptedModelOptions = {}): ScriptedModel {
  const calls: ScriptedCallOptions[] = [];
  const next = (asked: ScriptedCallOptions): ScriptedAnswer => {
    const turn = script[calls.length];
    calls.push(asked);
    if (turn === undefined)
      throw scriptError(`The script has ${script.length} answers; this is call ${calls.length}.`);
    return typeof turn === "function" ? turn(asked) : turn;
  };
  return {
    specificationVersion: "v4",
    provider: options.provider ?? "scripted",
    modelId: options.modelId ?? "scripted-1",
    supportedUrls: {},
    calls,
    doGenerate: async (asked) => {
      const answer = next(asked);
      if (answer.error !== undefined) throw asError(answer.error);
      await pause(options.delayMs ?? 0, asked.abortSignal);
      return {
        content: contentOf(answer, calls.length),
        finishReason: finishReasonOf(answer),
        usage: usageOf(answer, asked),
        warnings: [],
      };
    },
    doStream: async (asked) => {
      const answer = next(asked);
      if (answer.error !== undefined && answer.text === undefined) throw asError(answer.error);
      const parts = [...streamParts(answer, asked, { ...options, call: calls.length })];
      return { stream: streamOf(parts, { delayMs: options.delayMs ?? 0, abortSignal: asked.abortSignal }) };
    },
  };
}

function contentOf(answer: ScriptedAnswer, call: number): Content[] {
  const content: Content[] = [];
  if (answer.reasoning !== undefined) content.push({ type: "reasoning", text: answer.reasoning });
  if (answer.text !== undefined) content.push({ type: "text", text: answer.text });
  for (const [index, asked] of (answer.toolCalls ?? []).entries())
    content.push({ type: "tool-call", ...toolCallOf(asked, `call-${call}-${index + 1}`) });
  return content;
}

function toolCallOf({ toolName, input, callId }: ScriptedToolCall, defaultId: string) {
  const text = typeof input === "string" ? input : JSON.stringify(input ?? {});
  return { toolCallId: callId ?? defaultId, toolName, input: text };
}

type StreamShape = ScriptedModelOptions & { call: number };

function* streamParts(
  answer: ScriptedAnswer,
  asked: ScriptedCallOptions,
  shape: StreamShape,
): Generator<StreamPart> {
  yield { type: "stream-start", warnings: [] };
  if (answer.reasoning !== undefined) yield* textParts("reasoning", answer.reasoning, shape);
  if (answer.text !== undefined) yield* textParts("text", answer.text, shape);
  if (answer.error !== undefined) {
    yield { type: "error", error: asError(answer.error) };
    return;
  }
  for (const [index, given] of (answer.toolCalls ?? []).entries()) {
    const call = toolCallOf(given, `call-${shape.call}-${index + 1}`);
    yield { type: "tool-input-start", id: call.toolCallId, toolName: call.toolName };
    yield { type: "tool-input-delta", id: call.toolCallId, delta: call.input };
    yield { type: "tool-input-end", id: call.toolCallId };
    yield { type: "tool-call", ...call };
  }
  yield { type: "finish", finishReason: finishReasonOf(answer), usage: usageOf(answer, asked) };
}

function* textParts(kind: "text" | "reasoning", text: string, shape: StreamShape): Generator<StreamPart> {
  const id = `${kind}-${shape.call}`;
  yield { type: `${kind}-start`, id };
  for (const delta of pieces(text, shape.chunks ?? DEFAULT_CHUNKS))
    yield { type: `${kind}-delta`, id, delta };
  yield { type: `${kind}-end`, id };
}

/** The text in `count` pieces of nearly equal length, fewer when it is short; never cuts a surrogate pair. */
function pieces(text: string, count: number): string[] {
  const characters = Array.from(text);
  const parts = Math.max(1, Math.min(Math.floor(count), characters.length));
  const cut = (index: number) => Math.floor((index * characters.length) / parts);
  return Array.from({ length: parts }, (_, index) => characters.slice(cut(index), cut(index + 1)).join(""));
}

type Flow = { delayMs: number; abortSignal: AbortSignal | undefined };

/** The parts one by one; ends with the signal's reason once it is aborted, as a fetch of a provider does. */
function streamOf(parts: StreamPart[], { delayMs, abortSignal }: Flow): ReadableStream<StreamPart> {
  let index = 0;
  return new ReadableStream<StreamPart>({
    pull: async (controller) => {
      await pause(delayMs, abortSignal);
      const part = parts[index++];
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
}

/** Waits, and throws the signal's reason at once when it is aborted, as a fetch of a provider does. */
async function pause(delayMs: number, abortSignal: AbortSignal | undefined): Promise<void> {
  abortSignal?.throwIfAborted();
  if (delayMs <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(abortSignal?.reason as Error);
    };
    const timer = setTimeout(() => {
      abortSignal?.removeEventListener("abort", stop);
      resolve();
    }, delayMs);
    abortSignal?.addEventListener("abort", stop, { once: true });
  });
}

function finishReasonOf(answer: ScriptedAnswer): Generated["finishReason"] {
  const unified = (answer.toolCalls ?? []).length > 0 ? "tool-calls" : "stop";
  return { unified, raw: unified };
}

function usageOf(
  { usage = {}, text = "", reasoning = "", toolCalls = [] }: ScriptedAnswer,
  asked: ScriptedCallOptions,
): ModelUsage {
  const input = usage.inputTokens ?? tokensOf(JSON.stringify(asked.prompt));
  const output = usage.outputTokens ?? tokensOf(text + reasoning + JSON.stringify(toolCalls));
  const { cachedInputTokens: cached = 0, reasoningTokens: thought = tokensOf(reasoning) } = usage;
  return {
    inputTokens: { total: input, noCache: input - cached, cacheRead: cached, cacheWrite: 0 },
    outputTokens: { total: output, text: output - thought, reasoning: thought },
    raw: { input, output },
  };
}

const tokensOf = (text: string): number => Math.ceil(text.length * TOKENS_PER_CHARACTER);

const asError = (error: string | Error): Error => (typeof error === "string" ? scriptError(error) : error);

/** The error of a model, which is never one of the package's own. */
const scriptError = (message: string): Error =>
  Object.assign(new Error(message), { name: "ScriptedModelError" });
