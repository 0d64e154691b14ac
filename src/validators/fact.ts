import { v, type Infer } from "convex/values";

/** The states of a fact. `src/component/README.md` draws how they follow each other. */
export const vFactState = v.union(
  v.object({ kind: v.literal("candidate") }),
  v.object({ kind: v.literal("active") }),
  v.object({ kind: v.literal("declined"), closedAt: v.number(), reason: v.optional(v.string()) }),
  v.object({ kind: v.literal("superseded"), closedAt: v.number(), by: v.string() }),
  v.object({ kind: v.literal("retracted"), closedAt: v.number(), reason: v.optional(v.string()) }),
  v.object({ kind: v.literal("forgotten"), closedAt: v.number(), reason: v.string() }),
);
export type FactState = Infer<typeof vFactState>;

/** Who wrote it: the app, an agent by a tool, or what an extraction read. */
export const vFactOrigin = v.union(v.literal("app"), v.literal("agent"), v.literal("extraction"));
export type FactOrigin = Infer<typeof vFactOrigin>;

/** What a fact rests on: a message, by its place as well, or something of the app's own. */
export const vFactSource = v.union(
  v.object({ kind: v.literal("message"), messageId: v.string(), threadId: v.string() }),
  v.object({ kind: v.literal("app"), ref: v.string() }),
);
export type FactSource = Infer<typeof vFactSource>;
