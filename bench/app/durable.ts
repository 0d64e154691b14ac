// Durable runs: each call of the model and of a tool is a step of a workflow.
import { WorkflowManager } from "@convex-dev/workflow";
import { isStepCount } from "ai";
import { defineAgent } from "convex-agent-memory/ai";
import { anyApi, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { components } from "./components.js";
import { memory, shared } from "./ours.js";

/** More than any run of the bench takes. */
const MAX_STEPS = 100;
const agent = defineAgent(memory, {
  ...shared,
  name: "durable",
  stream: false,
  stopWhen: isStepCount(MAX_STEPS),
});

export const { run, step, settle } = agent.durable(new WorkflowManager(components.workflow));

export const start = mutationGeneric({
  args: { userId: v.string(), threadId: v.string(), prompt: v.string() },
  handler: async (ctx, { userId, ...asked }) =>
    agent.start(ctx, anyApi["durable"]!["run"]!, { as: { userId }, ...asked }),
});
