import type { ToolResultPart } from "ai";
import { wellFormed } from "../shared/wellFormed.js";
import type { ToolOutputKind } from "../validators/content.js";
import { exactJsonText, toJsonText } from "./json.js";

type SdkOutput = ToolResultPart["output"];
export type StoredOutput = { outputKind: ToolOutputKind; output: string };

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
