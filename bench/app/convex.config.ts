import { defineApp } from "convex/server";
import agent from "@convex-dev/agent/convex.config.js";
import rag from "@convex-dev/rag/convex.config.js";
import workflow from "@convex-dev/workflow/convex.config.js";
import agentMemory from "convex-agent-memory/convex.config.js";

const app = defineApp();
app.use(agent);
app.use(agentMemory);
app.use(rag);
app.use(workflow);
export default app;
