import { componentsGeneric } from "convex/server";
import { AgentMemory, type ComponentApi, type Fact } from "convex-agent-memory";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { askAndWait, ingestDocuments, refusalOf, startExample, userOf, type User } from "./exampleApp.js";

let host: Host;
let ann: User;
let threadId: string;
let runId: string;
let ingestId: string;
let briefId: string;
let messageId: string;
let promptMessageId: string;
let factId: string;

beforeAll(async () => {
  host = await startExample();
  ann = userOf(host, "ann");
  ingestId = await ingestDocuments(ann);
  const asked = await askAndWait(ann, "What does an otter eat?");
  threadId = asked.threadId;
  runId = asked.run.runId;
  messageId = asked.messages.at(-1)?.messageId ?? "";
  promptMessageId = asked.messages.find(({ role }) => role === "user")?.messageId ?? "";
  await askAndWait(ann, "Remember that otters are my favourite animals.");
  const { page } = await ann.query<{ page: Fact[] }>("knowledge:listFacts", { scope: "user", cursor: null });
  factId = page[0]?.factId ?? "";
  briefId = await ann.mutation<string>("brief:start", { threadId, topic: "How do sea otters sleep?" });
});
afterAll(async () => await host.close());

type Call = { kind: keyof User; path: string; args: Record<string, unknown>; code: string | RegExp };

/** A run is another's when its thread is. */
const OF_A_RUN = /^(RUN|THREAD)_NOT_FOUND$/;

/** Every public function that names something of Ann's, and how it is refused to others. */
const callsOnHers = (): Call[] => [
  { kind: "query", path: "chat:listMessages", args: { threadId, cursor: null }, code: "THREAD_NOT_FOUND" },
  { kind: "query", path: "chat:getRun", args: { threadId }, code: "THREAD_NOT_FOUND" },
  { kind: "mutation", path: "chat:cancelRun", args: { runId }, code: OF_A_RUN },
  {
    kind: "mutation",
    path: "ask:send",
    args: { threadId, prompt: "Hello?", operationId: "x" },
    code: "THREAD_NOT_FOUND",
  },
  {
    kind: "mutation",
    path: "ask:again",
    args: { threadId, promptMessageId, operationId: "z" },
    code: "THREAD_NOT_FOUND",
  },
  {
    kind: "action",
    path: "ask:answer",
    args: { threadId, prompt: "Hello?", operationId: "y" },
    code: "THREAD_NOT_FOUND",
  },
  { kind: "query", path: "activity:list", args: { threadId }, code: "THREAD_NOT_FOUND" },
  { kind: "action", path: "rerun:run", args: { messageId }, code: "TRACE_NOT_FOUND" },
  { kind: "query", path: "chat:listRuns", args: { threadId, cursor: null }, code: "THREAD_NOT_FOUND" },
  { kind: "query", path: "chat:listToolCalls", args: { runId, cursor: null }, code: OF_A_RUN },
  { kind: "query", path: "spending:listUsage", args: { threadId, cursor: null }, code: "THREAD_NOT_FOUND" },
  { kind: "query", path: "spending:usageSummary", args: { threadId }, code: "THREAD_NOT_FOUND" },
  { kind: "query", path: "spending:budgetStatus", args: { threadId }, code: "THREAD_NOT_FOUND" },
  {
    kind: "query",
    path: "spending:usageTimeseries",
    args: { runId, from: Date.now() - 1, every: "hour" },
    code: "RUN_NOT_FOUND",
  },
  { kind: "query", path: "costs:ofTenant", args: { period: "day" }, code: "FORBIDDEN" },
  { kind: "query", path: "costs:topUsers", args: { period: "day" }, code: "FORBIDDEN" },
  { kind: "query", path: "costs:daysOf", args: { userId: "a", from: 0 }, code: "FORBIDDEN" },
  { kind: "query", path: "costs:statusOf", args: { userId: "a" }, code: "FORBIDDEN" },
  { kind: "query", path: "costs:summaryOf", args: { from: 0 }, code: "FORBIDDEN" },
  { kind: "query", path: "costs:seriesOf", args: { from: 0, every: "month" }, code: "FORBIDDEN" },
  { kind: "query", path: "costs:eventsOf", args: { from: 0, cursor: null }, code: "FORBIDDEN" },
  { kind: "mutation", path: "costs:removeDailyLimit", args: { userId: "a" }, code: "FORBIDDEN" },
  { kind: "mutation", path: "costs:setDailyLimit", args: { userId: "a", limitMicros: 0 }, code: "FORBIDDEN" },
  { kind: "query", path: "inspect:explainContext", args: { messageId }, code: "TRACE_NOT_FOUND" },
  { kind: "query", path: "inspect:replayContext", args: { messageId }, code: "TRACE_NOT_FOUND" },
  {
    kind: "mutation",
    path: "knowledge:forgetFact",
    args: { factId, reason: "Asked." },
    code: "FACT_NOT_FOUND",
  },
  { kind: "action", path: "worker:learn", args: { threadId }, code: "THREAD_NOT_FOUND" },
  { kind: "query", path: "documents:progress", args: { ingestId }, code: "INGEST_NOT_FOUND" },
  {
    kind: "action",
    path: "ingest:putBatch",
    args: { ingestId, batch: 7, files: [] },
    code: "INGEST_NOT_FOUND",
  },
  { kind: "mutation", path: "brief:start", args: { threadId, topic: "Otters" }, code: "THREAD_NOT_FOUND" },
  { kind: "query", path: "brief:get", args: { briefId }, code: "BRIEF_NOT_FOUND" },
  { kind: "mutation", path: "brief:approve", args: { briefId, approved: true }, code: "BRIEF_NOT_FOUND" },
];

