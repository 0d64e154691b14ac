import type { PartOf } from "../validators/content.js";
import type { PartCodec, ShowPart } from "./codec.js";
import { encodeProvider, providerOptions } from "./provider.js";
import { withResult } from "./toolCall.js";
import {
  INTERRUPTED_OUTPUT,
  outputForModel,
  outputNotes,
  storeError,
  storeOutput,
  storeValue,
  ToolOutput,
  withStoredFiles,
} from "./toolOutput.js";

/** What came of a call. In an interface it is shown with its call, alone only where that is on another page. */
export const toolResult: PartCodec<"toolResult"> = {
  encode({ toolCallId, toolName, output: given, ...extras }, options) {
    const { output, files } = withStoredFiles(given, options);
    return {
      type: "toolResult",
      callId: toolCallId,
      toolName,
      ...storeOutput(output),
      ...(files.length === 0 ? {} : { files }),
      ...encodeProvider(extras, outputNotes(output)),
    };
  },

  toModel(part, options) {
    const output = outputForModel(part, options);
    return {
      type: "tool-result",
      toolCallId: part.callId,
      toolName: part.toolName,
      output,
      ...providerOptions(part),
    };
  },
};

/** As an interface shows it. */
export const toolResultToUI: ShowPart<"toolResult"> = (part, { hasCall, fileUrl }) => {
  if (hasCall === true) return null;
  const { toolName, callId: toolCallId } = part;
  return withResult(
    { type: "dynamic-tool", toolName, toolCallId, input: undefined },
    { result: part, fileUrl },
  );
};

/**
 * The result of a call as a part: a text as it is, all else as JSON text, `undefined` as JSON's null. With `error`,
 * or with a value that JSON has no text for, an error that the model can read. Never throws.
 *
 * @example toolResultPart({ callId, toolName: "search", output: { hits: 3 } });
 */
export function toolResultPart(outcome: {
  callId: string;
  toolName: string;
  output?: unknown;
  error?: unknown;
}): PartOf<"toolResult"> {
  const { callId, toolName, output, error } = outcome;
  const stored = error === undefined ? storeValue(output) : storeError(error);
  const told = error === undefined && output instanceof ToolOutput ? output : undefined;
  const files = told === undefined || told.files.length === 0 ? {} : { files: told.files };
  const extras = told === undefined ? {} : encodeProvider({}, outputNotes(told.output));
  return { type: "toolResult", callId, toolName, ...stored, ...files, ...extras };
}

/** The result of a call that never gave one. */
export function interruptedResult({
  callId,
  toolName,
}: {
  callId: string;
  toolName: string;
}): PartOf<"toolResult"> {
  return { type: "toolResult", callId, toolName, outputKind: "interrupted", output: INTERRUPTED_OUTPUT };
}
