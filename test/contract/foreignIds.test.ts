// Every public door with every kind of id that leads nowhere: foreign, unknown, malformed, of another table, removed.
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/validators/errors.js";
import {
  aThread,
  call,
  codeOf,
  OTHER_TENANT,
  OWNER,
  result,
  said,
  STRANGER,
  text,
  type TestThread,
} from "../support/aMemory.js";
import { callDoor, publicDoors } from "../support/publicDoors.js";
import { used } from "../support/turns.js";
import { upload } from "../support/upload.js";
import { anActionRun, held, later } from "../support/waitingRun.js";

const TABLE_OF = {
  thread: "threads",
  message: "messages",
  answer: "messages",
  run: "runs",
  actionRun: "runs",
  stream: "streams",
  document: "documents",
  chunk: "chunks",
  file: "files",
  fact: "facts",
  candidate: "facts",
  summary: "summaries",
} as const;
type Kind = keyof typeof TABLE_OF;
/** One of each, all of the owner's. */
type Ids = Record<Kind | "upload", string>;
type Case = {
  door: string;
  id: string;
  of: Kind | "upload";
  code: ErrorCode;
  args?: Record<string, unknown>;
};

const page = { cursor: null };
const question = { query: "x", kinds: ["message"], scopes: ["thread"] };
const context = {
  trace: JSON.stringify({ a: "a", h: "h", p: "0:0", t: [1, 0, 0, 0, 0, 1, 0] }),
  estimate: 2,
  texts: [{ hash: "a", text: "{}" }],
};
const step = { step: 0, message: { parts: [text("x")] }, results: [], usage: used, finish: false };
const toolResult = { callId: "a", part: result("a"), failed: false, ms: 1 };
const begin = { agentName: "a", engine: "durable" as const };

const usageOf = {
  "usage.exportLines": page,
  "usage.summary": {},
  "usage.timeseries": { from: Date.now() - 1, every: "hour" },
  "usage.top": { by: "model" },
};

const byThread: Record<string, object> = {
  "threads.get": {},
  "threads.update": { title: "x" },
  "threads.setParticipant": { userId: "x", role: "reader" },
  "threads.removeParticipant": { userId: "x" },
  "threads.listParticipants": {},
  "messages.append": { messages: [said("user", "x")] },
  "messages.list": { ...page, order: "asc" },
  "runs.latest": {},
  "runs.list": page,
  "recall.search": question,
  "recall.searchText": question,

  "usage.record": { usage: used },
  "usage.list": page,
  ...usageOf,
  ...inThread({
    "facts.append": { facts: [{ text: "x" }] },
    "facts.list": page,
    "facts.asOf": page,
    "facts.count": {},
    "blocks.create": { label: "new" },
    "blocks.get": { label: "notes" },
    "blocks.list": {},
    "blocks.update": { label: "notes", edit: { kind: "set", value: "x" } },
    "blocks.history": { label: "notes", ...page },
    "blocks.restore": { label: "notes", from: 1, version: 1 },
    "blocks.remove": { label: "notes" },
    "health.get": {},
  }),
  "extraction.read": {},
  "extraction.commit": {
    ...{ from: null, to: { turn: 0, step: 0 }, readAt: 0, isLast: true },
    ...{ facts: [], status: "active" },
  },
  "summaries.list": page,
  "summaries.latest": {},
  "summaries.listUncovered": { after: null },
  "summaries.commit": { expected: { edits: 0 }, prunedTo: { turn: 0, step: 0 } },
  "threads.remove": {},
};
const byFact = {
  supersede: { facts: [{ text: "x" }] },
  update: { pinned: true },
  retract: {},
  forget: { reason: "x" },
  confirm: {},
  get: {},
  history: {},
};
const byMessage = { get: {}, read: { part: 0, cursor: 0 }, update: { metadata: "{}" }, remove: {} };
const byRun: Record<string, object> = {
  ...{ "turns.open": { step: 1 }, "turns.wait": {}, "turns.pause": {} },
  "turns.draw": { inputTokens: 1, provider: "test", model: "scripted" },
  "turns.saveStep": { ...step, step: 1 },
  "turns.startTool": { callId: "a", idempotent: true },
  "turns.saveResult": toolResult,
  "turns.end": { outcome: { kind: "canceled" } },
  "runs.get": {},
  "runs.isActive": {},
  "runs.steer": { prompt: [{ type: "text", text: "x" }] },
  "runs.listToolCalls": page,
  "runs.listNested": page,
  "runs.createNestedThread": {},
  "runs.cancel": {},
  "runs.listWaiting": {},
  "runs.decide": { decisions: [{ callId: "held", kind: "approve" }] },
  "runs.answer": { callId: "later", answer: { outputKind: "text", output: "x" } },
  "turns.awaitAnswer": { callId: "later" },
  "usage.record": { usage: used },
  "usage.list": page,
  ...usageOf,
  "recall.search": { ...question, scopes: ["user"], usage: used },
};
const chunk = { seq: 7, deltas: "[]" };

