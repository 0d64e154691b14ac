// An app that exposes everything, and one of each thing of Olga's behind it: for the tests of the exposed functions.
import { componentsGeneric, makeFunctionReference } from "convex/server";
import {
  AgentMemory,
  memoryError,
  type ComponentApi,
  type Embed,
  type ExposeOptions,
  type Operation,
  type Principal,
} from "../../src/client/index.js";
import schema from "../../src/component/schema.js";
import { encodeTrace } from "../../src/shared/contextTrace.js";
import {
  aMemory,
  call,
  OTHER_TENANT,
  OWNER,
  READER,
  said,
  STRANGER,
  text,
  WRITER,
  type TestMemory,
} from "../support/aMemory.js";
import type { AppModules } from "../support/component.js";
import { used } from "../support/turns.js";
import { upload } from "../support/upload.js";
import { held, later } from "../support/waitingRun.js";

/** Has neither the owner's id nor their tenant. */
export const FAR: Principal = { tenantId: "other", userId: "zoe" };
export const FOREIGN = [STRANGER, OTHER_TENANT, FAR];
/** Stands in everything that is hers. */
export const SECRET = "Secret of Olga";

/** One of each of the owner's. `threadId` is shared with a writer and a reader; its run waits. */
export type Ids = Record<
  | "threadId"
  | "runId"
  | "streamId"
  /** A thread of her own, what was said there and answered, and the run that did. */
  | "ownThreadId"
  | "promptId"
  | "answerId"
  | "endedRunId"
  | "factId"
  | "candidateId"
  | "threadFactId"
  | "documentId"
  | "chunkId"
  | "storageId"
  | "fileId",
  string
>;

/** Whom `authorize` lets in, and what it was asked. */
export type DoorKeeper = {
  user: Principal | null;
  asked: { operation: Operation; args: Readonly<Record<string, unknown>> }[];
};
export type App = TestMemory & { ids: Ids; keeper: DoorKeeper };

/** Every word as good as any other: what is compared is who may ask, not what fits. */
export const anEmbed: Embed = {
  name: "even",
  dimensions: 256,
  embed: async (texts) => ({ vectors: texts.map(() => Array.from({ length: 256 }, () => 1)) }),
};

/** The functions as an app exports them, and one of each thing behind them. */
export async function anApp(options: Partial<ExposeOptions> = {}, modules: AppModules = {}): Promise<App> {
  const keeper: DoorKeeper = { user: OWNER, asked: [] };
  const exposed = new AgentMemory(componentsGeneric()["agentMemory"] as unknown as ComponentApi).exposeApi({
    authorize: async (_ctx, operation, args) => {
      keeper.asked.push({ operation, args });
      if (keeper.user === null) throw memoryError("UNAUTHENTICATED", "Sign in.");
      return keeper.user;
    },
    embed: () => anEmbed,
    ...options,
  });
  const memory = aMemory({ ...modules, "./chat.ts": async () => ({ ...exposed }) });
  const ids = { ...(await aConversation(memory)), ...(await anAnswer(memory)), ...(await aLibrary(memory)) };
  return { ...memory, keeper, ids };
}

/** A shared thread with a run that streams, and waits for a decision and for a result. */
async function aConversation({ memory, ctx }: TestMemory) {
  const owner = memory.as(OWNER);
  const budget = { ...OWNER, unit: "tokens" as const, period: "day" as const, mode: "hard" as const };
  await memory.asSystem().budgets.set(ctx, { ...budget, per: "user", limit: 1_000 });
  const { threadId } = await owner.threads.create(ctx, { title: SECRET });
  await owner.threads.setParticipant(ctx, { threadId, userId: WRITER.userId, role: "writer" });
  await owner.threads.setParticipant(ctx, { threadId, userId: READER.userId, role: "reader" });
  const begin = { threadId, agentName: "a", engine: "action" as const, prompt: [text(SECRET)] };
  const { runId, streamId = "" } = await owner.turns.begin(ctx, { ...begin, stream: true });
  const message = { parts: [call("held"), call("late")] };
  const waits = [held("held"), later("late")];
  await owner.turns.saveStep(ctx, {
    ...{ runId, step: 0, message, results: [], usage: used, finish: false },
    waits,
  });
  const { facts } = await owner.facts.append(ctx, { scope: "thread", threadId, facts: [{ text: SECRET }] });
  await owner.blocks.create(ctx, { scope: "thread", threadId, label: "plan", value: SECRET });
  return { threadId, runId, streamId, threadFactId: facts[0]?.factId ?? "" };
}

