// What `_generated/api` would hold, and the memory; the soak needs no code generation.
import { WorkflowManager, type WorkflowComponent } from "@convex-dev/workflow";
import { AgentMemory, type ComponentApi } from "convex-agent-memory";
import { componentsGeneric } from "convex/server";

/** The boundary where the names of `convex.config.ts` become types. */
const components = componentsGeneric() as unknown as {
  agentMemory: ComponentApi;
  workflow: WorkflowComponent;
};

/** Every run draws on what its user and its thread may spend. */
export const memory = new AgentMemory(components.agentMemory, { budgets: true });
export const workflow = new WorkflowManager(components.workflow, {
  workpoolOptions: { maxParallelism: 25 },
});