/** The other public functions. */
const otherCalls = (): Omit<Call, "code">[] => [
  { kind: "query", path: "chat:listThreads", args: { cursor: null } },
  { kind: "query", path: "chat:followStream", args: { threadId, streamId: "x", after: 0 } },
  { kind: "mutation", path: "chat:createThread", args: {} },
  { kind: "mutation", path: "documents:begin", args: { files: 1 } },
  { kind: "query", path: "documents:countDocuments", args: { scope: "tenant" } },
  { kind: "query", path: "documents:listDocuments", args: { scope: "tenant", cursor: null } },
  { kind: "query", path: "documents:getDocument", args: { scope: "tenant", key: "otters.md" } },
  { kind: "query", path: "documents:documentOutline", args: { scope: "tenant", key: "otters.md" } },
  { kind: "query", path: "digests:list", args: {} },
  { kind: "mutation", path: "knowledge:createProfile", args: {} },
  { kind: "query", path: "knowledge:listBlocks", args: { scope: "user" } },
  { kind: "query", path: "knowledge:listFacts", args: { scope: "user", cursor: null } },
  { kind: "action", path: "about:models", args: {} },
  { kind: "action", path: "rerun:models", args: {} },
];

const modules = import.meta.glob<Record<string, unknown>>(
  ["../../example/convex/*.ts", "!**/*.config.ts", "!**/schema.ts", "!**/crons.ts"],
  { eager: true },
);

/** The public functions that the example writes itself; those of `exposeApi` are the contract tests'. */
function ownFunctions(): string[] {
  const memory = new AgentMemory(componentsGeneric()["agentMemory"] as unknown as ComponentApi);
  const exposed = memory.exposeApi({ authorize: () => Promise.resolve({ userId: "ann" }) });
  return Object.entries(modules).flatMap(([file, module]) =>
    Object.entries(module)
      .filter(([name, value]) => (value as { isPublic?: boolean }).isPublic === true && !(name in exposed))
      .map(([name]) => `${file.replace(/^.*\/|\.ts$/g, "")}:${name}`),
  );
}

describe("the functions of the example", () => {
  test("refuse a stranger what is another's, each with its code", async () => {
    const stranger = userOf(host, "stranger");
    for (const { kind, path, args, code } of callsOnHers()) {
      const refusal = await refusalOf(stranger[kind](path, args));
      expect(refusal.code, path).toMatch(code);
    }
    expect(await stranger.query("knowledge:listFacts", { scope: "user", cursor: null })).toMatchObject({
      page: [],
    });
    expect(await stranger.query("chat:listThreads", { cursor: null })).toMatchObject({ page: [] });
  });

  test("are all here", () => {
    const listed = new Set([...callsOnHers(), ...otherCalls()].map(({ path }) => path));
    expect(ownFunctions()).toEqual(expect.arrayContaining(["ask:again", "costs:ofTenant"]));
    expect(ownFunctions().filter((path) => !listed.has(path))).toEqual([]);
  });

  test("refuse everything to someone who is not signed in", async () => {
    const nobody = userOf(host, null);
    for (const { kind, path, args } of [...callsOnHers(), ...otherCalls()]) {
      expect(await refusalOf(nobody[kind](path, args)), path).toMatchObject({ code: "UNAUTHENTICATED" });
    }
  });

  test("serve their owner, so that a refusal means something", async () => {
    for (const path of ["inspect:explainContext", "inspect:replayContext"])
      await ann.query(path, { messageId });
    await ann.mutation("knowledge:forgetFact", { factId, reason: "Asked." });
    for (const path of ["chat:getRun", "spending:usageSummary"]) await ann.query(path, { threadId });
    expect(await ann.query("documents:progress", { ingestId })).toMatchObject({ filesDone: 3 });
    expect(await ann.query("documents:documentOutline", { scope: "tenant", key: "otters.md" })).toEqual({
      headings: ["Otters", "Otters › Food", "Otters › Sleep"],
    });
  });
});
