import { WorkflowManager } from "@convex-dev/workflow";
import { AgentMemory, type Principal } from "convex-agent-memory";
import type { Auth } from "convex/server";
import { ConvexError } from "convex/values";
import { components } from "./_generated/api.js";

// This module knows no model and no AI SDK, so the queries and mutations that import it stay small.

export const memory = new AgentMemory(components.agentMemory);
export const workflow = new WorkflowManager(components.workflow);

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
