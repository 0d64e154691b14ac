// An agent and its tools.
export { defineAgent } from "./agent.js";
export type { Agent, RunTicket, StartArgs } from "./agent.js";
export type { AgentContext, AgentDefinition, AgentRecall, ModelSettings, StepRetry } from "./definition.js";
export { defineTool } from "./tool.js";
export type { AgentTool, ToolContext, ToolDefinition } from "./tool.js";
export { agentTool } from "./agentTool.js";
export type { AgentToolDefinition } from "./agentTool.js";

// Turns.
export type { GenerateArgs, TurnResult } from "./turnResult.js";
export type { DurableFunctions, RunReference, RunReport } from "./durable.js";

// Embeddings, for what is not said in a turn: documents.
export { embedWith } from "./embed.js";
