// Messages as they are written.
import { v, type Infer } from "convex/values";
import type { Part } from "./content.js";
import { vMessageRole } from "./message.js";
import { vOpaqueParts } from "./opaqueParts.js";

export const vNewMessage = v.object({
  role: vMessageRole,
  parts: vOpaqueParts,
  /** Who said it, where a history with other people is imported: a name, not an id. */
  speaker: v.optional(v.string()),
  /** When it was said, where that was not now, in ms since the epoch. */
  saidAt: v.optional(v.number()),
  agentName: v.optional(v.string()),
  model: v.optional(v.string()),
  metadata: v.optional(v.string()),
});
export type NewMessage = Omit<Infer<typeof vNewMessage>, "parts"> & { parts: Part[] };

/** Where a written message stands. */
export const vPlace = v.object({ messageId: v.string(), turn: v.number(), step: v.number() });
export type Place = Infer<typeof vPlace>;
