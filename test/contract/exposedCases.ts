// How each exposed function is asked about what is Olga's, and what others get who ask the same.
import type { ErrorCode, Operation } from "../../src/client/index.js";
import type { Ids, Kind } from "./exposedScene.js";

export const DAY_MS = 24 * 60 * 60 * 1000;

type Args = (ids: Ids) => Record<string, unknown>;
/** `foreign`: a code; `own`: an answer about the caller, with nothing of hers; `nothing`: null, or no items. */
export type Case = { kind: Kind; args: Args; foreign: ErrorCode | "own" | "nothing" };

const query = (foreign: Case["foreign"], args: Args): Case => ({ kind: "query", foreign, args });
const mutation = (foreign: Case["foreign"], args: Args): Case => ({ kind: "mutation", foreign, args });
const action = (foreign: Case["foreign"], args: Args): Case => ({ kind: "action", foreign, args });

const page = { cursor: null };
const user = { scope: "user" };
const profile = { scope: "user", label: "profile" };
const document = { scope: "user", key: "secret.md" };
const inThread = ({ threadId }: Ids) => ({ scope: "thread", threadId });
const plan = (ids: Ids) => ({ ...inThread(ids), label: "plan" });
const edit = { kind: "append", text: "x" };

/** The compiler asks for a line for each function that is added. */
export const cases: Record<Operation, Case> = {
  listThreads: query("own", () => page),
  getThread: query("THREAD_NOT_FOUND", ({ threadId }) => ({ threadId })),
  searchThreads: query("nothing", () => ({ query: "secret" })),
  createThread: mutation("own", () => ({ title: "New", operationId: "same" })),
  updateThread: mutation("THREAD_NOT_FOUND", ({ threadId }) => ({
    threadId,
    title: "x",
    status: "archived",
  })),
  removeThread: mutation("THREAD_NOT_FOUND", ({ ownThreadId }) => ({ threadId: ownThreadId })),

  listMessages: query("THREAD_NOT_FOUND", ({ threadId }) => ({ threadId, ...page })),
  getMessage: query("MESSAGE_NOT_FOUND", ({ answerId }) => ({ messageId: answerId })),
  readMessage: query("MESSAGE_NOT_FOUND", ({ answerId }) => ({ messageId: answerId, part: 0 })),
  removeMessage: mutation("MESSAGE_NOT_FOUND", ({ answerId }) => ({ messageId: answerId })),
  followStream: query("STREAM_NOT_FOUND", ({ threadId, streamId }) => ({ threadId, streamId, after: 0 })),

  getRun: query("THREAD_NOT_FOUND", ({ threadId }) => ({ threadId })),
  getRunById: query("RUN_NOT_FOUND", ({ runId }) => ({ runId })),
  listRuns: query("THREAD_NOT_FOUND", ({ threadId }) => ({ threadId, ...page })),
  listNestedRuns: query("RUN_NOT_FOUND", ({ runId }) => ({ runId, ...page })),
  listToolCalls: query("RUN_NOT_FOUND", ({ runId }) => ({ runId, ...page })),
  steerRun: mutation("RUN_NOT_FOUND", ({ runId }) => ({ runId, prompt: "x", operationId: "same" })),
  cancelRun: mutation("RUN_NOT_FOUND", ({ runId }) => ({ runId, reason: "x" })),
  listWaiting: query("RUN_NOT_FOUND", ({ runId }) => ({ runId })),
  decideApproval: mutation("RUN_NOT_FOUND", ({ runId }) => ({ runId, callId: "held", approved: true })),
  answerTool: mutation("RUN_NOT_FOUND", ({ runId }) => ({ runId, callId: "late", output: 1 })),

  explainContext: query("TRACE_NOT_FOUND", ({ answerId }) => ({ messageId: answerId })),
  replayContext: query("TRACE_NOT_FOUND", ({ answerId }) => ({ messageId: answerId })),

  listFacts: query("nothing", () => ({ ...user, status: "any", ...page })),
  getFact: query("FACT_NOT_FOUND", ({ factId }) => ({ factId })),
  factHistory: query("FACT_NOT_FOUND", ({ factId }) => ({ factId })),
  countFacts: query("own", () => user),
  appendFacts: mutation("own", () => ({ ...user, facts: [{ text: "Sings." }], operationId: "same" })),
  supersedeFact: mutation("FACT_NOT_FOUND", ({ factId }) => ({ factId, facts: [{ text: "Sang." }] })),
  updateFact: mutation("FACT_NOT_FOUND", ({ factId }) => ({ factId, pinned: true, expiresAt: null })),
  retractFact: mutation("FACT_NOT_FOUND", ({ factId }) => ({ factId, reason: "x" })),
  forgetFact: mutation("FACT_NOT_FOUND", ({ factId }) => ({ factId, reason: "x" })),
  confirmFact: mutation("FACT_NOT_FOUND", ({ candidateId }) => ({ factId: candidateId })),
  declineFact: mutation("FACT_NOT_FOUND", ({ candidateId }) => ({ factId: candidateId, reason: "x" })),

  listBlocks: query("nothing", () => user),
  createBlock: mutation("own", () => ({ ...user, label: "new", value: "x", maxTokens: 100 })),
  updateBlock: mutation("BLOCK_NOT_FOUND", () => ({ ...profile, edit, operationId: "same" })),
  blockHistory: query("BLOCK_NOT_FOUND", () => ({ ...profile, ...page })),
  restoreBlock: mutation("BLOCK_NOT_FOUND", () => ({ ...profile, from: 1, version: 1 })),
  removeBlock: mutation("BLOCK_NOT_FOUND", () => profile),

  listDocuments: query("nothing", () => ({ ...user, ...page })),
  getDocument: query("nothing", () => document),
  countDocuments: query("own", () => user),
  documentOutline: query("DOCUMENT_NOT_FOUND", () => document),
  listChunks: query("DOCUMENT_NOT_FOUND", ({ documentId }) => ({ documentId, ...page })),
  getChunk: query("DOCUMENT_NOT_FOUND", ({ chunkId }) => ({ chunkId })),
  readChunksAround: query("nothing", ({ chunkId }) => ({ chunkIds: [chunkId], neighbours: 1 })),
  removeDocument: mutation("DOCUMENT_NOT_FOUND", ({ documentId }) => ({ documentId })),
  putDocument: action("own", () => ({ ...user, key: "secret.md", text: "# Other\n\nWords." })),

  createUploadUrl: mutation("own", () => ({ bytes: 3, mediaType: "text/plain" })),
  registerFile: mutation("FILE_NOT_FOUND", ({ storageId }) => ({ storageId, mediaType: "text/plain" })),
  getFile: query("FILE_NOT_FOUND", ({ fileId }) => ({ fileId })),
  listFiles: query("nothing", () => page),
  removeFile: mutation("FILE_NOT_FOUND", ({ fileId }) => ({ fileId })),

  recall: action("nothing", () => ({ query: "Secret of Olga", scopes: ["user"], explain: true })),
  latestSummary: query("THREAD_NOT_FOUND", ({ ownThreadId }) => ({ threadId: ownThreadId })),
  memoryHealth: query("own", () => user),

  budgetStatus: query("THREAD_NOT_FOUND", ({ threadId }) => ({ threadId })),
  listUsage: query("nothing", () => page),
  usageSummary: query("own", () => ({ period: "month", by: "model" })),
  usageTimeseries: query("own", () => ({ from: Date.now() - DAY_MS, every: "hour", by: "model" })),
  usageTop: query("own", () => ({ by: "model" })),
};

