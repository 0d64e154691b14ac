import { v, type Infer } from "convex/values";
import { vParticipantRole } from "./principal.js";

export const vThreadStatus = v.union(v.literal("active"), v.literal("archived"));
export type ThreadStatus = Infer<typeof vThreadStatus>;

/** A place in a thread: messages stand in the order of turn, then step. */
export const vThreadPlace = v.object({ turn: v.number(), step: v.number() });
export type ThreadPlace = Infer<typeof vThreadPlace>;

/** The last thing said, cut to a line for lists. */
export const vThreadPreview = v.object({ role: v.string(), text: v.string() });

/** A thread as the component returns it. `lastActivityAt` is in ms since the epoch. */
export const vThread = v.object({
  threadId: v.string(),
  userId: v.string(),
  tenantId: v.optional(v.string()),
  title: v.optional(v.string()),
  status: vThreadStatus,
  metadata: v.optional(v.string()),
  parentThreadId: v.optional(v.string()),
  /** Of a thread that an agent opened to ask another: the run that asked. It is removed with its parent. */
  parentRunId: v.optional(v.string()),
  lastActivityAt: v.number(),
  createdAt: v.number(),
  messages: v.number(),
  preview: v.optional(vThreadPreview),
  activeRunId: v.optional(v.string()),
});
export type Thread = Infer<typeof vThread>;

/** A user of the thread's tenant who may open it, besides its owner. */
export const vParticipant = v.object({ userId: v.string(), role: vParticipantRole });
export type Participant = Infer<typeof vParticipant>;

/** A thread that a search found: a line of the message in which it was said, else of what was said last. */
export const vThreadHit = v.object({
  threadId: v.string(),
  title: v.optional(v.string()),
  snippet: v.string(),
  /** The message that the snippet is of, where what was said fits. */
  messageId: v.optional(v.string()),
});
export type ThreadHit = Infer<typeof vThreadHit>;
