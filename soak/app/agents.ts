import { agentTool, defineAgent } from "convex-agent-memory/ai";
import { limiter, memory } from "./memory.js";
import { soakModel } from "./model.js";
import { internal } from "../api.js";
import { ASK_TOOL } from "../script.js";
import { tools, waitingTools } from "./tools.js";

/** Often enough that chunks are written while a short answer is streamed. */
const THROTTLE_MS = 25;
/** A step may be lost to a kill each time; real hosts live longer than seconds. */
const RETRY = { maxAttempts: 10, initialBackoffMs: 50, base: 1.5 };

/** What an answer is held to have at most: little, so that runs draw on their budgets again and again. */
const MOST_OUTPUT_TOKENS = 60;

const shared = {
  model: soakModel,
  settings: { maxOutputTokens: MOST_OUTPUT_TOKENS },
  instructions: "You play scripts.",
  tools,
  throttleMs: THROTTLE_MS,
  retry: RETRY,
};

export const solo = defineAgent(memory, { ...shared, name: "solo" });
export const researcher = defineAgent(memory, { ...shared, name: "researcher" });
/** Rules of an agent, beside the budgets that the app has set. */
const RULES = [
  { per: "agent", unit: "tokens", period: "day", limit: 1_000_000_000 },
  { per: "user", unit: "cost", period: "month", limit: 1, mode: "soft" },
  { per: "run", unit: "cost", limit: 1_000_000_000 },
] as const;

/** Is asked by `lead`. */
export const helper = defineAgent(memory, { ...shared, name: "helper", budgets: RULES });
const ask = agentTool({
  description: "Ask the helper.",
  agent: helper,
  run: () => internal.helper.run,
});
/** Asks another agent. */
export const lead = defineAgent(memory, {
  ...shared,
  name: "lead",
  budgets: RULES,
  tools: { ...tools, [ASK_TOOL]: ask },
});
/** Waits for people. */
export const clerk = defineAgent(memory, { ...shared, name: "clerk", tools: { ...tools, ...waitingTools } });
/** Its module is renamed while it waits. */
export const mover = defineAgent(memory, { ...shared, name: "mover", tools: { ...tools, ...waitingTools } });
/** Waits for a day on which its thread may spend again. */
export const patient = defineAgent(memory, {
  ...{ ...shared, name: "patient" },
  budgets: { whenExceeded: "wait" },
});

/** A call each 1.5 s: longer than an action waits for its turn. */
const ONE_CALL = { kind: "token bucket", rate: 1, period: 1_500, capacity: 1 } as const;
const MANY_TOKENS = { kind: "token bucket", rate: 10_000, period: 1_000 } as const;

/** Waits for its turn. */
export const limited = defineAgent(memory, {
  ...{ ...shared, name: "limited" },
  rateLimits: { limiter, requests: { perUser: ONE_CALL }, tokens: { perModel: MANY_TOKENS } },
});
/** Answers in the action that asks. */
export const quick = defineAgent(memory, { ...shared, name: "quick", tools: { ...tools, ...waitingTools } });
/** Does not stream. */
export const writer = defineAgent(memory, { ...shared, name: "writer", stream: false });