/** Other ways to ask the same functions. */
const more: (Case & { name: Operation })[] = [
  { name: "budgetStatus", ...query("nothing", () => ({ agentName: "a" })) },
  { name: "listUsage", ...query("THREAD_NOT_FOUND", ({ threadId }) => ({ threadId, ...page })) },
  { name: "listUsage", ...query("RUN_NOT_FOUND", ({ runId }) => ({ runId, ...page })) },
  { name: "listUsage", ...query("RUN_NOT_FOUND", ({ runId }) => ({ parentRunId: runId, ...page })) },
  { name: "usageSummary", ...query("THREAD_NOT_FOUND", ({ threadId }) => ({ threadId })) },
  { name: "usageSummary", ...query("RUN_NOT_FOUND", ({ runId }) => ({ runId })) },
  { name: "usageTop", ...query("THREAD_NOT_FOUND", ({ threadId }) => ({ threadId, by: "model" })) },
  {
    ...{ name: "usageTimeseries" },
    ...query("RUN_NOT_FOUND", ({ runId }) => ({ runId, from: Date.now() - DAY_MS, every: "hour" })),
  },
  {
    ...{ name: "usageTimeseries" },
    ...query("THREAD_NOT_FOUND", ({ threadId }) => ({ threadId, from: Date.now() - DAY_MS, every: "day" })),
  },
  {
    name: "recall",
    ...action("THREAD_NOT_FOUND", ({ threadId }) => ({ query: "x", scopes: ["thread"], threadId })),
  },
  // What stands with a thread.
  { name: "listFacts", ...query("THREAD_NOT_FOUND", (ids) => ({ ...inThread(ids), ...page })) },
  { name: "countFacts", ...query("THREAD_NOT_FOUND", inThread) },
  {
    name: "appendFacts",
    ...mutation("THREAD_NOT_FOUND", (ids) => ({ ...inThread(ids), facts: [{ text: "x" }] })),
  },
  { name: "getFact", ...query("FACT_NOT_FOUND", ({ threadFactId }) => ({ factId: threadFactId })) },
  {
    name: "forgetFact",
    ...mutation("FACT_NOT_FOUND", ({ threadFactId }) => ({ factId: threadFactId, reason: "x" })),
  },
  { name: "listBlocks", ...query("THREAD_NOT_FOUND", inThread) },
  { name: "createBlock", ...mutation("THREAD_NOT_FOUND", (ids) => ({ ...inThread(ids), label: "new" })) },
  { name: "updateBlock", ...mutation("THREAD_NOT_FOUND", (ids) => ({ ...plan(ids), edit })) },
  { name: "blockHistory", ...query("THREAD_NOT_FOUND", (ids) => ({ ...plan(ids), ...page })) },
  { name: "restoreBlock", ...mutation("THREAD_NOT_FOUND", (ids) => ({ ...plan(ids), from: 1, version: 1 })) },
  { name: "removeBlock", ...mutation("THREAD_NOT_FOUND", plan) },
  { name: "memoryHealth", ...query("THREAD_NOT_FOUND", inThread) },
];

export type Tried = Case & { name: Operation; number: number };
export const all: Tried[] = [
  ...(Object.keys(cases) as Operation[]).map((name) => ({ name, ...cases[name] })),
  ...more,
].map((tried, number) => ({ ...tried, number }));
