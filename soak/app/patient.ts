import { patient } from "./agents.js";
import { workflow } from "./memory.js";

export const { run, step, settle } = patient.durable(workflow);
