import type { ProviderMetadata, ToolResultPart } from "ai";
import { wellFormed } from "../shared/wellFormed.js";
import type { PartOf, ToolOutputKind } from "../validators/content.js";
import type { EncodeOptions, ModelOptions } from "./codec.js";
import { readFileData, type InlineFile } from "./fileData.js";
import { storedAddress, storedIdOf } from "./filePlace.js";
import { exactJsonText, parseJson, toJsonText } from "./json.js";
import { decodeProvider } from "./provider.js";
import { shortenedOf, textForModel } from "./shortened.js";

type SdkOutput = ToolResultPart["output"];
type ToolResult = PartOf<"toolResult">;
export type StoredOutput = { outputKind: ToolOutputKind; output: string };

/** What a model is told of a call whose result never came. */
export const INTERRUPTED_OUTPUT = "The call was interrupted before it gave a result.";
const NO_JSON =
  "The tool's result cannot be kept: it is no JSON (a circular value, a bigint, a map, a stream, a Response, or a toJSON that throws).";

/** What a tool gives that says itself how a model is told it: text, JSON, content with media, an error, a denial. */
export class ToolOutput {
  /** `files`: the stored files that its content names. */
  constructor(
    readonly output: SdkOutput,
    readonly files: string[] = [],
  ) {}
}

/** The output with the files of its content stored: their bytes are megabytes, and a context would only show their start. */
export function withStoredFiles(output: SdkOutput, { storeFile }: EncodeOptions): ToolOutput {
  if (output.type !== "content" || storeFile === undefined) return new ToolOutput(output);
  const files: string[] = [];
  const value = output.value.map((item) => {
    const file = inlineFileOf(item);
    const fileId = file === null ? undefined : storeFile(file);
    if (file === null || fileId === undefined) return item;
    if (!files.includes(fileId)) files.push(fileId);
    const { mediaType, name } = file;
    const kept = {
      type: "file" as const,
      mediaType,
      data: { type: "url" as const, url: new URL(storedAddress(fileId)) },
    };
    const { providerOptions } = item;
    const named = name === undefined ? kept : { ...kept, filename: name };
    return providerOptions === undefined ? named : { ...named, providerOptions };
  });
  return new ToolOutput({ ...output, value }, files);
}

type ContentItem = Extract<SdkOutput, { type: "content" }>["value"][number];

/** The bytes that stand in one item of a tool's content, in the new way or one of the older two. */
function inlineFileOf(item: ContentItem): InlineFile | null {
  if (item.type === "file-data" || item.type === "image-data") {
    const name = "filename" in item && item.filename !== undefined ? { name: item.filename } : {};
    return { data: item.data, mediaType: item.mediaType, ...name };
  }
  if (item.type !== "file") return null;
  const content = readFileData(item.data);
  if (content.kind !== "inline") return null;
  const name = item.filename === undefined ? {} : { name: item.filename };
  return { data: content.data, mediaType: content.mediaType ?? item.mediaType, ...name };
}

/**
 * A tool's value: a text as it is, all else as JSON text; a `ToolOutput` as it says. What JSON has no text for, or would
 * lose without a word, is an error, never a throw.
 */
export function storeValue(value: unknown): StoredOutput {
  if (value instanceof ToolOutput) return storeOutput(value.output);
  if (typeof value === "string") return { outputKind: "text", output: wellFormed(value) };
  const text = exactJsonText(value);
  return text === null ? { outputKind: "error", output: NO_JSON } : { outputKind: "json", output: text };
}

/** What a tool threw: the message of an error, a text as it is, all else as JSON text. */
export function storeError(error: unknown): StoredOutput {
  if (error instanceof Error) return { outputKind: "error", output: wellFormed(error.message || error.name) };
  if (typeof error === "string") return { outputKind: "error", output: wellFormed(error) };
  return { outputKind: "error", output: toJsonText(error) ?? NO_JSON };
}

/** The output of a model message as it is stored. */
export function storeOutput(output: SdkOutput): StoredOutput {
  switch (output.type) {
    case "text":
      return { outputKind: "text", output: wellFormed(output.value) };
    case "json":
      return { outputKind: "json", output: toJsonText(output.value) ?? "null" };
    case "content":
      return { outputKind: "content", output: toJsonText(output.value) ?? "[]" };
    case "error-text":
      return { outputKind: "error", output: wellFormed(output.value) };
    case "error-json":
      return { outputKind: "error", output: toJsonText(output.value) ?? "null" };
    case "execution-denied":
      return { outputKind: "denied", output: wellFormed(output.reason ?? "") };
  }
}

