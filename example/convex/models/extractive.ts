import {
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4StreamPart,
  type SharedV4Warning,
} from "@ai-sdk/provider";
import { decide } from "./decide.js";
import { contentOf, streamPartsOf, usageOf, type Reply } from "./modelOutput.js";
import { promptText } from "./readTurn.js";
import { fillSchema } from "./toolCalls.js";

/**
 * `name` is the model id that outputs show; `delayMs` waits before each text delta, for demonstrations; `sentences` is
 * how many an answer has at most, 6 unless told: fewer where the instructions say so ("in one sentence").
 */
export type ExtractiveModelSettings = { name?: string; delayMs?: number; sentences?: number };

/** Characters of one token in `maxOutputTokens`, as `countTokens` counts plain text. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * A language model without weights, for machines without a key. It searches with the tools that it is given, then
 * answers with sentences of what they returned, each with the citation that came with it; without tools it picks the
 * most central sentences of the conversation. What it is told to remember it keeps with the tools for that, and what its
 * memory shows beside a prompt is a source like others. It never writes a sentence of its own about a subject: where
 * the sources hold no answer it says so. The same prompt always gives the same reply.
 */
export function createExtractiveModel(settings: ExtractiveModelSettings = {}): LanguageModelV4 {
  const modelId = settings.name ?? "extractive";
  return {
    specificationVersion: "v4",
    provider: "built-in",
    modelId,
    // It reads no files, so nobody need fetch them for it.
    supportedUrls: { "*/*": [/^/] },
    doGenerate: async (options) => {
      options.abortSignal?.throwIfAborted();
      const { reply, id, usage, finishReason } = answerCall(options, settings);
      const response = { id, modelId };
      return { content: contentOf(reply), finishReason, usage, response, warnings: warningsFor(options) };
    },
    doStream: async (options) => {
      options.abortSignal?.throwIfAborted();
      return {
        stream: streamOf(
          partsFor(options, { ...settings, name: modelId }),
          options.abortSignal,
          settings.delayMs ?? 0,
        ),
      };
    },
  };
}

function* partsFor(
  options: LanguageModelV4CallOptions,
  settings: ExtractiveModelSettings & { name: string },
): Generator<LanguageModelV4StreamPart> {
  yield { type: "stream-start", warnings: warningsFor(options) };
  const { reply, id, usage, finishReason } = answerCall(options, settings);
  yield { type: "response-metadata", id, modelId: settings.name };
  yield* streamPartsOf(reply);
  yield { type: "finish", finishReason, usage };
}

/** The reply with all that a provider would report of it. */
function answerCall(options: LanguageModelV4CallOptions, { sentences }: ExtractiveModelSettings) {
  const inputText = `${promptText(options.prompt)}\n${JSON.stringify(options.tools ?? [])}`;
  const id = `reply-${fingerprint(inputText)}`;
  const reply = replyTo(options, { id, sentences });
  const finishReason = { unified: reply.finishReason, raw: reply.finishReason };
  return { reply, id, usage: usageOf(inputText, reply), finishReason };
}

/** Parts as they are asked for, so that a reader who stops or aborts stops the work too. */
function streamOf(
  parts: Generator<LanguageModelV4StreamPart>,
  abortSignal: AbortSignal | undefined,
  delayMs: number,
): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream({
    pull: async (controller) => {
      abortSignal?.throwIfAborted();
      const next = parts.next();
      if (next.done) return controller.close();
      if (next.value.type === "text-delta" && delayMs > 0) await pause(delayMs, abortSignal);
      controller.enqueue(next.value);
    },
  });
}

/** Waits, and rejects with the signal's reason as soon as it aborts. */
function pause(delayMs: number, abortSignal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(abortReason(abortSignal));
    };
    const timer = setTimeout(() => {
      abortSignal?.removeEventListener("abort", stop);
      resolve();
    }, delayMs);
    abortSignal?.addEventListener("abort", stop, { once: true });
  });
}

function abortReason(abortSignal: AbortSignal | undefined): Error {
  const reason: unknown = abortSignal?.reason;
  return reason instanceof Error ? reason : new Error("The call was aborted.", { cause: reason });
}

function replyTo(
  options: LanguageModelV4CallOptions,
  { id, sentences }: { id: string; sentences: number | undefined },
): Reply {
  const decision = decide(options, sentences);
  if (typeof decision !== "string") {
    const toolCalls = decision.map(({ toolName, input }, index) => ({
      toolCallId: `${id}-call-${index}`,
      toolName,
      input: JSON.stringify(input),
    }));
    return { text: "", toolCalls, finishReason: "tool-calls" };
  }
  const format = options.responseFormat;
  const text = format?.type === "json" ? JSON.stringify(fillSchema(format.schema, decision)) : decision;
  const most = (options.maxOutputTokens ?? Infinity) * CHARACTERS_PER_TOKEN;
  if (text.length <= most) return { text, toolCalls: [], finishReason: "stop" };
  return { text: text.slice(0, most), toolCalls: [], finishReason: "length" };
}

/** Settings that a model without sampling cannot follow. */
function warningsFor(options: LanguageModelV4CallOptions): SharedV4Warning[] {
  const hasStops = (options.stopSequences?.length ?? 0) > 0;
  return hasStops ? [{ type: "unsupported", feature: "stopSequences" }] : [];
}

/** 64 bits of the prompt in hex, by two runs of FNV-1a: ids that tell prompts apart and are the same on a retry. */
function fingerprint(text: string): string {
  const halves = [0x811c9dc5, 0x9747b28c].map((seed) => {
    let hash = seed;
    for (let index = 0; index < text.length; index++)
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  });
  return halves.join("");
}
