import type { ToolResultPart } from "ai";
import type { Part, PartOf } from "../validators/content.js";
import type { UIPart } from "./codec.js";
import { toJsonText } from "./json.js";
import { encodeProvider, withoutOwn } from "./provider.js";
import { encodePart } from "./encodePart.js";
import { toolResultPart } from "./toolResult.js";

export type ToolUI = Extract<UIPart, { type: "dynamic-tool" } | { type: `tool-${string}` }>;
type Approval = NonNullable<ToolUI["approval"]>;

/** True for a call as an interface shows it. */
export const isToolUI = (part: UIPart): part is ToolUI =>
  part.type === "dynamic-tool" || part.type.startsWith("tool-");

/** A call as an interface shows it: what was asked, what was decided about it, and what came of it. */
export function fromToolUI(part: ToolUI): { said: Part[]; decided: Part[]; results: Part[] } {
  const call = callOf(part);
  const result = resultOf(part, call);
  const isOfProvider = part.providerExecuted === true;
  const { approval } = part;
  // Without a question of its provider a denial is only a result, which is shown under the call's own id.
  const isAsked = approval !== undefined && approval.id !== part.toolCallId;
  return {
    said: [call, ...(isAsked ? [requestOf(approval, part.toolCallId)] : []), ...(isOfProvider ? result : [])],
    decided: isAsked ? responseOf(approval, part) : [],
    results: isOfProvider ? [] : result,
  };
}

const nameOf = (part: ToolUI): string =>
  part.type === "dynamic-tool" ? part.toolName : part.type.slice("tool-".length);

function callOf(part: ToolUI): PartOf<"toolCall"> {
  const { toolCallId, title, toolMetadata, providerExecuted, callProviderMetadata } = part;
  const inputText = rawInputOf(part);
  const call = encodePart("toolCall", {
    toolCallId,
    toolName: nameOf(part),
    input: part.input,
    ...(inputText === undefined ? {} : { inputText }),
    ...(title === undefined ? {} : { title }),
    ...(toolMetadata === undefined ? {} : { toolMetadata }),
    ...(providerExecuted === undefined ? {} : { providerExecuted }),
    ...withoutOwn({ providerMetadata: callProviderMetadata }),
  });
  return call as PartOf<"toolCall">; // the codec of calls makes nothing else
}

/** What was written so far, or what is no JSON. */
function rawInputOf(part: ToolUI): string | undefined {
  if ("rawInput" in part && typeof part.rawInput === "string" && part.input === undefined)
    return part.rawInput;
  return typeof part.input === "string" ? part.input : undefined;
}

function requestOf({ id, requestReason, isAutomatic, signature, ...rest }: Approval, callId: string): Part {
  const input = "inputSchemaInput" in rest ? toJsonText(rest.inputSchemaInput) : null;
  return {
    type: "approvalRequest",
    approvalId: id,
    callId,
    ...(requestReason === undefined ? {} : { reason: requestReason }),
    ...(isAutomatic === undefined ? {} : { isAutomatic }),
    ...(signature === undefined ? {} : { signature }),
    ...(input === null ? {} : { input }),
  };
}

function responseOf({ id, approved, reason }: Approval, { providerExecuted }: ToolUI): Part[] {
  if (approved === undefined) return [];
  const why = reason === undefined ? {} : { reason };
  const by = providerExecuted === undefined ? {} : { providerExecuted };
  return [encodePart("approvalResponse", { approvalId: id, approved, ...why, ...by })];
}

function resultOf(part: ToolUI, { callId, toolName }: PartOf<"toolCall">): Part[] {
  const named = { callId, toolName };
  switch (part.state) {
    case "output-available": {
      if (part.preliminary === true) return [];
      return [{ ...toolResultPart({ ...named, output: part.output }), ...extrasOfResult(part) }];
    }
    case "output-error": {
      const output: ToolResultPart["output"] = { type: "error-text", value: part.errorText };
      return [encodePart("toolResult", { toolCallId: callId, toolName, output, ...vendorOf(part) })];
    }
    case "output-denied": {
      const reason = part.approval.reason === undefined ? {} : { reason: part.approval.reason };
      const output: ToolResultPart["output"] = { type: "execution-denied", ...reason };
      return [encodePart("toolResult", { toolCallId: callId, toolName, output })];
    }
    case "input-streaming":
    case "input-available":
    case "approval-requested":
    case "approval-responded":
      return [];
  }
}

type Ended = Extract<ToolUI, { state: "output-available" | "output-error" }>;
const vendorOf = (part: Ended) => withoutOwn({ providerMetadata: part.resultProviderMetadata });
const extrasOfResult = (part: Ended) => encodeProvider(vendorOf(part));
