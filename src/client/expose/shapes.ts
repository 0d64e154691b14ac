import { v } from "convex/values";
import { vScopeKind, type ScopeKind } from "../../validators/principal.js";
import type { MemoryScope } from "../scopes.js";

/** Where facts and blocks live; `threadId` goes with the scope `thread`. */
export type ExposedScope = { scope: ScopeKind; threadId?: string };

export const vExposedScope = { scope: vScopeKind, threadId: v.optional(v.string()) };

/** The boundary where a scope of a client's becomes one of ours: the component refuses a thread without its id. */
export const asScope = <Args extends ExposedScope>(args: Args) => args as Args & MemoryScope;

export const vText = v.string();
export const vOptionalText = v.optional(v.string());
export const vOptionalNumber = v.optional(v.number());
