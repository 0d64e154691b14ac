import { v, type Infer } from "convex/values";
import { vContextHindrance } from "./context.js";
import { vContextBlock } from "./contextGiven.js";
import { vMessage } from "./message.js";

/** Everything that a call was shown as it is read, to be rendered again and compared with the hash of what was sent. */
export const vReadMaterial = v.object({
  kind: v.literal("material"),
  /** Of the text that was sent. */
  hash: v.string(),
  /** The turn that was answered. */
  turn: v.number(),
  /** The agent's instructions, tools and settings as JSON text. */
  agent: v.string(),
  blocks: v.array(vContextBlock),
  summary: v.union(v.string(), v.null()),
  messages: v.array(vMessage),
  /** Texts that were recalled, in the order in which `explain` lists them. */
  recalled: v.array(v.string()),
  /** Where its files are now; those that are gone have none. */
  files: v.array(v.object({ fileId: v.string(), url: v.union(v.string(), v.null()) })),
  /** What may have changed since, where the rendered whole differs. */
  suspects: v.array(vContextHindrance),
});
export type ReadMaterial = Infer<typeof vReadMaterial>;
