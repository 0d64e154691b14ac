import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import {
  createThread,
  ingestDocuments,
  messagesOf,
  refusalOf,
  startExample,
  until,
  userOf,
  type User,
} from "./exampleApp.js";

type Brief = { state: { kind: string; sources?: string; text?: string; note?: string } };

let host: Host;
let ann: User;

beforeAll(async () => {
  host = await startExample();
  ann = userOf(host, "ann");
  await ingestDocuments(ann);
});
afterAll(async () => await host.close());

async function startBrief() {
  const threadId = await createThread(ann);
  const topic = "How does a sourdough starter live?";
  const briefId = await ann.mutation<string>("brief:start", { threadId, topic });
  await untilState(briefId, "awaitingApproval");
  return { threadId, briefId };
}

/** The brief's state, when it is as wanted, or has failed. */
const untilState = (briefId: string, kind: string) =>
  until(
    () => stateOf(briefId),
    (state) => state.kind === kind || state.kind === "failed",
  );

const stateOf = async (briefId: string) => (await ann.query<Brief>("brief:get", { briefId })).state;

describe("a brief", () => {
  test("waits for approval after the researcher, then the writer writes with citations", async () => {
    const { threadId, briefId } = await startBrief();
    const waiting = await stateOf(briefId);
    expect(waiting.kind).toBe("awaitingApproval");
    expect(waiting.sources).toContain("[bread.mdx › Bread › Sourdough]");

    await ann.mutation("brief:approve", { briefId, approved: true });
    const done = await untilState(briefId, "completed");
    expect(done.kind).toBe("completed");
    expect(done.text).toContain("[bread.mdx › Bread › Sourdough]");
    const agents = (await messagesOf(ann, threadId)).flatMap(({ agentName }) => agentName ?? []);
    expect([...new Set(agents)]).toEqual(["researcher", "writer"]);
  });

  test("ends without the writer when it is rejected, with the note", async () => {
    const { threadId, briefId } = await startBrief();
    await ann.mutation("brief:approve", { briefId, approved: false, note: "Too short." });
    expect(await untilState(briefId, "rejected")).toEqual({ kind: "rejected", note: "Too short." });
    const agents = (await messagesOf(ann, threadId)).flatMap(({ agentName }) => agentName ?? []);
    expect(agents).not.toContain("writer");
  });

  test("is decided once", async () => {
    const { briefId } = await startBrief();
    await ann.mutation("brief:approve", { briefId, approved: true });
    const again = ann.mutation("brief:approve", { briefId, approved: false });
    expect(await refusalOf(again)).toMatchObject({ code: "NOTHING_TO_APPROVE" });
    await untilState(briefId, "completed");
  });

  test("needs a topic", async () => {
    const start = ann.mutation("brief:start", { threadId: await createThread(ann), topic: "  " });
    expect(await refusalOf(start)).toMatchObject({ code: "TOPIC_EMPTY" });
  });

  test("leaves no journal behind", async () => {
    const { briefId } = await startBrief();
    await ann.mutation("brief:approve", { briefId, approved: true });
    await untilState(briefId, "completed");
    const journal = async () =>
      (
        await Promise.all(["workflows", "steps", "events"].map((table) => host.readTable("workflow", table)))
      ).flat();
    expect(await until(journal, (rows) => rows.length === 0)).toEqual([]);
  });
});
