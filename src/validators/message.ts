import { v, type Infer } from "convex/values";
import type { Part } from "./content.js";
import { vOpaqueParts } from "./opaqueParts.js";
import { vOpaqueError } from "./providerError.js";

export const vMessageRole = v.union(
  v.literal("system"),
  v.literal("user"),
  v.literal("assistant"),
  v.literal("tool"),
);
export type MessageRole = Infer<typeof vMessageRole>;

/**
 * `streaming` rows hold the place of an answer that is being written; `failed` ones are out of context, and so are
 * `scheduled` prompts until their time has come.
 */
export const vMessageState = v.union(
  v.object({ kind: v.literal("complete") }),
  v.object({ kind: v.literal("streaming"), streamId: v.string() }),
  v.object({
    kind: v.literal("failed"),
    code: v.string(),
    reason: v.string(),
    error: v.optional(vOpaqueError),
  }),
  v.object({ kind: v.literal("scheduled"), startAt: v.number() }),
);
export type MessageState = Infer<typeof vMessageState>;

/** A message as the component returns it: long parts as previews, in the order `(turn, step)`. */
export const vMessage = v.object({
  messageId: v.string(),
  threadId: v.string(),
  turn: v.number(),
  step: v.number(),
  role: vMessageRole,
  parts: vOpaqueParts,
  state: vMessageState,
  tokens: v.number(),
  createdAt: v.number(),
  runId: v.optional(v.string()),
  author: v.optional(v.string()),
  speaker: v.optional(v.string()),
  saidAt: v.optional(v.number()),
  editedAt: v.optional(v.number()),
  agentName: v.optional(v.string()),
  model: v.optional(v.string()),
  metadata: v.optional(v.string()),
});
export type Message = Omit<Infer<typeof vMessage>, "parts"> & { parts: Part[] };
