import { clerk } from "./agents.js";
import { workflow } from "./memory.js";

export const { run, step, settle } = clerk.durable(workflow);
