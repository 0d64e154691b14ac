// What `_generated/api` would hold, and the memory; the soak needs no code generation.
import { RateLimiter } from "@convex-dev/rate-limiter";
import { WorkflowManager, type WorkflowComponent } from "@convex-dev/workflow";
import { AgentMemory, type ComponentApi } from "convex-agent-memory";
import { componentsGeneric } from "convex/server";

/** The boundary where the names of `convex.config.ts` become types. */
const components = componentsGeneric() as unknown as {
  agentMemory: ComponentApi;
  workflow: WorkflowComponent;
  rateLimiter: ConstructorParameters<typeof RateLimiter>[0];
};

/** Every run draws on what its user and its thread may spend. */
export const memory = new AgentMemory(components.agentMemory, { budgets: true });
export const limiter = new RateLimiter(components.rateLimiter);
export const workflow = new WorkflowManager(components.workflow, {
  workpoolOptions: { maxParallelism: 25 },
});
