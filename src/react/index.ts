// Hooks.
export { useBlocks, type UseBlocksResult } from "./useBlocks.js";
export { useBudget, type UseBudgetArgs, type UseBudgetResult } from "./useBudget.js";
export { useFacts, type UseFactsArgs, type UseFactsResult } from "./useFacts.js";
export { useRun, type RunProgress, type UseRunResult } from "./useRun.js";
export { useSend } from "./useSend.js";
export { useSmoothText, type SmoothTextOptions } from "./useSmoothText.js";
export { useThread, type UseThreadArgs, type UseThreadResult } from "./useThread.js";
export { useThreads, type UseThreadsArgs, type UseThreadsResult } from "./useThreads.js";
export { useUsage, type UsageQuestion, type UseUsageResult } from "./useUsage.js";

// A transport for `useChat` of the AI SDK.
export { ThreadChatTransport, type ThreadChatApi, type ThreadChatOptions } from "./threadChatTransport.js";
export type { ChatMetadata } from "./chatAnswer.js";
export type { SentMessage } from "./chatPrompt.js";

// The same without React.
export { createSend, type Send, type SendApi, type SendArgs } from "./sendPrompt.js";
export { PagedStore, type PagedOptions, type PagedSnapshot } from "./pagedStore.js";
export { QueryStore, type QuerySnapshot } from "./queryStore.js";
export { RunStore, type RunSnapshot } from "./runStore.js";
export { runActions, type RunActions, type WhichCall } from "./runActions.js";
export { factActions, type FactActions, type FactsApi } from "./useFacts.js";
export { blockActions, type BlockActions, type BlocksApi, type BlockWrite } from "./useBlocks.js";
export { shareUsed, tightestOf } from "./tightestBudget.js";
export { newOperationId } from "./operationId.js";
export type { MessagePage, StreamPage, ThreadApi } from "./threadApi.js";
export type { RunApi, WhichRun } from "./runApi.js";
export type { ThreadsApi } from "./useThreads.js";
export type { UsageApi } from "./useUsage.js";
export type { BudgetApi } from "./useBudget.js";
export type { ScopeArgs } from "./namedScope.js";
export {
  ThreadStore,
  type ThreadClient,
  type ThreadSnapshot,
  type ThreadStoreOptions,
} from "./threadStore.js";

// What a block holds is counted like this, here and where it is stored.
export { estimateTokens } from "../shared/tokens.js";

// Messages for interfaces.
export { toUIMessages } from "../parts/uiMessages.js";
export type { MessageMetadata, ThreadMessage } from "../parts/uiMessages.js";
