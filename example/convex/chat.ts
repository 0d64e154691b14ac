import { memory, principal } from "./memory.js";

// This module knows no agent, so that its queries load no AI SDK: a question is asked in ask.ts.

export const {
  listThreads,
  listMessages,
  followStream,
  getRun,
  createThread,
  cancelRun,
  listWaiting,
  decideApproval,
} = memory.exposeApi({ authorize: principal });
