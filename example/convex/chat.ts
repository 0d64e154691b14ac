import { memory, principal } from "./memory.js";
import { uploads } from "./uploads.js";

// This module knows no agent, so that its queries load no AI SDK: a question is asked in ask.ts.

/** Threads, what is said in them, and the runs that answer; files that messages hold. */
export const {
  listThreads,
  getThread,
  searchThreads,
  createThread,
  updateThread,
  removeThread,
  listMessages,
  getMessage,
  readMessage,
  removeMessage,
  followStream,
  getRun,
  getRunById,
  listRuns,
  listNestedRuns,
  listToolCalls,
  steerRun,
  cancelRun,
  listWaiting,
  decideApproval,
  answerTool,
  createUploadUrl,
  registerFile,
  getFile,
  listFiles,
  removeFile,
} = memory.exposeApi({ authorize: principal, uploads });
