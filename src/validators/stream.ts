import { v, type Infer } from "convex/values";
import { vOpaqueError } from "./providerError.js";

export const vStreamState = v.union(
  v.object({ kind: v.literal("streaming") }),
  v.object({ kind: v.literal("finished"), endedAt: v.number() }),
  v.object({
    kind: v.literal("aborted"),
    endedAt: v.number(),
    code: v.string(),
    reason: v.string(),
    error: v.optional(vOpaqueError),
  }),
);
export type StreamState = Infer<typeof vStreamState>;

/** One append of a writer: `deltas` is JSON text of `StreamDelta[]` (`src/shared/foldDeltas.ts`). */
export const vStreamChunk = v.object({ seq: v.number(), deltas: v.string() });
export type StreamChunk = Infer<typeof vStreamChunk>;
