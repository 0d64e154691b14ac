import { memory, principal } from "./memory.js";

export const { listThreads, listMessages, followStream, getRun, createThread, cancelRun } = memory.exposeApi({
  authorize: principal,
});