const cases: Case[] = [
  ...casesOf(byThread, { id: "threadId", of: "thread", code: "THREAD_NOT_FOUND" }),
  ...casesOf(prefixed("messages", byMessage), { id: "messageId", of: "message", code: "MESSAGE_NOT_FOUND" }),
  ...casesOf(
    { "contexts.explain": {}, "contexts.read": {}, "contexts.replay": {} },
    { id: "messageId", of: "answer", code: "TRACE_NOT_FOUND" },
  ),
  ...casesOf(byRun, { id: "runId", of: "run", code: "RUN_NOT_FOUND" }),
  ...casesOf(
    { "streams.append": chunk, "streams.follow": { after: 0 } },
    { id: "streamId", of: "stream", code: "STREAM_NOT_FOUND" },
  ),
  ...casesOf(
    { "documents.listChunks": page, "documents.update": { metadata: "{}" }, "documents.remove": {} },
    { id: "documentId", of: "document", code: "DOCUMENT_NOT_FOUND" },
  ),
  ...casesOf(prefixed("facts", byFact), { id: "factId", of: "fact", code: "FACT_NOT_FOUND" }),
  { door: "facts.decline", id: "factId", of: "candidate", code: "FACT_NOT_FOUND" },
  { door: "documents.getChunk", id: "chunkId", of: "chunk", code: "DOCUMENT_NOT_FOUND" },
  ...casesOf({ "files.get": {}, "files.remove": {} }, { id: "fileId", of: "file", code: "FILE_NOT_FOUND" }),
  { door: "turns.takeUp", id: "runId", of: "actionRun", code: "RUN_NOT_FOUND", args: { force: true } },
  { door: "summaries.get", id: "summaryId", of: "summary", code: "SUMMARY_NOT_FOUND" },
  { door: "files.register", id: "storageId", of: "upload", code: "FILE_NOT_FOUND" },
  { door: "threads.create", id: "parentThreadId", of: "thread", code: "THREAD_NOT_FOUND" },
  { door: "usage.list", id: "parentRunId", of: "run", code: "RUN_NOT_FOUND", args: page },
  { door: "usage.exportLines", id: "parentRunId", of: "run", code: "RUN_NOT_FOUND", args: page },
];

/** Doors that take no id, or pass over what is not the caller's; `turns.begin` has tests of its own. */
const others = [
  ...[
    "threads.list",
    "threads.search",
    "threads.count",
    "files.createUploadUrl",
    "files.store",
    "files.list",
    "embeddings.store",
  ],
  // Those of the app's own code have their tests in embeddingGenerations.test.ts.
  "turns.record", // where the run is not the caller's, the caller pays: turnsUsage.test.ts
  ...["embeddings.listPending", "embeddings.claim", "embeddings.release", "embeddings.lookUp"],
  ...["embeddings.createGeneration", "embeddings.progress", "embeddings.listUnembedded"],
  ...["embeddings.switchGeneration", "embeddings.rollBack", "embeddings.retire"],
  ...["documents.write", "documents.get", "documents.list", "documents.count", "documents.outline"],
  ...["documents.readAround", "turns.begin", "extraction.list", "summaries.listRecent", "usage.eraseUser"],
  // Budgets are the app's to write, and are read by who they limit: budgetsDoors.test.ts.
  ...["budgets.set", "budgets.list", "budgets.remove", "budgets.status"],
  // Prices belong to nobody: those who may write them have their tests in prices.test.ts.
  ...["prices.set", "prices.load", "prices.remove", "prices.list", "prices.find", "prices.listUnpriced"],
];

function casesOf(args: Record<string, object>, shared: Omit<Case, "door" | "args">): Case[] {
  return Object.entries(args).map(([door, given]) => ({ door, args: { ...given }, ...shared }));
}

function inThread(args: Record<string, object>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(args).map(([door, given]) => [door, { ...given, scope: "thread" }]),
  );
}

function prefixed(domain: string, args: Record<string, object>): Record<string, object> {
  return Object.fromEntries(Object.entries(args).map(([name, given]) => [`${domain}.${name}`, given]));
}

