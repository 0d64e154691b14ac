import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { type EmbeddingModelV4, type LanguageModelV4 } from "@ai-sdk/provider";
import { ConvexError } from "convex/values";
import { createExtractiveModel } from "./extractive.js";
import { createHashedEmbedder } from "./hashedEmbedder.js";

/** What runs where a key is set but no MODEL_NAME. */
const DEFAULT_OPENAI_MODEL = "gpt-5.4-mini";
const DEFAULT_ANTHROPIC_MODEL = "claude-sonnet-5";

/** Where models come from, read anew at each call: an action sees the variables of its deployment. */
type Source =
  | { kind: "compatible"; baseURL: string; apiKey: string | undefined }
  | { kind: "openai" | "anthropic"; apiKey: string }
  | { kind: "built-in" };

/**
 * The chat model that the environment names. The first that is set wins: `MODEL_BASE_URL` (any OpenAI-compatible
 * server, such as Ollama or vLLM, with `MODEL_NAME` and perhaps `MODEL_API_KEY`), `OPENAI_API_KEY`,
 * `ANTHROPIC_API_KEY` (both with an optional `MODEL_NAME`); with none, the built-in extractive model.
 */
export function chatModel(): LanguageModelV4 {
  const source = readSource();
  const name = setting(process.env.MODEL_NAME);
  switch (source.kind) {
    case "compatible":
      if (name === undefined) {
        throw configurationError(
          "MODEL_BASE_URL is set, but MODEL_NAME is not: set the model that the server runs.",
        );
      }
      return compatibleProvider(source).languageModel(name);
    case "openai":
      return createOpenAI({ apiKey: source.apiKey }).languageModel(name ?? DEFAULT_OPENAI_MODEL);
    case "anthropic":
      return createAnthropic({ apiKey: source.apiKey }).languageModel(name ?? DEFAULT_ANTHROPIC_MODEL);
    case "built-in":
      if (name !== undefined) {
        throw configurationError(
          "MODEL_NAME is set, but no model server is: set MODEL_BASE_URL, OPENAI_API_KEY or ANTHROPIC_API_KEY.",
        );
      }
      return createExtractiveModel({ delayMs: delayMs() });
  }
}

/** A model that a call can be made again with, by its name; the first is the one that answers. */
export type ModelChoice = { name: string; model: () => LanguageModelV4 };

/** Sentences of the built-in model that is brief. */
const BRIEF_SENTENCES = 2;

/**
 * The models of this deployment to compare: the one that answers, the provider's other default where `MODEL_NAME` names
 * another, and the built-in ones, which need no key.
 */
export function modelChoices(): ModelChoice[] {
  const builtIn = [
    () => createExtractiveModel(),
    () => createExtractiveModel({ name: "extractive-brief", sentences: BRIEF_SENTENCES }),
  ];
  const made = [chatModel, ...otherDefaults(readSource()), ...builtIn];
  const named = made.map((model) => ({ name: label(model()), model }));
  return named.filter(({ name }, index) => named.findIndex((each) => each.name === name) === index);
}

function otherDefaults(source: Source): (() => LanguageModelV4)[] {
  switch (source.kind) {
    case "openai":
      return [() => createOpenAI({ apiKey: source.apiKey }).languageModel(DEFAULT_OPENAI_MODEL)];
    case "anthropic":
      return [() => createAnthropic({ apiKey: source.apiKey }).languageModel(DEFAULT_ANTHROPIC_MODEL)];
    default:
      return [];
  }
}

/**
 * The embedding model that `EMBEDDING_MODEL` names, at `MODEL_BASE_URL` or else at OpenAI; without the name, the
 * built-in hashed embedder. Stored vectors belong to the model that made them: ingest anew after a change.
 */
export function embeddingModel(): EmbeddingModelV4 {
  const name = setting(process.env.EMBEDDING_MODEL);
  if (name === undefined) return createHashedEmbedder();
  const openAIKey = setting(process.env.OPENAI_API_KEY);
  const source = readSource();
  if (source.kind === "compatible") return compatibleProvider(source).embeddingModel(name);
  if (openAIKey !== undefined) return createOpenAI({ apiKey: openAIKey }).embeddingModel(name);
  throw configurationError(
    "EMBEDDING_MODEL is set, but nothing that serves it is: set MODEL_BASE_URL or OPENAI_API_KEY, or unset it.",
  );
}

/** How far its vectors are trusted beside words: the built-in embedder knows words only, which are looked for anyway. */
export function embeddingWeight(): number {
  return setting(process.env.EMBEDDING_MODEL) === undefined ? 0 : 1;
}

/** Whether a real model is there, which can read a conversation and find the facts in it. */
export function hasModel(): boolean {
  return readSource().kind !== "built-in";
}

/** Which models run, as `provider/model`: what every output should say. */
export function modelInfo(): { chat: string; embedding: string } {
  return { chat: label(chatModel()), embedding: label(embeddingModel()) };
}

function readSource(): Source {
  const baseURL = setting(process.env.MODEL_BASE_URL);
  if (baseURL !== undefined) {
    requireUrl(baseURL);
    return { kind: "compatible", baseURL, apiKey: setting(process.env.MODEL_API_KEY) };
  }
  const openAIKey = setting(process.env.OPENAI_API_KEY);
  if (openAIKey !== undefined) return { kind: "openai", apiKey: openAIKey };
  const anthropicKey = setting(process.env.ANTHROPIC_API_KEY);
  if (anthropicKey !== undefined) return { kind: "anthropic", apiKey: anthropicKey };
  return { kind: "built-in" };
}

function requireUrl(baseURL: string): void {
  try {
    new URL(baseURL);
  } catch {
    throw configurationError("MODEL_BASE_URL is not a URL, such as http://host:11434/v1.");
  }
}

function compatibleProvider({ baseURL, apiKey }: { baseURL: string; apiKey: string | undefined }) {
  return createOpenAICompatible({ name: "compatible", baseURL, apiKey, includeUsage: true });
}

/** `BUILT_IN_DELAY_MS`: what the built-in model waits before each word, for who wants to watch, or to interrupt it. */
function delayMs(): number {
  const delay = Number(setting(process.env.BUILT_IN_DELAY_MS) ?? 0);
  if (delay >= 0 && delay < Infinity) return delay;
  throw configurationError("BUILT_IN_DELAY_MS must be a number of milliseconds from 0.");
}

/** A variable's value; one that is set to nothing is not set. */
function setting(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === "" ? undefined : trimmed;
}

/** `openai.responses` names an endpoint; a reader wants the provider. */
function label({ provider, modelId }: { provider: string; modelId: string }): string {
  return `${provider.split(".", 1)[0]}/${modelId}`;
}

function configurationError(message: string): ConvexError<{ code: string; message: string }> {
  return new ConvexError({ code: "MODEL_CONFIGURATION", message });
}
