import { solo } from "./agents.js";
import { workflow } from "./memory.js";

export const { run, step, settle } = solo.durable(workflow);
