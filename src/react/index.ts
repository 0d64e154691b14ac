// Hooks.
export { useSend, type SendArgs } from "./useSend.js";
export { useSmoothText, type SmoothTextOptions } from "./useSmoothText.js";
export { useThread, type UseThreadArgs, type UseThreadResult } from "./useThread.js";

// A transport for `useChat` of the AI SDK.
export { ThreadChatTransport, type ThreadChatApi, type ThreadChatOptions } from "./threadChatTransport.js";
export type { ChatMetadata } from "./chatAnswer.js";
export type { SentMessage } from "./chatPrompt.js";

// The same without React.
export type { MessagePage, StreamPage, ThreadApi } from "./threadApi.js";
export {
  ThreadStore,
  type ThreadClient,
  type ThreadSnapshot,
  type ThreadStoreOptions,
} from "./threadStore.js";

// Messages for interfaces.
export { toUIMessages } from "../parts/uiMessages.js";
export type { MessageMetadata, ThreadMessage } from "../parts/uiMessages.js";
