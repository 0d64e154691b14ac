import type { PartOf } from "../validators/content.js";
import type { PartCodec } from "./codec.js";
import { encodeProvider, providerOptions } from "./provider.js";
import { withResult } from "./toolCall.js";
import { INTERRUPTED_OUTPUT, outputForModel, storeError, storeOutput, storeValue } from "./toolOutput.js";

/** What came of a call. In an interface it is shown with its call, alone only where that is on another page. */
export const toolResult: PartCodec<"toolResult"> = {
  encode({ toolCallId, toolName, output, ...extras }) {
    return {
      type: "toolResult",
      callId: toolCallId,
      toolName,
      ...storeOutput(output),
      ...encodeProvider(extras),
    };
  },

  toModel(part) {
    const output = outputForModel(part);
    return {
      type: "tool-result",
      toolCallId: part.callId,
      toolName: part.toolName,
      output,
      ...providerOptions(part),
    };
  },

  toUI(part, { hasCall }) {
    if (hasCall === true) return null;
    const { toolName, callId: toolCallId } = part;
    return withResult({ type: "dynamic-tool", toolName, toolCallId, input: undefined }, part);
  },
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
  return { type: "toolResult", callId, toolName, ...stored };
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
