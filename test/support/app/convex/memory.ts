import { WorkflowManager, type WorkflowComponent } from "@convex-dev/workflow";
import { AgentMemory, type ComponentApi, type Principal } from "convex-agent-memory";
import { componentsGeneric, type Auth } from "convex/server";
import { ConvexError } from "convex/values";

const components = componentsGeneric();

export const memory = new AgentMemory(components["agentMemory"] as unknown as ComponentApi);
export const workflow = new WorkflowManager(components["workflow"] as unknown as WorkflowComponent);

/** Who asks, by their identity. */
export async function principal(ctx: { auth: Auth }): Promise<Principal> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw new ConvexError({ code: "UNAUTHENTICATED" });
  return { tenantId: "acme", userId: identity.subject };
}
