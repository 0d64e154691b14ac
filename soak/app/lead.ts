import { lead } from "./agents.js";
import { workflow } from "./memory.js";

export const { run, step, settle } = lead.durable(workflow);
