import { wellFormed } from "../shared/wellFormed.js";
import type { PartOf } from "../validators/content.js";
import type { OpenCall } from "../validators/run.js";
import type { PartCodec, PartView, UIPart } from "./codec.js";
import { parseJson, toJsonText } from "./json.js";
import { decodeProvider, encodeProvider, providerOptions } from "./provider.js";
import { shortenedNote, shortenedOf, wholePartAt } from "./shortened.js";
import { outputValue } from "./toolOutput.js";

/** What a model asked a tool for. The input is kept as the model wrote it, also when it is no JSON. */
export const toolCall: PartCodec<"toolCall"> = {
  encode(source) {
    const input = source.inputText ?? toJsonText(source.input) ?? "null";
    return {
      type: "toolCall",
      callId: source.toolCallId,
      toolName: source.toolName,
      input: wellFormed(input),
      ...(source.providerExecuted === undefined ? {} : { providerExecuted: source.providerExecuted }),
      ...(source.dynamic === undefined ? {} : { dynamic: source.dynamic }),
      ...encodeProvider(source),
    };
  },

  toModel(part) {
    return {
      type: "tool-call",
      toolCallId: part.callId,
      toolName: part.toolName,
      input: inputForModel(part),
      ...(part.providerExecuted === undefined ? {} : { providerExecuted: part.providerExecuted }),
      ...providerOptions(part),
    };
  },

  toUI(part, view) {
    const { metadata } = decodeProvider(part.provider);
    const callProviderMetadata = { ...metadata, ...wholePartAt(part, view) };
    const call = {
      type: "dynamic-tool" as const,
      toolName: part.toolName,
      toolCallId: part.callId,
      ...(part.providerExecuted === undefined ? {} : { providerExecuted: part.providerExecuted }),
      ...(Object.keys(callProviderMetadata).length === 0 ? {} : { callProviderMetadata }),
    };
    const input = inputValue(part.input);
    const isWritten = view.isStreaming && view.result === undefined && input === undefined;
    if (isWritten) return { ...call, state: "input-streaming", input: undefined, rawInput: part.input };
    const asked = { ...call, input: input === undefined ? part.input : input };
    return view.result === undefined && view.waiting !== undefined
      ? withWait(asked, view.waiting)
      : withResult(asked, view.result);
  },
};

/** Providers take objects only, so what is no JSON, or only its start, is wrapped in one. */
function inputForModel(part: PartOf<"toolCall">): unknown {
  const shortened = shortenedOf(part);
  if (shortened !== null) return { start: part.input, note: shortenedNote(shortened) };
  const input = inputValue(part.input);
  return input === undefined ? { invalidJson: part.input } : input;
}

/** Nothing written is an empty input: models write none for tools without arguments. */
const inputValue = (input: string): unknown => (input.trim() === "" ? {} : parseJson(input));

type ToolUI = Extract<UIPart, { type: "dynamic-tool" }>;
type CallShown = Pick<
  ToolUI,
  "type" | "toolName" | "toolCallId" | "providerExecuted" | "callProviderMetadata"
> & {
  input: unknown;
};

/** A call in an interface that waits for somebody; the id of its approval is its own. */
function withWait(call: CallShown, { kind, requestReason }: OpenCall): ToolUI {
  const id = call.toolCallId;
  switch (kind) {
    case "approval": {
      const approval = requestReason === undefined ? { id } : { id, requestReason };
      return { ...call, state: "approval-requested", approval };
    }
    case "approved":
      return { ...call, state: "approval-responded", approval: { id, approved: true } };
    case "result":
      return { ...call, state: "input-available" };
  }
}

/** A call in an interface, with what came of it. */
export function withResult(call: CallShown, result: PartView["result"]): ToolUI {
  if (result === undefined) return { ...call, state: "input-available" };
  const { metadata } = decodeProvider(result.provider);
  const shown = { ...call, ...(metadata === undefined ? {} : { resultProviderMetadata: metadata }) };
  switch (result.outputKind) {
    case "json":
    case "text":
    case "content":
      return { ...shown, state: "output-available", output: outputValue(result) };
    case "error":
    case "interrupted":
      return { ...shown, state: "output-error", errorText: result.output };
    case "denied": {
      const reason = result.output === "" ? {} : { reason: result.output };
      return { ...call, state: "output-denied", approval: { id: result.callId, approved: false, ...reason } };
    }
  }
}
