import type { UIMessageChunk } from "ai";
import type { UIPart } from "../parts/codec.js";

type TextUI = Extract<UIPart, { type: "text" | "reasoning" }>;
type ToolUI = Extract<UIPart, { type: "dynamic-tool" }>;

/**
 * What an answer has become, as the chunks that turn `before` into `after` where the AI SDK reads them. Where it did not
 * only grow, its last step is written anew; what stands before that step a stream cannot take back.
 */
export function chunksBetween(before: readonly UIPart[], after: readonly UIPart[]): UIMessageChunk[] {
  const isGrown = before.every((part, index) => isContinued(part, after[index]));
  if (isGrown) return after.flatMap((part, index) => chunksOf(part, index, before[index]));
  const stepStart = before.findLastIndex(({ type }) => type === "step-start") + 1;
  const anew = after.slice(stepStart).flatMap((part, index) => chunksOf(part, stepStart + index, undefined));
  return [{ type: "reset-step" }, ...anew];
}

function isContinued(before: UIPart, after: UIPart | undefined): boolean {
  if (after === undefined || before.type !== after.type) return false;
  if (isText(before) && isText(after))
    return before.state === "streaming"
      ? after.text.startsWith(before.text)
      : after.text === before.text && after.state !== "streaming";
  return !isTool(before) || !isTool(after) || before.toolCallId === after.toolCallId;
}

const isText = (part: UIPart): part is TextUI => part.type === "text" || part.type === "reasoning";
const isTool = (part: UIPart): part is ToolUI => part.type === "dynamic-tool";

/** `before` is the same part as it was; of the kinds that come whole, nothing follows. */
function chunksOf(part: UIPart, index: number, before: UIPart | undefined): UIMessageChunk[] {
  if (isText(part)) return textChunks(part, `${index}`, before as TextUI | undefined);
  if (isTool(part)) return toolChunks(part, before as ToolUI | undefined);
  if (before !== undefined) return [];
  // The boundary where a part that comes whole is its own chunk: files, sources and data have one shape in both.
  return [part.type === "step-start" ? { type: "start-step" } : (part as UIMessageChunk)];
}

function textChunks(part: TextUI, id: string, before: TextUI | undefined): UIMessageChunk[] {
  const { type, text, state, providerMetadata } = part;
  const delta = text.slice(before?.text.length ?? 0);
  const cited = type === "text" ? { citations: part.citations } : {};
  const isEnd = state !== "streaming" && (before === undefined || before.state === "streaming");
  return [
    ...(before === undefined ? [{ type: `${type}-start` as const, id, providerMetadata }] : []),
    ...(delta === "" ? [] : [{ type: `${type}-delta` as const, id, delta }]),
    ...(isEnd ? [{ type: `${type}-end` as const, id, ...cited, providerMetadata }] : []),
  ];
}

function toolChunks(part: ToolUI, before: ToolUI | undefined): UIMessageChunk[] {
  if (part.state === "input-streaming") return inputWritten(part, before);
  const chunks = [inputChunk(part), ...approvalChunks(part), ...resultChunks(part)];
  if (before === undefined || before.state === "input-streaming") return chunks;
  // Whoever decides may have edited the input: then all is said anew.
  if (JSON.stringify(before.input) !== JSON.stringify(part.input)) return chunks;
  const said = new Set([inputChunk(before), ...approvalChunks(before), ...resultChunks(before)].map(typeOf));
  return chunks.filter((chunk) => !said.has(chunk.type));
}

const typeOf = ({ type }: UIMessageChunk): string => type;

/** What the chunks of a call have in common. */
const callOf = ({ toolCallId, toolName, title, toolMetadata, providerExecuted, ...rest }: ToolUI) => ({
  ...{ toolCallId, toolName, dynamic: true, title, toolMetadata, providerExecuted },
  providerMetadata: rest.callProviderMetadata,
});

type WrittenUI = Extract<ToolUI, { state: "input-streaming" }>;

function inputWritten(part: WrittenUI, before: ToolUI | undefined): UIMessageChunk[] {
  const { toolCallId } = part;
  const written = typeof part.rawInput === "string" ? part.rawInput : "";
  const known = before !== undefined && "rawInput" in before ? before.rawInput : undefined;
  const inputTextDelta = written.slice(typeof known === "string" ? known.length : 0);
  return [
    ...(before === undefined ? [{ type: "tool-input-start" as const, ...callOf(part) }] : []),
    ...(inputTextDelta === "" ? [] : [{ type: "tool-input-delta" as const, toolCallId, inputTextDelta }]),
  ];
}

const inputChunk = (part: ToolUI): UIMessageChunk => ({
  ...{ type: "tool-input-available", input: part.input },
  ...callOf(part),
});

function approvalChunks({ toolCallId, approval }: ToolUI): UIMessageChunk[] {
  if (approval === undefined) return [];
  const { id: approvalId, approved, reason, requestReason, isAutomatic, signature, ...rest } = approval;
  const request: UIMessageChunk = {
    ...{ type: "tool-approval-request", approvalId, toolCallId, isAutomatic, signature },
    reason: requestReason,
    ...rest, // the input for its schema, where there is one
  };
  return approved === undefined
    ? [request]
    : [request, { type: "tool-approval-response", approvalId, approved, reason }];
}

function resultChunks(part: ToolUI): UIMessageChunk[] {
  const { toolCallId } = part;
  switch (part.state) {
    case "output-available":
      return [{ type: "tool-output-available", toolCallId, output: part.output, ...vendorOf(part) }];
    case "output-error":
      return [{ type: "tool-output-error", toolCallId, errorText: part.errorText, ...vendorOf(part) }];
    case "output-denied":
      return [{ type: "tool-output-denied", toolCallId }];
    case "input-streaming":
    case "input-available":
    case "approval-requested":
    case "approval-responded":
      return [];
  }
}

type EndedUI = Extract<ToolUI, { state: "output-available" | "output-error" }>;

const vendorOf = ({ resultProviderMetadata: providerMetadata }: EndedUI) => ({ providerMetadata });
