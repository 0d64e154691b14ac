import { agentTool, defineAgent } from "convex-agent-memory/ai";
import { internal } from "./_generated/api.js";
import { memory, workflow } from "./memory.js";
import { chatModel } from "./models/index.js";
import { researcher } from "./researcher.js";

const askResearcher = agentTool({
  description: "Ask the researcher a question about the documents. Returns an answer with citations.",
  agent: researcher,
  run: () => internal.researcher.run,
});

/** Writes from what the researcher found, and asks for what is missing. */
export const writer = defineAgent(memory, {
  name: "writer",
  model: chatModel,
  instructions:
    "You write short briefs from what the researcher found in this thread. Keep every citation where it belongs. " +
    "Ask the researcher for what is missing; add nothing that has no source.",
  tools: { askResearcher },
});

export const { run, step, settle } = writer.durable(workflow);
