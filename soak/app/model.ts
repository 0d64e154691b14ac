// A model that plays the script in the prompt: no state, no chance, and a word in the log for each call.
import type { LanguageModel } from "ai";
import { reachPoint } from "../../host/index.js";
import { failuresOf, recordCall } from "../callLog.js";
import {
  ASK_TOOL,
  askedScript,
  callIdOf,
  promptOf,
  scriptIn,
  textOf,
  usageOf,
  type ProviderFault,
  type Script,
} from "../script.js";

type LanguageModelV4 = Extract<LanguageModel, { specificationVersion: "v4" }>;
type CallOptions = Parameters<LanguageModelV4["doGenerate"]>[0];
type Generated = Awaited<ReturnType<LanguageModelV4["doGenerate"]>>;
type StreamPart =
  Awaited<ReturnType<LanguageModelV4["doStream"]>>["stream"] extends ReadableStream<infer T> ? T : never;

/** How long the model thinks, and between two words. */
const THINK_MS = 15;
const WORD_MS = 4;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Where a call stands: the last script that was asked for, and the answers to it so far. */
function placeOf(prompt: CallOptions["prompt"]): { script: Script; step: number } {
  let script: Script | null = null;
  let step = 0;
  for (const message of prompt) {
    if (message.role === "assistant") step++;
    if (message.role !== "user") continue;
    const text = message.content.map((part) => (part.type === "text" ? part.text : "")).join("");
    const found = scriptIn(text);
    if (found === null) continue;
    script = found;
    step = 0;
  }
  if (script === null) throw new Error("The prompt holds no script");
  return { script, step };
}

/** Names this process: ids of processes come again. */
const host = crypto.randomUUID();

type Call = {
  complete: () => void;
  /** Throws where the script has the provider fail. */
  failAt: (at: ProviderFault["at"]) => void;
};

/** An error of the SDK's for a missing key: to try again would be in vain. */
class LastingError extends Error {
  override readonly name = "AI_LoadAPIKeyError";
}

/** Logs that a call began. */
function beginCall({ key, fault }: Script, step: number): Call {
  const log = (event: "started" | "completed" | "failed") =>
    recordCall({ kind: "model", event, key, step, process: host, at: Date.now() });
  log("started");
  const isDue = fault?.step === step && (fault.times === undefined || failuresOf(key, step) < fault.times);
  return {
    complete: () => log("completed"),
    failAt: (at) => {
      if (!isDue || fault.at !== at) return;
      log("failed");
      throw fault.times === undefined ? new LastingError("No key") : new TypeError("The provider is busy");
    },
  };
}

const toolCallsOf = ({ key, steps }: Script, step: number) =>
  (steps[step] ?? []).map((toolName, index) => ({
    toolCallId: callIdOf(key, step, index),
    toolName,
    input: JSON.stringify(
      toolName === ASK_TOOL ? { prompt: promptOf(askedScript(key, step, index)) } : { key },
    ),
  }));

function ending(script: Script, step: number): Pick<Generated, "finishReason" | "usage"> {
  const unified = step < script.steps.length ? "tool-calls" : "stop";
  const { inputTokens, outputTokens } = usageOf(script, step);
  return {
    finishReason: { unified, raw: unified },
    usage: {
      inputTokens: { total: inputTokens, noCache: inputTokens, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: outputTokens, text: outputTokens, reasoning: 0 },
    },
  };
}

async function* stream(options: CallOptions): AsyncGenerator<StreamPart> {
  const { script, step } = placeOf(options.prompt);
  const { complete, failAt } = beginCall(script, step);
  yield { type: "stream-start", warnings: [] };
  await pause(THINK_MS);
  reachPoint("inside-model-call");
  failAt("first");
  yield { type: "text-start", id: "text" };
  const words = textOf(script, step).match(/\S+\s*/g) ?? [];
  for (const [place, word] of words.entries()) {
    options.abortSignal?.throwIfAborted();
    if (place === Math.ceil(words.length / 2)) failAt("middle");
    yield { type: "text-delta", id: "text", delta: word };
    await pause(WORD_MS);
    reachPoint("inside-stream");
  }
  yield { type: "text-end", id: "text" };
  for (const call of toolCallsOf(script, step)) yield { type: "tool-call", ...call };
  failAt("last");
  complete();
  yield { type: "finish", ...ending(script, step) };
}

/** Pulls one part after the other; what the generator throws ends the stream. */
const streamOf = (parts: AsyncGenerator<StreamPart>): ReadableStream<StreamPart> =>
  new ReadableStream({
    pull: async (controller) => {
      const next = await parts.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
  });

/** The one model of the soak. */
export function soakModel(): LanguageModelV4 {
  return {
    specificationVersion: "v4",
    provider: "soak",
    modelId: "script-player",
    supportedUrls: {},
    doGenerate: async ({ prompt, abortSignal }) => {
      const { script, step } = placeOf(prompt);
      const { complete, failAt } = beginCall(script, step);
      await pause(THINK_MS);
      reachPoint("inside-model-call");
      for (const at of ["first", "middle", "last"] as const) failAt(at);
      abortSignal?.throwIfAborted();
      complete();
      const calls = toolCallsOf(script, step).map((call) => ({ type: "tool-call" as const, ...call }));
      const content: Generated["content"] = [{ type: "text", text: textOf(script, step) }, ...calls];
      return { content, warnings: [], ...ending(script, step) };
    },
    doStream: async (options) => ({
      stream: streamOf(stream(options)),
    }),
  };
}
