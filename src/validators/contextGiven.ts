// What runtimes and the component tell each other of a context.
import { v, type Infer } from "convex/values";
import { vScopeKind } from "./principal.js";
import { vThreadPlace } from "./thread.js";

/** A block of the snapshot that a run is shown. */
export const vContextBlock = v.object({
  blockId: v.string(),
  label: v.string(),
  description: v.optional(v.string()),
  value: v.string(),
  version: v.number(),
  updatedAt: v.number(),
});
export type ContextBlock = Infer<typeof vContextBlock>;

/** What a runtime asks of the component for a context, besides the messages. */
export const vContextAsk = v.object({
  /** Of the agent's instructions, tools and settings: whether their text is kept already. */
  agentHash: v.string(),
  /** Whose blocks are shown, in this order. */
  blocks: v.optional(v.array(vScopeKind)),
});
export type ContextAsk = Infer<typeof vContextAsk>;

/** Something recalled as the run's first call showed it; `ranks` by list. */
export const vContextEntry = v.object({
  kind: v.string(),
  sourceId: v.string(),
  ranks: v.record(v.string(), v.number()),
  tokens: v.number(),
  hash: v.string(),
  text: v.string(),
});
export type ContextEntry = Infer<typeof vContextEntry>;

/** What the component gives for a context, besides the messages. */
export const vContextGiven = v.object({
  isAgentKnown: v.boolean(),
  blocks: v.array(vContextBlock),
  summary: v.optional(
    v.object({ summaryId: v.string(), text: v.string(), tokens: v.number(), to: vThreadPlace }),
  ),
  prunedTo: v.optional(vThreadPlace),
  tokenFactor: v.optional(v.number()),
  /** Long parts of the turn that are here further than their rows hold them: step, part, bytes. */
  long: v.array(v.array(v.number())),
  /** Older messages are there that the limits kept out. */
  isCut: v.optional(v.boolean()),
  /** The trace of the run's first call and what that recalled, for later calls. */
  first: v.optional(v.object({ trace: v.string(), recalled: v.array(vContextEntry) })),
});
export type ContextGiven = Infer<typeof vContextGiven>;

/** A text to keep by its hash; what was recalled names its source, so that it is forgotten with it. */
export const vContextText = v.object({
  hash: v.string(),
  text: v.string(),
  sourceIds: v.optional(v.array(v.string())),
  sourceThreadId: v.optional(v.string()),
});
export type ContextText = Infer<typeof vContextText>;

/** What a call of a model was shown, saved with what it said. */
export const vContextCall = v.object({
  trace: v.string(),
  /** Tokens of it all by estimate: what the provider's count is compared to. */
  estimate: v.number(),
  texts: v.array(vContextText),
});
export type ContextCall = Infer<typeof vContextCall>;