/** What an output has no field for: the provider's options of it, and how its error reads where that is not seen. */
type OutputNotes = { output?: ProviderMetadata; isErrorText?: boolean };

/** The notes of an output, for the vendor extras of its part; nothing in the usual case. */
export function outputNotes(output: SdkOutput): OutputNotes | undefined {
  const { outputKind, output: text } = storeOutput(output);
  const isErrorText = output.type === "error-text";
  const isMisread = outputKind === "error" && isErrorText === isRecord(parseJson(text));
  const options = "providerOptions" in output ? output.providerOptions : undefined;
  if (!isMisread && options === undefined) return undefined;
  return { ...(options === undefined ? {} : { output: options }), ...(isMisread ? { isErrorText } : {}) };
}

/** The output as a model message takes it; of a long one its start, as text with a note. */
export function outputForModel(result: ToolResult, options: ModelOptions = {}): SdkOutput {
  // The boundary where what `outputNotes` wrote is read again.
  const { output: extras, isErrorText } = (decodeProvider(result.provider).own ?? {}) as OutputNotes;
  const output = bareOutput(result, { isErrorText, ...options });
  return extras === undefined || output.type === "content" ? output : { ...output, providerOptions: extras };
}

/** Providers that ran a tool themselves tell errors by their fields: an error of fields is JSON unless noted. */
function bareOutput(
  result: ToolResult,
  { isErrorText, fileUrl }: ModelOptions & Pick<OutputNotes, "isErrorText">,
): SdkOutput {
  const value = shortenedOf(result) === null ? parseJson(result.output) : undefined;
  const asText = textForModel(result);
  switch (result.outputKind) {
    case "text":
      return { type: "text", value: asText };
    case "json":
      return value === undefined
        ? { type: "text", value: asText }
        : { type: "json", value: asJsonValue(value) };
    case "content":
      return Array.isArray(value) ? contentForModel(value, fileUrl) : { type: "text", value: asText };
    case "error":
      return errorForModel(value, asText, isErrorText);
    case "interrupted":
      return { type: "error-text", value: asText };
    case "denied":
      return { type: "execution-denied", ...(asText === "" ? {} : { reason: asText }) };
  }
}

function errorForModel(value: unknown, asText: string, isText = !isRecord(value)): SdkOutput {
  if (isText || value === undefined) return { type: "error-text", value: asText };
  return { type: "error-json", value: asJsonValue(value) };
}

/** The output for an interface: the value where there is one, else the text. */
export function outputValue(result: ToolResult, fileUrl: ModelOptions["fileUrl"]): unknown {
  if (result.outputKind !== "json" && result.outputKind !== "content") return result.output;
  const value = parseJson(result.output);
  if (result.files !== undefined && Array.isArray(value))
    return value.map((item: unknown) => withAddress(item, fileUrl) ?? item);
  return value === undefined ? result.output : value;
}

type JsonValue = Extract<SdkOutput, { type: "json" }>["value"];
type ContentValue = Extract<SdkOutput, { type: "content" }>["value"];

/** The boundary where parsed JSON becomes a JSON value to the type checker. */
const asJsonValue = (parsed: unknown): JsonValue => parsed as JsonValue;

/** The boundary where stored content becomes the SDK's again; addresses are URL objects there. */
const contentForModel = (items: unknown[], fileUrl: ModelOptions["fileUrl"]): SdkOutput => ({
  type: "content",
  value: items.map((item) => withUrl(withAddress(item, fileUrl) ?? UNREACHABLE)) as ContentValue,
});

const UNREACHABLE = { type: "text", text: "[A file of this result cannot be shown here any more.]" };

/** An item with the address of its stored file; null where nobody knows it. */
function withAddress(item: unknown, fileUrl: ModelOptions["fileUrl"]): unknown {
  if (!isRecord(item) || !isRecord(item.data) || typeof item.data.url !== "string") return item;
  const fileId = storedIdOf({ url: item.data.url });
  if (fileId === null) return item;
  const url = fileUrl?.(fileId);
  return url === undefined ? null : { ...item, data: { ...item.data, url } };
}

function withUrl(item: unknown): unknown {
  if (!isRecord(item) || !isRecord(item.data) || item.data.type !== "url") return item;
  const { url } = item.data;
  return typeof url === "string" && URL.canParse(url)
    ? { ...item, data: { type: "url", url: new URL(url) } }
    : item;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
