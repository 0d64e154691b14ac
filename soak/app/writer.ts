import { writer } from "./agents.js";
import { workflow } from "./memory.js";

export const { run, step, settle } = writer.durable(workflow);
