import { researcher } from "./agents.js";
import { workflow } from "./memory.js";

export const { run, step, settle } = researcher.durable(workflow);
