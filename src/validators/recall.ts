import { v, type Infer } from "convex/values";
import { vMessageRole } from "./message.js";

export const vRecallKind = v.union(v.literal("message"), v.literal("fact"), v.literal("chunk"));
export type RecallKind = Infer<typeof vRecallKind>;

/** Why a hit stands where it does: its place in each list from 1, what each signal added, and the same in words. */
export const vRecallReason = v.object({
  lists: v.record(v.string(), v.number()),
  signals: v.record(v.string(), v.number()),
  /** What recency and importance multiplied the score by. */
  multiplier: v.number(),
  because: v.string(),
});
export type RecallReason = Infer<typeof vRecallReason>;

/** One thing recalled. `lexicalRank` and `vectorRank` start at 1 and say which list found it. */
export const vRecallHit = v.object({
  kind: vRecallKind,
  sourceId: v.string(),
  text: v.string(),
  /** How to cite it: `[document › heading]` for chunks, `[message turn.step]` for messages, `[fact key]` for facts. */
  citation: v.string(),
  tokens: v.number(),
  /** Compares inside one answer only. */
  score: v.number(),
  /** When it was said or written, in ms since the epoch. */
  at: v.number(),
  /** Of messages: who said it. `speaker` where that is another than the thread's owner or agent. */
  role: v.optional(vMessageRole),
  speaker: v.optional(v.string()),
  /** Whose texts it is made of, in order, where what stands around the source was asked for. */
  sourceIds: v.optional(v.array(v.string())),
  threadId: v.optional(v.string()),
  documentKey: v.optional(v.string()),
  heading: v.optional(v.string()),
  lexicalRank: v.optional(v.number()),
  vectorRank: v.optional(v.number()),
  /** Only with `explain`. */
  why: v.optional(vRecallReason),
});
export type RecallHit = Infer<typeof vRecallHit>;
