import { v, type Infer } from "convex/values";

/** A value too large for its row: its pieces are rows of `payloads`, its start stays inline as a preview. */
const vPayload = v.object({ bytes: v.number(), hash: v.string(), pieces: v.number() });

/** Vendor extras of a part as JSON text, so that any key and any major of an SDK survives. */
const extras = { provider: v.optional(v.string()), payload: v.optional(vPayload) };

export const vTextPart = v.object({ type: v.literal("text"), text: v.string(), ...extras });
export const vReasoningPart = v.object({ type: v.literal("reasoning"), text: v.string(), ...extras });

/** Where a file lies: with us, at an address, or with a provider, whose reference to it is JSON text. */
const vFilePlace = v.union(
  v.object({ kind: v.literal("stored"), fileId: v.string() }),
  v.object({ kind: v.literal("url"), url: v.string() }),
  v.object({ kind: v.literal("reference"), reference: v.string() }),
);

/** A file by where it lies; bytes never live in a message row. */
export const vFilePart = v.object({
  type: v.literal("file"),
  mediaType: v.string(),
  name: v.optional(v.string()),
  file: vFilePlace,
  provider: v.optional(v.string()),
});
/** A file that a model made while it thought. */
export const vReasoningFilePart = v.object({
  type: v.literal("reasoningFile"),
  mediaType: v.string(),
  file: vFilePlace,
  provider: v.optional(v.string()),
});
export const vSourcePart = v.object({
  type: v.literal("source"),
  sourceId: v.string(),
  url: v.optional(v.string()),
  title: v.optional(v.string()),
  mediaType: v.optional(v.string()),
  name: v.optional(v.string()),
  provider: v.optional(v.string()),
});
/** `input` is JSON text: tools may use keys that a Convex object refuses. */
export const vToolCallPart = v.object({
  type: v.literal("toolCall"),
  callId: v.string(),
  toolName: v.string(),
  input: v.string(),
  providerExecuted: v.optional(v.boolean()),
  dynamic: v.optional(v.boolean()),
  ...extras,
});
export const vToolOutputKind = v.union(
  v.literal("json"),
  v.literal("text"),
  v.literal("content"),
  v.literal("error"),
  v.literal("denied"),
  v.literal("interrupted"),
);
/**
 * `output` is JSON text, or plain text where `outputKind` is text, error, denied or interrupted. `files`: the stored
 * files that its content names.
 */
export const vToolResultPart = v.object({
  type: v.literal("toolResult"),
  callId: v.string(),
  toolName: v.string(),
  outputKind: vToolOutputKind,
  output: v.string(),
  files: v.optional(v.array(v.string())),
  ...extras,
});

/** What only one provider knows; its content lies in `provider`. */
export const vCustomPart = v.object({
  type: v.literal("custom"),
  kind: v.string(),
  provider: v.optional(v.string()),
});
/** A provider asks whether it may run a tool of its own. `input`: what the approver was shown, as JSON text. */
export const vApprovalRequestPart = v.object({
  type: v.literal("approvalRequest"),
  approvalId: v.string(),
  callId: v.string(),
  reason: v.optional(v.string()),
  isAutomatic: v.optional(v.boolean()),
  signature: v.optional(v.string()),
  input: v.optional(v.string()),
  provider: v.optional(v.string()),
});
/** The answer to an `approvalRequest`. */
export const vApprovalResponsePart = v.object({
  type: v.literal("approvalResponse"),
  approvalId: v.string(),
  approved: v.boolean(),
  reason: v.optional(v.string()),
  providerExecuted: v.optional(v.boolean()),
});
/** What an app shows and no model sees: a `data-<name>` part of an interface. `data` is JSON text. */
export const vDataPart = v.object({
  type: v.literal("data"),
  name: v.string(),
  dataId: v.optional(v.string()),
  data: v.string(),
  ...extras,
});

export const vPart = v.union(
  vTextPart,
  vReasoningPart,
  vFilePart,
  vSourcePart,
  vToolCallPart,
  vToolResultPart,
  vReasoningFilePart,
  vCustomPart,
  vApprovalRequestPart,
  vApprovalResponsePart,
  vDataPart,
);
export type Part = Infer<typeof vPart>;
export type PartType = Part["type"];
export type PartOf<T extends PartType> = Extract<Part, { type: T }>;
export type ToolOutputKind = Infer<typeof vToolOutputKind>;
