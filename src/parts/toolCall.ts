import type { ProviderMetadata } from "ai";
import { wellFormed } from "../shared/wellFormed.js";
import type { PartOf } from "../validators/content.js";
import type { OpenCall } from "../validators/run.js";
import type { PartCodec, PartView, ShownApproval, ToolNotes, UIPart } from "./codec.js";
import { parseJson, toJsonText } from "./json.js";
import { decodeProvider, encodeProvider, providerOptions, shownMetadata } from "./provider.js";
import { shortenedNote, shortenedOf, wholePartAt } from "./shortened.js";
import { outputValue } from "./toolOutput.js";

// What a model asked a tool for. The input is kept as the model wrote it, also when it is no JSON.

/** From the AI SDK. */
export const encode: PartCodec<"toolCall">["encode"] = (source) => {
  const input = source.inputText ?? toJsonText(source.input) ?? "null";
  return {
    type: "toolCall",
    callId: source.toolCallId,
    toolName: source.toolName,
    input: wellFormed(input),
    ...(source.providerExecuted === undefined ? {} : { providerExecuted: source.providerExecuted }),
    ...(source.dynamic === undefined ? {} : { dynamic: source.dynamic }),
    ...encodeProvider(source, notesOf(source)),
  };
};

/** To a model. */
export const toModel: PartCodec<"toolCall">["toModel"] = (part) => {
  return {
    type: "tool-call",
    toolCallId: part.callId,
    toolName: part.toolName,
    input: inputForModel(part),
    ...(part.providerExecuted === undefined ? {} : { providerExecuted: part.providerExecuted }),
    ...providerOptions(part),
  };
};

/** To an interface. */
export const toUI: PartCodec<"toolCall">["toUI"] = (part, view) => {
  const { metadata, own } = decodeProvider(part.provider);
  const call = {
    type: "dynamic-tool" as const,
    toolName: part.toolName,
    toolCallId: part.callId,
    ...shownNotes(own),
    providerExecuted: part.providerExecuted,
    callProviderMetadata: shownMetadata(metadata, wholePartAt(part, view)),
  };
  const input = inputValue(part.input);
  const isWritten = view.isStreaming && view.result === undefined && input === undefined;
  if (isWritten) return { ...call, state: "input-streaming", input: undefined, rawInput: part.input };
  const asked = { ...call, input: input === undefined ? part.input : input };
  return view.result === undefined && view.waiting !== undefined
    ? withWait(asked, view.waiting)
    : withResult(asked, view);
};

/** The title and metadata that the SDK gives to tools for interfaces; no provider takes them. */
function notesOf({ title, toolMetadata }: ToolNotes): object | undefined {
  if (title === undefined && toolMetadata === undefined) return undefined;
  return {
    ...(title === undefined ? {} : { title }),
    ...(toolMetadata === undefined ? {} : { toolMetadata }),
  };
}

/** The boundary where what `notesOf` wrote is read again. */
function shownNotes(own: unknown): Pick<ToolUI, "title" | "toolMetadata"> {
  if (typeof own !== "object" || own === null) return {};
  const { title, toolMetadata } = own as Pick<ToolUI, "title" | "toolMetadata">;
  return { title, toolMetadata };
}

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
  "type" | "toolName" | "toolCallId" | "title" | "toolMetadata" | "providerExecuted" | "callProviderMetadata"
> & {
  input: unknown;
};

/** A call in an interface that waits for somebody; the id of its approval is its own. */
function withWait(call: CallShown, { kind, requestReason }: OpenCall): ToolUI {
  const id = call.toolCallId;
  switch (kind) {
    case "approval":
      return { ...call, state: "approval-requested", approval: { id, requestReason } };
    case "approved":
      return { ...call, state: "approval-responded", approval: { id, approved: true } };
    case "result":
      return { ...call, state: "input-available" };
  }
}

/** A call in an interface, with what came of it and what was decided about it. */
export function withResult(
  call: CallShown,
  { result, approval, fileUrl }: Pick<PartView, "result" | "approval" | "fileUrl">,
): ToolUI {
  if (result === undefined)
    return approval === undefined ? { ...call, state: "input-available" } : asked(call, approval);
  if (result.outputKind === "denied") return denied(call, result, approval);
  const shown = { ...call, ...shownExtras(result), ...shownApproval(approval) };
  switch (result.outputKind) {
    case "json":
    case "text":
    case "content":
      return { ...shown, state: "output-available", output: outputValue(result, fileUrl) };
    case "error":
    case "interrupted":
      return { ...shown, state: "output-error", errorText: result.output };
  }
}

function shownExtras({ provider }: PartOf<"toolResult">): { resultProviderMetadata?: ProviderMetadata } {
  return { resultProviderMetadata: decodeProvider(provider).metadata };
}

function shownApproval(approval: ShownApproval | undefined) {
  return approval?.response?.approved === true
    ? { approval: { ...decisionOf(approval), approved: true as const } }
    : {};
}

/** Without a question of its provider, a denial is shown under the call's own id. */
function denied(call: CallShown, result: PartOf<"toolResult">, approval: ShownApproval | undefined): ToolUI {
  const reason = result.output === "" ? {} : { reason: result.output };
  const decision = approval === undefined ? { id: result.callId } : decisionOf(approval);
  return { ...call, state: "output-denied", approval: { ...decision, ...reason, approved: false } };
}

/** A call that its provider asked about, and what was answered. */
function asked(call: CallShown, approval: ShownApproval): ToolUI {
  const { response } = approval;
  if (response === undefined) return { ...call, state: "approval-requested", approval: requestOf(approval) };
  const decision = { ...decisionOf(approval), approved: response.approved };
  return { ...call, state: "approval-responded", approval: decision };
}

function requestOf({ request }: ShownApproval) {
  const { approvalId, reason, isAutomatic, signature, input } = request;
  return {
    ...{ id: approvalId, requestReason: reason, isAutomatic, signature },
    ...(input === undefined ? {} : { inputSchemaInput: parseJson(input) }),
  };
}

const decisionOf = (approval: ShownApproval) => ({
  ...requestOf(approval),
  reason: approval.response?.reason,
});
