import { defineApp } from "convex/server";
import workflow from "@convex-dev/workflow/convex.config.js";
import agentMemory from "convex-agent-memory/convex.config.js";

const app = defineApp();
app.use(agentMemory);
app.use(workflow);
export default app;
