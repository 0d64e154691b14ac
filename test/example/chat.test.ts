import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import {
  askAndWait,
  createThread,
  ingestDocuments,
  messagesOf,
  refusalOf,
  startExample,
  textOf,
  untilRunEnded,
  userOf,
  type User,
} from "./exampleApp.js";

let host: Host;
let ann: User;

beforeAll(async () => {
  host = await startExample();
  ann = userOf(host, "ann");
  await ingestDocuments(ann);
});
afterAll(async () => await host.close());

describe("a question to the researcher", () => {
  test("is answered by a durable run that searches and cites the document and its heading", async () => {
    const { run, messages } = await askAndWait(ann, "What does an otter eat?");
    expect(run).toMatchObject({ state: { kind: "completed" }, engine: "durable", agentName: "researcher" });
    expect(messages.map(({ role }) => role)).toEqual(expect.arrayContaining(["user", "assistant", "tool"]));
    const answer = messages.findLast(({ role }) => role === "assistant");
    expect(answer && textOf(answer)).toContain("An otter eats mostly fish");
    expect(answer && textOf(answer)).toContain("[otters.md › Otters › Food]");
  });

  test("is answered once, however often it is sent with one operationId", async () => {
    const threadId = await createThread(ann);
    const question = { threadId, prompt: "How is bread baked?", operationId: "once" };
    const first = await ann.mutation<{ runId: string }>("ask:send", question);
    expect(await ann.mutation("ask:send", question)).toEqual(first);
    await untilRunEnded(ann, threadId);
    expect(await ann.mutation("ask:send", question)).toEqual({ ...first, state: "completed" });
    expect(await untilRunEnded(ann, threadId)).toMatchObject({ runId: first.runId });
    const asked = (await messagesOf(ann, threadId)).filter(({ role }) => role === "user");
    expect(asked).toHaveLength(1);
  });

  test("is paid for in the ledger: the run's totals are the sum of its events", async () => {
    const { threadId, run } = await askAndWait(ann, "How does a lighthouse keeper work?");
    const { page } = await ann.query<{ page: Event[] }>("reports:listUsage", { threadId, cursor: null });
    const answers = page.filter(({ runId, purpose }) => runId === run.runId && purpose === "answer");
    expect(answers.length).toBe(run.steps);
    expect(run.totals).toEqual(sumOf(answers));
    expect(await ann.query("reports:totalUsage", { threadId })).toEqual(sumOf(page));
  });

  test("is refused when it says nothing", async () => {
    const threadId = await createThread(ann);
    const blank = ann.mutation("ask:send", { threadId, prompt: " \n", operationId: "blank" });
    expect(await refusalOf(blank)).toMatchObject({ code: "PROMPT_EMPTY" });
  });
});

describe("too many questions of one user", () => {
  test("are refused with the time to wait, and only theirs", async () => {
    const [bob, cleo] = [userOf(host, "bob"), userOf(host, "cleo")];
    const [threadId, other] = [await createThread(bob), await createThread(cleo)];
    const send = () => bob.mutation("ask:send", { threadId, prompt: "Hello?", operationId: "same" });
    for (let sent = 0; sent < 10; sent++) await send();
    const refusal = await refusalOf(send());
    expect(refusal.code).toBe("RATE_LIMITED");
    expect(refusal.retryAfter).toBeGreaterThan(0);
    expect(refusal.retryAfter).toBeLessThanOrEqual(3_000);
    await cleo.mutation("ask:send", { threadId: other, prompt: "Hello?", operationId: "same" });
    await Promise.all([untilRunEnded(bob, threadId), untilRunEnded(cleo, other)]);
  });
});

type Event = { runId?: string; purpose: string; inputTokens: number; outputTokens: number };

const sumOf = (events: Event[]) => ({
  calls: events.length,
  inputTokens: events.reduce((sum, event) => sum + event.inputTokens, 0),
  outputTokens: events.reduce((sum, event) => sum + event.outputTokens, 0),
});
