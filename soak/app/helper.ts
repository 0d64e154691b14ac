import { helper } from "./agents.js";
import { workflow } from "./memory.js";

export const { run, step, settle } = helper.durable(workflow);
