import type { ToolResultPart } from "ai";
import { wellFormed } from "../shared/wellFormed.js";
import type { PartOf, ToolOutputKind } from "../validators/content.js";
import { parseJson, toJsonText } from "./json.js";
import { shortenedOf, textForModel } from "./shortened.js";

type ToolOutput = ToolResultPart["output"];
type ToolResult = PartOf<"toolResult">;
export type StoredOutput = { outputKind: ToolOutputKind; output: string };

/** What a model is told of a call whose result never came. */
export const INTERRUPTED_OUTPUT = "The call was interrupted before it gave a result.";
const NO_JSON =
  "The tool's result cannot be kept: it is no JSON (a circular value, a bigint, or a toJSON that throws).";

/** A tool's value: a text as it is, all else as JSON text. What JSON has no text for is an error, never a throw. */
export function storeValue(value: unknown): StoredOutput {
  if (typeof value === "string") return { outputKind: "text", output: wellFormed(value) };
  const text = toJsonText(value);
  return text === null ? { outputKind: "error", output: NO_JSON } : { outputKind: "json", output: text };
}

/** What a tool threw: the message of an error, a text as it is, all else as JSON text. */
export function storeError(error: unknown): StoredOutput {
  if (error instanceof Error) return { outputKind: "error", output: wellFormed(error.message || error.name) };
  if (typeof error === "string") return { outputKind: "error", output: wellFormed(error) };
  return { outputKind: "error", output: toJsonText(error) ?? NO_JSON };
}

/** The output of a model message as it is stored. */
export function storeOutput(output: ToolOutput): StoredOutput {
  switch (output.type) {
    case "text":
      return { outputKind: "text", output: wellFormed(output.value) };
    case "json":
      return { outputKind: "json", output: toJsonText(output.value) ?? "null" };
    case "content":
      return { outputKind: "content", output: toJsonText(output.value) ?? "[]" };
    case "error-text":
    case "error-json":
      return storeError(output.value);
    case "execution-denied":
      return { outputKind: "denied", output: wellFormed(output.reason ?? "") };
  }
}

/** The output as a model message takes it; of a long one its start, as text with a note. */
export function outputForModel(result: ToolResult): ToolOutput {
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
      return Array.isArray(value) ? contentForModel(value) : { type: "text", value: asText };
    case "error":
      // Providers that ran the tool themselves tell errors by their fields.
      return isRecord(value)
        ? { type: "error-json", value: asJsonValue(value) }
        : { type: "error-text", value: asText };
    case "interrupted":
      return { type: "error-text", value: asText };
    case "denied":
      return { type: "execution-denied", ...(asText === "" ? {} : { reason: asText }) };
  }
}

/** The output for an interface: the value where there is one, else the text. */
export function outputValue(result: ToolResult): unknown {
  if (result.outputKind !== "json" && result.outputKind !== "content") return result.output;
  const value = parseJson(result.output);
  return value === undefined ? result.output : value;
}

type JsonValue = Extract<ToolOutput, { type: "json" }>["value"];
type ContentValue = Extract<ToolOutput, { type: "content" }>["value"];

/** The boundary where parsed JSON becomes a JSON value to the type checker. */
const asJsonValue = (parsed: unknown): JsonValue => parsed as JsonValue;

/** The boundary where stored content becomes the SDK's again; addresses are URL objects there. */
const contentForModel = (items: unknown[]): ToolOutput => ({
  type: "content",
  value: items.map(withUrl) as ContentValue,
});

function withUrl(item: unknown): unknown {
  if (!isRecord(item) || !isRecord(item.data) || item.data.type !== "url") return item;
  const { url } = item.data;
  return typeof url === "string" && URL.canParse(url)
    ? { ...item, data: { type: "url", url: new URL(url) } }
    : item;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
