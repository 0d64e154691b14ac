import { v, type Infer } from "convex/values";
import { vContextSection, vContextSource } from "./context.js";
import { vCountedUsage } from "./usage.js";

/** A tool that the model asked for. It was not run. */
const vRerunToolCall = v.object({
  callId: v.string(),
  toolName: v.string(),
  /** JSON text, as the model wrote it. */
  input: v.string(),
});

/** What a saved call of a model gave when it was made again. */
export const vRerun = v.object({
  text: v.string(),
  /** What it told of its thoughts, where it told any. */
  reasoning: v.optional(v.string()),
  toolCalls: v.array(vRerunToolCall),
  finishReason: v.string(),
  /** Each request to the model, the one that gave the answer last. */
  usage: v.array(vCountedUsage),
  /** What they cost, in millionths of the ledger's currency; absent where that is not known. */
  costMicros: v.optional(v.number()),
  /** What the model was shown. */
  context: v.object({
    tokens: v.number(),
    sections: v.array(vContextSection),
    /** The canonical JSON of its instructions, tools and messages. */
    text: v.string(),
    /** It was, byte for byte, what the saved call was shown. */
    isSame: v.boolean(),
    /** What was changed since the saved call was made, where that could not be built again as it was. */
    changed: v.optional(vContextSource),
  }),
  warnings: v.array(v.string()),
});
export type Rerun = Infer<typeof vRerun>;
