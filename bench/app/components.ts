// What `_generated/api` would hold; the bench needs no code generation.
import type { AgentComponent } from "@convex-dev/agent";
import type { ComponentApi as RagComponent } from "@convex-dev/rag/_generated/component.js";
import type { WorkflowComponent } from "@convex-dev/workflow";
import type { ComponentApi } from "convex-agent-memory";
import { componentsGeneric } from "convex/server";

type Components = {
  agent: AgentComponent;
  agentMemory: ComponentApi;
  rag: RagComponent<"rag">;
  workflow: WorkflowComponent;
};

/** The boundary where the names of `convex.config.ts` become types. */
export const components = componentsGeneric() as unknown as Components;
