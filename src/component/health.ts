import { v } from "convex/values";
import { vHealth } from "../validators/health.js";
import { vCaller, vPrincipal, vScopeKind } from "../validators/principal.js";
import { query } from "./_generated/server.js";
import * as health from "./model/health.js";

export const get = query({
  args: {
    caller: vCaller,
    scope: vScopeKind,
    threadId: v.optional(v.string()),
    owner: v.optional(vPrincipal),
    staleAfterMs: v.optional(v.number()),
  },
  returns: vHealth,
  handler: (ctx, args) => health.get(ctx, args),
});
