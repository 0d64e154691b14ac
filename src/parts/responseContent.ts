import type { Citation, ContentPart, LanguageModel, ToolSet } from "ai";
import type { Part, PartOf } from "../validators/content.js";
import type { EncodedFrom, EncodeOptions, ToolNotes, VendorExtras } from "./codec.js";
import type { InlineFile } from "./fileData.js";
import { encodeProvider } from "./provider.js";
import { encodePart } from "./encodePart.js";
import { toolResultPart } from "./toolResult.js";

type LanguageModelV4 = Extract<LanguageModel, { specificationVersion: "v4" }>;
type LanguageModelContent = Awaited<ReturnType<LanguageModelV4["doGenerate"]>>["content"][number];

type Tool = VendorExtras &
  ToolNotes & {
    toolCallId: string;
    toolName: string;
    providerExecuted?: boolean;
    dynamic?: boolean;
  };
type GeneratedFile = VendorExtras & {
  type: "file" | "reasoning-file";
  /** Of a `generateText` result. */
  file?: { base64: string; mediaType: string };
  /** Of a language model. */
  data?: { type: "data"; data: string | Uint8Array } | { type: "url"; url: URL };
  mediaType?: string;
};

/** Content of a response: what `generateText` and `streamText` give for a step, and what a language model gives. */
export type ResponsePart =
  | (VendorExtras & { type: "text"; text: string; citations?: Citation[] })
  | (VendorExtras & { type: "reasoning"; text: string })
  | Extract<ContentPart<ToolSet>, { type: "source" }>
  | GeneratedFile
  | (Tool & { type: "tool-call"; input: unknown })
  /** `output` of the SDK, `result` and `isError` of a language model, whose results are always the provider's. */
  | (Tool & {
      type: "tool-result";
      output?: unknown;
      result?: unknown;
      isError?: boolean;
      preliminary?: boolean;
    })
  | (Tool & { type: "tool-error"; error: unknown })
  | (VendorExtras & { type: "custom"; kind: `${string}.${string}` })
  /** `toolCall` of the SDK, `toolCallId` of a language model. */
  | (VendorExtras & {
      type: "tool-approval-request";
      approvalId: string;
      toolCall?: { toolCallId: string };
      toolCallId?: string;
      reason?: string;
      isAutomatic?: boolean;
      signature?: string;
    })
  | {
      type: "tool-approval-response";
      approvalId: string;
      approved: boolean;
      reason?: string;
      providerExecuted?: boolean;
    };

/** What a step of the SDK and an answer of a language model hold: a kind that is not handled here does not compile. */
type Told = ContentPart<ToolSet>["type"] | LanguageModelContent["type"];
type Handled = Told extends ResponsePart["type"] ? EncodeOptions : never;

/**
 * The content of a response as the parts of an answer. Calls are kept as the model wrote them, also when their input
 * is no JSON. Results stand here only where the provider ran the tool: those of our tools are messages of their own.
 * A generated file is given to `storeFile`, in the order of `inlineFiles`; without it, a text takes its place.
 *
 * @example const parts = fromContent(step.content);
 */
export function fromContent(content: readonly ResponsePart[], options: Handled = {}): Part[] {
  return content.flatMap((part) => encodeResponse(part, options));
}

/** The generated files whose bytes stand in the content: to store before `fromContent`, which asks for them in order. */
export function inlineFiles(content: readonly ResponsePart[]): InlineFile[] {
  const files: InlineFile[] = [];
  const storeFile = (file: InlineFile) => void files.push(file);
  for (const part of content)
    if (part.type === "file" || part.type === "reasoning-file") encodeResponse(part, { storeFile });
  return files;
}

function encodeResponse(part: ResponsePart, options: EncodeOptions): Part[] {
  switch (part.type) {
    case "text":
      return isEmpty(part) ? [] : [encodePart("text", part)];
    case "reasoning":
      return isEmpty(part) ? [] : [encodePart("reasoning", part)];
    case "source":
      return [encodePart("source", part)];
    case "file":
      return [encodePart("file", fileOf(part), options)];
    case "reasoning-file":
      return [encodePart("reasoningFile", fileOf(part), options)];
    case "custom":
      return [encodePart("custom", part)];
    default:
      return encodeTool(part);
  }
}

type ToolPart = Extract<ResponsePart, { type: `tool-${string}` }>;

function encodeTool(part: ToolPart): Part[] {
  switch (part.type) {
    case "tool-call":
      return [encodePart("toolCall", { ...part, ...inputOf(part.input) })];
    case "tool-result":
    case "tool-error":
      return isFinalOfProvider(part) ? [encodeResult(part)] : [];
    case "tool-approval-request":
      return [encodePart("approvalRequest", { ...part, toolCallId: callIdOf(part) })];
    case "tool-approval-response":
      return [encodePart("approvalResponse", part)];
    default: // a kind that a newer SDK added: for the compiler there is none
      return [];
  }
}

const callIdOf = (request: Extract<ToolPart, { type: "tool-approval-request" }>): string =>
  request.toolCall?.toolCallId ?? request.toolCallId ?? "";

/** A language model gives the input as JSON text, the SDK as a value, or as text when it is no JSON. */
const inputOf = (input: unknown): Pick<EncodedFrom["toolCall"], "input" | "inputText"> =>
  typeof input === "string" ? { input, inputText: input } : { input };

type Result = Extract<ResponsePart, { type: "tool-result" | "tool-error" }>;

function encodeResult(part: Result): PartOf<"toolResult"> {
  const call = { callId: part.toolCallId, toolName: part.toolName };
  const value = part.type === "tool-error" ? part.error : (part.output ?? part.result);
  const isError = part.type === "tool-error" || part.isError === true;
  const stored = toolResultPart(isError ? { ...call, error: value ?? "" } : { ...call, output: value });
  return { ...stored, ...encodeProvider(part) };
}

const isEmpty = ({ text, providerMetadata }: VendorExtras & { text: string }): boolean =>
  text === "" && providerMetadata === undefined;

/** A language model has results of its provider only. Each preliminary one is followed by a final one. */
const isFinalOfProvider = (part: Result): boolean =>
  (part.providerExecuted === true || "result" in part) &&
  !("preliminary" in part && part.preliminary === true);

function fileOf({ file, data, mediaType, ...extras }: GeneratedFile): EncodedFrom["reasoningFile"] {
  const generated = file?.base64 ?? data ?? "";
  return {
    data: generated,
    mediaType: file?.mediaType ?? mediaType ?? "application/octet-stream",
    ...extras,
  };
}
