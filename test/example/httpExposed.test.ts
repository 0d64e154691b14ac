// Every function that the example exposes, over HTTP and in JSON alone, as clients in other languages call them.
import { componentsGeneric } from "convex/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  AgentMemory,
  type ComponentApi,
  type Document,
  type File,
  type Message,
  type Run,
  type Thread,
  type ThreadHit,
} from "convex-agent-memory";
import type { Host } from "../../host/index.js";
import { startExample } from "./exampleApp.js";
import { marksIn, post, type Answer } from "./httpClient.js";

let host: Host;
let ann: string;
const asked = new Set<string>();

/** Calls a function as Ann, holds the answer to be plain JSON, and gives it. */
async function call<Value = unknown>(path: string, args: object = {}): Promise<Value> {
  const { status, value, errorMessage, errorData } = await post({ url: host.url, token: ann }, path, args);
  expect(status, `${path} ${errorMessage ?? ""} ${JSON.stringify(errorData)}`).toBe("success");
  expect(marksIn(value), path).toEqual([]);
  expect(JSON.parse(JSON.stringify(value)), path).toEqual(value);
  asked.add(path.replace(/^.*:/, ""));
  return value as Value;
}

const refusal = async (path: string, args: object, token = ann): Promise<Answer["errorData"]> =>
  (await post({ url: host.url, token }, path, args)).errorData;

/** Posts bytes to an address of `createUploadUrl`, as any client does. */
async function send(bytes: string, type: string): Promise<string> {
  const url = await call<string>("mutation chat:createUploadUrl", { bytes: bytes.length });
  const sent = await fetch(url, { method: "POST", headers: { "content-type": type }, body: bytes });
  return ((await sent.json()) as { storageId: string }).storageId;
}

let threadId: string;
let messages: Message[];
const page = { cursor: null };
const user = { scope: "user" };

beforeAll(async () => {
  host = await startExample({ listen: true });
  ann = await host.makeToken({ subject: "ann" });
  await call("action search:putDocument", {
    ...{ scope: "tenant", key: "otters.md", metadata: '{"kind":"guide"}' },
    text: "# Otters\n\n## Food\n\nAn otter eats mostly fish.",
  });
  ({ threadId } = await call<{ threadId: string }>("mutation chat:createThread"));
  const question = { threadId, prompt: "What does an otter eat?", operationId: "first" };
  await call("action ask:answer", question);
  messages = (await call<{ page: Message[] }>("query chat:listMessages", { threadId, ...page })).page;
});
afterAll(async () => await host.close());

const messageOf = (role: string): string =>
  messages.find((message) => message.role === role)?.messageId ?? "";

