import { readFileSync, readdirSync } from "node:fs";
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import type { Part } from "../../src/validators/content.js";

const FOLDER = new URL("../fixtures/streams/", import.meta.url);

/** A stream as a provider gave it, and the message that is kept of it. */
export type RecordedStream = {
  name: string;
  what: string;
  stream: LanguageModelV4StreamPart[];
  /** Stored files are numbered by their content. */
  saved: Part[];
  /** Words of the warning that it gives. */
  warns?: string;
  fails?: boolean;
};

export const recordedStreams: RecordedStream[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .map((file) => ({
    name: file.slice(0, -".json".length),
    ...(JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Omit<RecordedStream, "name">),
  }));

/** The stream of an answer of one text. */
export const textStream = (text: string): LanguageModelV4StreamPart[] => [
  { type: "stream-start", warnings: [] },
  { type: "text-start", id: "0" },
  { type: "text-delta", id: "0", delta: text },
  { type: "text-end", id: "0" },
  {
    type: "finish",
    finishReason: { unified: "stop", raw: "stop" },
    usage: {
      inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 1, text: 1, reasoning: 0 },
    },
  },
];

export type RecordedModel = LanguageModelV4 & { calls: LanguageModelV4CallOptions[] };

/** Plays one stream a call, the last one again and again; whole answers are gathered from it. */
export function recordedModel(streams: LanguageModelV4StreamPart[][]): RecordedModel {
  const calls: LanguageModelV4CallOptions[] = [];
  const next = (asked: LanguageModelV4CallOptions): LanguageModelV4StreamPart[] => {
    const parts = streams[Math.min(calls.length, streams.length - 1)] ?? [];
    calls.push(asked);
    return parts.map((part) => ({ ...part }));
  };
  return {
    specificationVersion: "v4",
    provider: "recorded",
    modelId: "recorded-1",
    supportedUrls: {},
    calls,
    doGenerate: async (asked) => gathered(next(asked)),
    doStream: async (asked) => ({ stream: streamOf(next(asked)) }),
  };
}

type Generated = Awaited<ReturnType<LanguageModelV4["doGenerate"]>>;
type Block = Extract<LanguageModelV4Content, { type: "text" | "reasoning" }>;
/** What is told in pieces. */
type Piece = Extract<
  LanguageModelV4StreamPart,
  { type: `${"text" | "reasoning"}-${string}` } & { id: string }
>;

const isPiece = (part: LanguageModelV4StreamPart): part is Piece =>
  /^(text|reasoning)-(start|delta|end)$/.test(part.type);

const WHOLE = [
  "tool-call",
  "tool-approval-request",
  "custom",
  "file",
  "reasoning-file",
  "source",
  "tool-result",
];
const isWhole = (
  part: LanguageModelV4StreamPart,
): part is LanguageModelV4StreamPart & LanguageModelV4Content =>
  WHOLE.includes(part.type) && !("preliminary" in part && part.preliminary === true);

/** What a provider would give at once of what it streamed. */
function gathered(stream: readonly LanguageModelV4StreamPart[]): Generated {
  const content: LanguageModelV4Content[] = [];
  const open = new Map<string, Block>();
  for (const part of stream) {
    if (part.type === "error") throw new TypeError(JSON.stringify(part.error));
    if (isPiece(part)) addPiece(part, content, open);
    else if (isWhole(part)) content.push(part);
  }
  const finish = stream.find((part) => part.type === "finish");
  if (finish === undefined) throw new TypeError("The connection was closed.");
  return { content, finishReason: finish.finishReason, usage: finish.usage, warnings: [] };
}

function addPiece(part: Piece, content: LanguageModelV4Content[], open: Map<string, Block>): void {
  const block: Block = open.get(part.id) ?? {
    type: part.type.startsWith("text") ? "text" : "reasoning",
    text: "",
  };
  if (!open.has(part.id)) content.push(block);
  open.set(part.id, block);
  if ("delta" in part) block.text += part.delta;
  if (part.providerMetadata !== undefined) block.providerMetadata = part.providerMetadata;
  if ("citations" in part) Object.assign(block, { citations: part.citations });
}

const streamOf = (parts: readonly LanguageModelV4StreamPart[]): ReadableStream<LanguageModelV4StreamPart> =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