/** A private thread in the middle of a durable run, and a document and a file of its owner. */
async function aScene(): Promise<TestThread & { ids: Ids }> {
  const scene = await aThread({ shared: false });
  const { ctx, owner, threadId } = scene;
  const begun = await owner.turns.begin(ctx, { ...begin, threadId, prompt: [text("x")] });
  const { runId, promptMessageId } = begun;
  const message = { parts: [call("a"), call("held"), call("later")] };
  const waits = [held("held"), later("later")];
  const saved = await owner.turns.saveStep(ctx, { ...step, runId, message, context, waits });
  const { streamId = "" } = await owner.turns.open(ctx, { runId, step: 1, stream: true });
  await owner.documents.put(ctx, { scope: "user", key: "k", text: "# A\n\nWords." });
  const document = await owner.documents.get(ctx, { scope: "user", key: "k" });
  const { documentId = "" } = document ?? {};
  const { page: chunks } = await owner.documents.listChunks(ctx, { documentId, cursor: null });
  const storageId = await upload(scene, "bytes");
  const { fileId } = await owner.files.register(ctx, { storageId });
  const { chunkId = "" } = chunks[0] ?? {};
  const known = [{ text: "Olga skis." }, { text: "Olga sails.", status: "candidate" as const }];
  const { facts } = await scene.owner.facts.append(scene.ctx, { scope: "user", facts: known });
  const inTheThread = { scope: "thread" as const, threadId: scene.threadId };
  await scene.owner.blocks.create(scene.ctx, { ...inTheThread, label: "notes", value: "Oslo" });
  const ids = {
    run: runId,
    actionRun: await anActionRun(scene),
    message: promptMessageId,
    answer: saved.messageId ?? "",
    stream: streamId,
    document: documentId,
    chunk: chunkId,
    fact: facts[0]?.factId ?? "",
    candidate: facts[1]?.factId ?? "",
  };
  const summary = await aSummary(scene);
  return {
    ...scene,
    ids: { ...ids, summary, file: fileId, upload: storageId, thread: threadId },
  };
}

/** A summary of the thread; its only turn is still needed, so no job would write one. */
function aSummary({ inside, threadId }: TestThread): Promise<string> {
  const place = { turn: 0, step: 0 };
  const summary = { scope: "t:acme|u:olga", from: place, to: place, number: 1, text: "x", tokens: 1 };
  return inside(async (ctx) => {
    const id = ctx.db.normalizeId("threads", threadId);
    return await ctx.db.insert("summaries", { ...summary, threadId: id! });
  });
}

/** An id that was given once and whose row is gone. */
function aGoneId({ inside, ids }: TestThread & { ids: Ids }, of: Kind | "upload"): Promise<string> {
  return inside(async (ctx) => {
    if (of === "upload") {
      const storage = ctx.storage as unknown as { store: (blob: Blob) => Promise<string> };
      const storageId = await storage.store(new Blob(["gone"]));
      await ctx.storage.delete(storageId as never);
      return storageId;
    }
    const id = ctx.db.normalizeId(TABLE_OF[of], ids[of]);
    const row = id === null ? null : await ctx.db.get(TABLE_OF[of], id);
    const { _id, _creationTime, ...fields } = row!;
    const gone = await ctx.db.insert(TABLE_OF[of], fields);
    await ctx.db.delete(TABLE_OF[of], gone);
    return gone;
  });
}

describe("ids that lead nowhere", () => {
  test("are tried at every public door that takes one", () => {
    expect(new Set([...cases.map(({ door }) => door), ...others])).toEqual(new Set(publicDoors.keys()));
  });

  test.each(cases)("look all alike to $door by $id: $code, and write nothing", async (tried) => {
    const { door, id, of, code, args } = tried;
    const scene = await aScene();
    const elsewhere = of === "thread" ? scene.ids.message : scene.ids.thread;
    const wrong: [caller: object, id: string][] = [
      [STRANGER, scene.ids[of]],
      [OTHER_TENANT, scene.ids[of]],
      [OWNER, ""],
      [OWNER, "nonsense"],
      [OWNER, elsewhere],
      [OWNER, await aGoneId(scene, of)],
    ];
    const rows = await scene.countRows();
    const codes = [];
    for (const [caller, wrongId] of wrong)
      codes.push(await codeOf(callDoor(scene, door, { ...args, caller, [id]: wrongId })));
    expect(codes).toEqual(wrong.map(() => code));
    expect(await scene.countRows()).toEqual(rows);
    const right = callDoor(scene, door, { ...args, caller: OWNER, [id]: scene.ids[of] });
    expect(await codeOf(right), "with the right id, or this test shows nothing").toBe("ok");
  });
});