describe("a client that speaks HTTP and JSON", () => {
  test("reads threads, and finds one without a title by what was said in it", async () => {
    const found = await call<ThreadHit[]>("query chat:searchThreads", { query: "otter" });
    expect(found).toMatchObject([{ threadId, snippet: expect.stringContaining("otter") as string }]);
    expect(found[0]).not.toHaveProperty("title");
    await call("mutation chat:updateThread", { threadId, title: "Fish", metadata: '{"color":"blue"}' });
    expect(await call("query chat:searchThreads", { query: "fi" })).toMatchObject([{ title: "Fish" }]);
    expect(await call<Thread>("query chat:getThread", { threadId })).toMatchObject({ title: "Fish" });
    const { page: active } = await call<{ page: Thread[] }>("query chat:listThreads", {
      status: "active",
      ...page,
    });
    expect(active).toHaveLength(1);
    expect(await call("query chat:listThreads", { status: "archived", ...page })).toMatchObject({ page: [] });
  });

  test("reads messages, runs and why an answer came about", async () => {
    const answerId = messageOf("assistant");
    await call("query chat:getMessage", { messageId: answerId });
    const { text } = await call<{ text: string }>("query chat:readMessage", { messageId: answerId, part: 0 });
    expect(text.length).toBeGreaterThan(0);
    const run = await call<Run>("query chat:getRun", { threadId });
    const { runId } = run;
    expect(await call("query chat:getRunById", { runId })).toMatchObject({ runId, state: run.state });
    expect(await call("query chat:listRuns", { threadId, ...page })).toMatchObject({ page: [{ runId }] });
    expect(await call("query chat:listNestedRuns", { runId, ...page })).toMatchObject({ page: [] });
    const { page: calls } = await call<{ page: object[] }>("query chat:listToolCalls", { runId, ...page });
    expect(calls.length).toBeGreaterThan(0);
    expect(await call("query chat:listWaiting", { runId })).toEqual([]);
    expect(await call("mutation chat:cancelRun", { runId })).toMatchObject({ state: { kind: "completed" } });
    const { sections } = await call<{ sections: object[] }>("query inspect:explainContext", {
      messageId: answerId,
    });
    expect(sections.length).toBeGreaterThan(0);
    expect(await call("query inspect:replayContext", { messageId: answerId })).toMatchObject({
      kind: "same",
    });
    expect(await call("query knowledge:latestSummary", { threadId })).toBeNull();
    for (const [path, args, code] of [
      ["mutation chat:steerRun", { runId, prompt: "And crabs?" }, "RUN_ENDED"],
      ["mutation chat:decideApproval", { runId, callId: "none", approved: true }, "TOOL_CALL_NOT_FOUND"],
      [
        "mutation chat:answerTool",
        { runId, callId: "none", output: { any: ["json"] } },
        "TOOL_CALL_NOT_FOUND",
      ],
      ["query chat:followStream", { threadId, streamId: "none", after: 0 }, "STREAM_NOT_FOUND"],
    ] as const) {
      expect(await refusal(path, args), path).toMatchObject({ code });
      asked.add(path.replace(/^.*:/, ""));
    }
  });

  test("keeps facts and blocks", async () => {
    const append = {
      ...user,
      facts: [
        { text: "Likes tea.", key: "drink" },
        { text: "Sings.", status: "candidate" },
      ],
    };
    type Writes = { facts: { factId: string }[] };
    const { facts } = await call<Writes>("mutation knowledge:appendFacts", append);
    const [tea = "", song = ""] = facts.map(({ factId }) => factId);
    const next = { factId: tea, facts: [{ text: "Likes coffee." }] };
    const replaced = await call<Writes>("mutation knowledge:supersedeFact", next);
    const factId = replaced.facts[0]?.factId ?? "";
    await call("mutation knowledge:updateFact", { factId, pinned: true, expiresAt: null });
    expect(await call("query knowledge:getFact", { factId })).toMatchObject({
      pinned: true,
      supersedes: tea,
    });
    expect((await call<Writes>("query knowledge:factHistory", { factId })).facts).toHaveLength(2);
    await call("mutation knowledge:confirmFact", { factId: song });
    await call("mutation knowledge:retractFact", { factId: song, reason: "Never did." });
    const dance = { ...user, facts: [{ text: "Dances.", status: "candidate" }] };
    const [danced] = (await call<Writes>("mutation knowledge:appendFacts", dance)).facts;
    await call("mutation knowledge:declineFact", { factId: danced?.factId });
    await call("mutation knowledge:forgetFact", { factId, reason: "Asked." });
    expect(await call("query knowledge:countFacts", user)).toMatchObject({
      retracted: 1,
      declined: 1,
      forgotten: 1,
    });
    expect(await call("query knowledge:listFacts", { ...user, status: "any", ...page })).toMatchObject({
      page: { length: 4 },
    });
    await call("mutation knowledge:createBlock", { ...user, label: "style", value: "Short." });
    const edit = { kind: "append", text: "Dry." };
    await call("mutation knowledge:updateBlock", { ...user, label: "style", edit, version: 1 });
    await call("mutation knowledge:restoreBlock", { ...user, label: "style", from: 1, version: 2 });
    expect(await call("query knowledge:blockHistory", { ...user, label: "style", ...page })).toMatchObject({
      page: { length: 3 },
    });
    expect(await call("query knowledge:listBlocks", user)).toMatchObject([
      { label: "style", value: "Short." },
    ]);
    await call("mutation knowledge:removeBlock", { ...user, label: "style" });
    await call("query knowledge:memoryHealth", user);
  });

  test("reads documents, recalls them with reasons, and removes one", async () => {
    const guides = { scope: "tenant", filter: { kind: "guide" }, ...page };
    expect(await call("query documents:listDocuments", guides)).toMatchObject({
      page: [{ key: "otters.md" }],
    });
    const named = { scope: "tenant", key: "otters.md" };
    const { documentId } = await call<Document>("query documents:getDocument", named);
    expect(await call("query documents:countDocuments", { scope: "tenant" })).toMatchObject({ documents: 1 });
    expect(await call("query documents:documentOutline", named)).toMatchObject({
      headings: ["Otters › Food"],
    });
    await call("query documents:listChunks", { documentId, ...page });
    const { hits } = await call<{ hits: { sourceId: string }[] }>("action search:recall", {
      ...{ query: "otter fish", kinds: ["chunk"], scopes: ["tenant"], explain: true },
    });
    expect(hits).toMatchObject([{ documentKey: "otters.md", lexicalRank: 1, why: { because: /./ } }]);
    const chunkId = hits[0]?.sourceId ?? "";
    expect(await call("query documents:getChunk", { chunkId })).toMatchObject({ documentKey: "otters.md" });
    expect(await call("query documents:readChunksAround", { chunkIds: [chunkId] })).toMatchObject({
      spans: [{ documentKey: "otters.md" }],
    });
    await call("mutation documents:removeDocument", { documentId });
    expect(await call("query documents:getDocument", named)).toBeNull();
  });

  test("uploads a file, and is told why another is refused", async () => {
    const storageId = await send("words", "text/plain");
    const { fileId } = await call<{ fileId: string }>("mutation chat:registerFile", {
      storageId,
      name: "a.txt",
    });
    const file = await call<File>("query chat:getFile", { fileId });
    expect(file).toMatchObject({ mediaType: "text/plain", bytes: 5, name: "a.txt" });
    expect(await (await fetch(file.url ?? "")).text()).toBe("words");
    expect(await call("query chat:listFiles", page)).toMatchObject({ page: [{ fileId }] });
    await call("mutation chat:removeFile", { fileId });
    const disguise = await send("<script>", "application/xhtml+xml");
    const disguised = { storageId: disguise, mediaType: "image/png" };
    expect(await refusal("mutation chat:registerFile", disguised)).toMatchObject({
      code: "FILE_TYPE_REFUSED",
    });
    const announced = { bytes: 11 * 1024 * 1024, mediaType: "image/png" };
    expect(await refusal("mutation chat:createUploadUrl", announced)).toMatchObject({
      code: "FILE_TOO_LARGE",
    });
  });

  test("reads what it spent, and ends what it began", async () => {
    await call("query spending:usageSummary", { period: "month", by: "model" });
    await call("query spending:usageTimeseries", { from: Date.now() - 86_400_000, every: "hour" });
    await call("query spending:usageTop", { by: "model", measure: "tokens" });
    const { page: events } = await call<{ page: object[] }>("query spending:listUsage", {
      threadId,
      ...page,
    });
    expect(events.length).toBeGreaterThan(0);
    await call("query spending:budgetStatus");
    expect(await call("mutation chat:removeMessage", { messageId: messageOf("user") })).toEqual({
      removed: 1,
    });
    await call("mutation chat:removeThread", { threadId });
    expect(await refusal("query chat:getThread", { threadId })).toMatchObject({ code: "THREAD_NOT_FOUND" });
  });

  test("has called every function that there is", () => {
    const memory = new AgentMemory(componentsGeneric()["agentMemory"] as unknown as ComponentApi);
    const names = Object.keys(memory.exposeApi({ authorize: () => Promise.resolve({ userId: "ann" }) }));
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter((name) => !asked.has(name))).toEqual([]);
  });
});
