import { defineAgent } from "convex-agent-memory/ai";
import { memory } from "./memory.js";
import { soakModel } from "./model.js";
import { tools } from "./tools.js";

/** Often enough that chunks are written while a short answer is streamed. */
const THROTTLE_MS = 25;
/** A step may be lost to a kill each time; real hosts live longer than seconds. */
const RETRY = { maxAttempts: 10, initialBackoffMs: 50, base: 1.5 };

const shared = {
  model: soakModel,
  instructions: "You play scripts.",
  tools,
  throttleMs: THROTTLE_MS,
  retry: RETRY,
};

export const solo = defineAgent(memory, { ...shared, name: "solo" });
export const researcher = defineAgent(memory, { ...shared, name: "researcher" });
/** Does not stream. */
export const writer = defineAgent(memory, { ...shared, name: "writer", stream: false });
