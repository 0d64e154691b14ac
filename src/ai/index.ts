// An agent and its tools.
export { defineAgent } from "./agent.js";
export { STREAM_PRESETS } from "./streamPresets.js";
export type { Agent, StartArgs } from "./agent.js";
export type { RunTicket } from "../client/index.js";
export type {
  AgentCompaction,
  AgentContext,
  AgentDefinition,
  AgentExtraction,
  AgentRecall,
  ModelSettings,
  StepRetry,
} from "./definition.js";
export type { CallOverrides } from "./agentForCall.js";
export type { ModelFields } from "./modelFields.js";
export type { PreparedStep, PrepareStep, StepToPrepare } from "./prepareStep.js";
export type { AnswerOutput } from "./structuredOutput.js";
export { defineTool } from "./tool.js";
export type {
  AgentTool,
  ApprovalContext,
  NeedsApproval,
  ToolContext,
  ToolDefinition,
  ToolRetry,
} from "./tool.js";
export type { ToolUsage } from "./toolCosts.js";
export type { SdkToolContext } from "./sdkTools.js";
export { toolApproval } from "./toolWaits.js";
export { agentTool } from "./agentTool.js";
export type { AgentToolDefinition } from "./agentTool.js";

// Memory for loops of the AI SDK that are no agent of ours.
export { memoryMiddleware } from "./middleware.js";
export type { MemoryMiddleware, MiddlewareSettings } from "./middleware.js";
export { toToolSet } from "./toolSet.js";
export type { ToolSetArgs } from "./toolSet.js";

// Turns.
export type { PromptPart } from "./promptParts.js";
export { storingFiles } from "./storingFiles.js";
export type { GenerateArgs, TurnResult } from "./turnResult.js";
export type { RerunArgs, RerunContext } from "./rerunArgs.js";
export type { ResumeArgs } from "./resume.js";
export type { DurableFunctions, RunReport } from "./durable.js";

// Embeddings, for what is not said in a turn: documents.
export type { RunReference } from "./siblings.js";
export { embedderName, embedWith } from "./embed.js";

// Another order for what recall finds.
export { rerankWith } from "./rerank.js";

// What waits for a model.
export { defineWorker } from "./worker.js";
export type { Worker, WorkerDefinition, WorkerResult } from "./worker.js";
export type { WorkerBudget, WorkerJob, WorkerTarget } from "./workerJob.js";

// Memory that agents keep and that is found in what was said.
export { extractAfterRun, extractFacts, extractionJob } from "./extraction.js";
export type { ExtractArgs, Extracted, ExtractionJobSettings, ExtractionSettings } from "./extraction.js";
export { memoryTools } from "./memoryTools.js";
export type { MemoryToolName, MemoryToolSettings } from "./memoryTools.js";

// Compaction: room in long threads, without losing them.
export { compactContext, compactionJob, compactThread } from "./compaction.js";
export type {
  CompactedContext,
  CompactionJobSettings,
  ContextCompaction,
  ShownSummary,
  ThreadCompaction,
} from "./compaction.js";
export { resolveCompaction } from "../shared/compactionPlan.js";
export type { CompactionOptions, CompactionSettings } from "../shared/compactionPlan.js";
export { prune, type PruningSettings } from "../shared/contextPruning.js";
export { readOutputTool } from "./readOutput.js";
