import { v, type Infer } from "convex/values";
import { vScopeKind } from "./principal.js";

/** The states of a fact. `src/component/README.md` draws how they follow each other. */
export const vFactState = v.union(
  v.object({
    kind: v.literal("candidate"),
    /** It was believed until then: the only message it rests on was edited. */
    editedAt: v.optional(v.number()),
  }),
  v.object({ kind: v.literal("active") }),
  v.object({ kind: v.literal("declined"), closedAt: v.number(), reason: v.optional(v.string()) }),
  v.object({
    kind: v.literal("superseded"),
    closedAt: v.number(),
    by: v.string(),
    /** Its `validTo` before it was superseded, where it had one. */
    validTo: v.optional(v.number()),
  }),
  v.object({ kind: v.literal("retracted"), closedAt: v.number(), reason: v.optional(v.string()) }),
  v.object({ kind: v.literal("forgotten"), closedAt: v.number(), reason: v.string() }),
);
export type FactState = Infer<typeof vFactState>;
export type FactStatus = FactState["kind"];

/** Which facts of a scope a list shows. */
export const vFactStatus = v.union(
  v.literal("candidate"),
  v.literal("active"),
  v.literal("declined"),
  v.literal("superseded"),
  v.literal("retracted"),
  v.literal("forgotten"),
  v.literal("any"),
);

/** Who wrote it: the app, an agent by a tool, or what an extraction read. */
export const vFactOrigin = v.union(v.literal("app"), v.literal("agent"), v.literal("extraction"));
export type FactOrigin = Infer<typeof vFactOrigin>;

/** What a fact rests on: a message, by its place as well, or something of the app's own. */
export const vFactSource = v.union(
  v.object({ kind: v.literal("message"), messageId: v.string(), threadId: v.string() }),
  v.object({ kind: v.literal("app"), ref: v.string() }),
);
export type FactSource = Infer<typeof vFactSource>;

/** A source as a writer names it; a run stands for the prompt that it answers. */
export const vNewFactSource = v.union(
  v.object({ kind: v.literal("message"), messageId: v.string() }),
  v.object({ kind: v.literal("run"), runId: v.string() }),
  v.object({ kind: v.literal("app"), ref: v.string() }),
);
export type NewFactSource = Infer<typeof vNewFactSource>;

/** A fact to write. Times are ms since the epoch. */
export const vNewFact = v.object({
  text: v.string(),
  /** What it is about, where several facts follow each other: `home.city`. */
  key: v.optional(v.string()),
  /** Since when it is true: now unless told. */
  validFrom: v.optional(v.number()),
  /** Until when it is true: for good unless told. */
  validTo: v.optional(v.number()),
  /** `candidate`: out of recall and contexts until it is confirmed. `active` unless told. */
  status: v.optional(v.union(v.literal("active"), v.literal("candidate"))),
  /** From 0 to 1: what recall prefers among equals. */
  importance: v.optional(v.number()),
  /** Never expires and never counts as stale. */
  pinned: v.optional(v.boolean()),
  /** Readers ignore it from then on. */
  expiresAt: v.optional(v.number()),
  sources: v.optional(v.array(vNewFactSource)),
  /** The fact that this one replaces: closed in the same transaction. */
  supersedes: v.optional(v.string()),
  /** JSON text of the app's own. */
  metadata: v.optional(v.string()),
});
export type NewFact = Infer<typeof vNewFact>;

/** A fact as the component returns it. The text of a forgotten one is empty. */
export const vFact = v.object({
  factId: v.string(),
  scope: vScopeKind,
  threadId: v.optional(v.string()),
  key: v.optional(v.string()),
  text: v.string(),
  state: vFactState,
  validFrom: v.number(),
  validTo: v.optional(v.number()),
  recordedAt: v.number(),
  /** When a candidate was confirmed: from then on it is believed. */
  confirmedAt: v.optional(v.number()),
  origin: vFactOrigin,
  sources: v.array(vFactSource),
  importance: v.optional(v.number()),
  pinned: v.boolean(),
  expiresAt: v.optional(v.number()),
  supersedes: v.optional(v.string()),
  /** The day on which a context last showed it. */
  recalledAt: v.optional(v.number()),
  metadata: v.optional(v.string()),
});
export type Fact = Infer<typeof vFact>;

/**
 * What an append did. `duplicate`: the scope holds this text under this key already; `confirmed`: it did so as a
 * candidate, which is active now.
 */
export const vFactWrite = v.object({
  kind: v.union(v.literal("written"), v.literal("duplicate"), v.literal("confirmed")),
  factId: v.string(),
});
export type FactWrite = Infer<typeof vFactWrite>;

/** How many facts a scope holds in each state, and how many were appended and met one that was there already. */
export const vFactCounts = v.object({
  candidate: v.number(),
  active: v.number(),
  declined: v.number(),
  superseded: v.number(),
  retracted: v.number(),
  forgotten: v.number(),
  appends: v.number(),
  duplicates: v.number(),
});
export type FactCounts = Infer<typeof vFactCounts>;
