import type { LanguageModel } from "ai";

/** A language model as the AI SDK calls it; taken from the SDK's own types, so that they cannot drift. */
export type LanguageModelV4 = Extract<LanguageModel, { specificationVersion: "v4" }>;
/** What one request asks. */
export type CallOptions = Parameters<LanguageModelV4["doGenerate"]>[0];
export type Generated = Awaited<ReturnType<LanguageModelV4["doGenerate"]>>;
export type Content = Generated["content"][number];
export type Streamed = Awaited<ReturnType<LanguageModelV4["doStream"]>>;
export type StreamPart = Streamed["stream"] extends ReadableStream<infer Item> ? Item : never;
