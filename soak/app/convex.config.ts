import { defineApp } from "convex/server";
import rateLimiter from "@convex-dev/rate-limiter/convex.config.js";
import workflow from "@convex-dev/workflow/convex.config.js";
import agentMemory from "convex-agent-memory/convex.config.js";

const app = defineApp();
app.use(agentMemory);
app.use(workflow);
app.use(rateLimiter);
export default app;
