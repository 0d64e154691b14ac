import { limited } from "./agents.js";
import { workflow } from "./memory.js";

export const { run, step, settle } = limited.durable(workflow);
