import { memory, principal } from "./memory.js";

export const {
  listThreads,
  listMessages,
  followStream,
  getRun,
  createThread,
  cancelRun,
  listWaiting,
  decideApproval,
  answerTool,
} = memory.exposeApi({ authorize: principal });
