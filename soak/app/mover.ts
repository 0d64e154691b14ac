import { mover } from "./agents.js";
import { workflow } from "./memory.js";

export const { run, step, settle } = mover.durable(workflow);