/** A thread of her own, whose answer can be explained and is summed up. */
async function anAnswer({ memory, ctx }: TestMemory) {
  const owner = memory.as(OWNER);
  const { threadId: ownThreadId } = await owner.threads.create(ctx, { title: `Own ${SECRET}` });
  const begin = { threadId: ownThreadId, agentName: "a", engine: "action" as const };
  const { runId: endedRunId, promptMessageId: promptId } = await owner.turns.begin(ctx, {
    ...begin,
    prompt: [text(`${SECRET}?`)],
  });
  const trace = encodeTrace(
    { agent: "agent", hash: "hash", places: "0:0", tokens: [5, 0, 0, 0, 3, 2, 0] },
    null,
  );
  const agent = JSON.stringify({ instructions: "Answer.", tools: [] });
  const { messageId: answerId = "" } = await owner.turns.saveStep(ctx, {
    ...{ runId: endedRunId, step: 0, results: [], usage: used, finish: true },
    message: { parts: [text(`${SECRET}.`)] },
    context: { trace, estimate: 10, texts: [{ hash: "agent", text: agent }] },
  });
  const { head } = await owner.summaries.listUncovered(ctx, { threadId: ownThreadId, after: null, limit: 1 });
  const summary = { from: { turn: 0, step: 0 }, to: { turn: 0, step: 1 }, text: SECRET };
  await owner.summaries.commit(ctx, { threadId: ownThreadId, expected: head, summary });
  return { ownThreadId, endedRunId, promptId, answerId };
}

/** Facts, a block, a document and a file of her own. */
async function aLibrary(test: TestMemory) {
  const { memory, ctx } = test;
  const owner = memory.as(OWNER);
  const { facts } = await owner.facts.append(ctx, {
    scope: "user",
    facts: [
      { text: SECRET, key: "secret" },
      { text: `${SECRET}, perhaps`, status: "candidate" },
    ],
  });
  const [factId = "", candidateId = ""] = facts.map((fact) => fact.factId);
  await owner.blocks.create(ctx, { scope: "user", label: "profile", value: SECRET });
  const put = { scope: "user" as const, key: "secret.md", text: `# ${SECRET}\n\nIt is that she sings.` };
  const { documentId } = await owner.documents.put(ctx, put);
  const { page } = await owner.documents.listChunks(ctx, { documentId, cursor: null });
  const storageId = await upload(test, SECRET);
  const { fileId } = await owner.files.register(ctx, { storageId, name: SECRET });
  return { factId, candidateId, documentId, chunkId: page[0]?.chunkId ?? "", storageId, fileId };
}

export type Kind = "query" | "mutation" | "action";
export type Call = { name: Operation; kind: Kind; args: Record<string, unknown> };

/** Calls an exposed function as somebody. */
export function callAs(
  { t, keeper }: App,
  user: Principal | null,
  { name, kind, args }: Call,
): Promise<unknown> {
  keeper.user = user;
  const path = `chat:${name}`;
  if (kind === "query") return t.query(makeFunctionReference<"query">(path), args);
  return kind === "mutation"
    ? t.mutation(makeFunctionReference<"mutation">(path), args)
    : t.action(makeFunctionReference<"action">(path), args);
}

/** What is stored in all, to the byte. */
export async function dump({ inside }: App): Promise<string> {
  const rows: unknown[] = [];
  for (const table of Object.keys(schema.tables) as (keyof typeof schema.tables)[])
    rows.push(await inside((ctx) => ctx.db.query(table).collect()));
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

/** Something another user of her tenant said, in a thread of theirs: ids that are real, and not the caller's. */
export async function aStrangersThread({ memory, ctx }: App) {
  const { threadId } = await memory.as(STRANGER).threads.create(ctx, { title: "Sam's" });
  const { places } = await memory
    .as(STRANGER)
    .messages.append(ctx, { threadId, messages: [said("user", "Mine")] });
  return { threadId, messageId: places[0]?.messageId ?? "" };
}
