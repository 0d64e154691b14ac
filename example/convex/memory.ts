import { defineEvent, WorkflowManager } from "@convex-dev/workflow";
import { AgentMemory, type Principal } from "convex-agent-memory";
import type { Auth } from "convex/server";
import { ConvexError, v } from "convex/values";
import { components, internal } from "./_generated/api.js";

// This module knows no model and no AI SDK, so the queries and mutations that import it stay small.

// The type stands here because `internal` has it from modules that have this one.
export const memory: AgentMemory = new AgentMemory(components.agentMemory, {
  hooks: { onRunFinished: () => internal.activity.onRunFinished },
});
export const workflow = new WorkflowManager(components.workflow);

/** What a brief waits for: a person's decision about its sources. */
export const approval = defineEvent({
  name: "approval",
  validator: v.object({ approved: v.boolean(), note: v.optional(v.string()) }),
});

/** This app has one tenant; an app for several takes it from a claim of the identity. */
const TENANT_ID = "demo";

/** A user of this app as the memory knows them. */
export const principalOf = (userId: string): Principal => ({ tenantId: TENANT_ID, userId });

/** Who asks, by their identity; without one nothing is allowed. */
export async function principal(ctx: { auth: Auth }): Promise<Principal> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null)
    throw new ConvexError({
      code: "UNAUTHENTICATED",
      message: "Sign in first: this app serves nobody else.",
    });
  return principalOf(identity.tokenIdentifier);
}
