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
  until,
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
    const { page } = await ann.query<{ page: Event[] }>("spending:listUsage", { threadId, cursor: null });
    const answers = page.filter(({ runId, purpose }) => runId === run.runId && purpose === "answer");
    expect(answers.length).toBe(run.steps);
    expect(run.totals).toEqual(sumOf(answers));
    expect(await ann.query("spending:usageSummary", { threadId })).toMatchObject(sumOf(page));
  });

  test("waits for its turn where another is being answered, and both are listed when they have ended", async () => {
    const threadId = await createThread(ann);
    const send = (prompt: string) =>
      ann.mutation<Ticket>("ask:send", { threadId, prompt, operationId: prompt });
    const [first, second] = [await send("What does an otter eat?"), await send("How is bread baked?")];
    expect([first.state, second.state]).toEqual(["running", "queued"]);
    const lines = await until(
      () => ann.query<Activity[]>("activity:list", { threadId }),
      (listed) => listed.length === 2,
    );
    expect(lines.map(({ runId }) => runId)).toEqual([second.runId, first.runId]);
    const told = { threadId, agentName: "researcher", state: "completed" };
    for (const line of lines) expect(line).toMatchObject(told);
    expect(Math.min(...lines.map(({ tokens }) => tokens))).toBeGreaterThan(0);
    const foreign = userOf(host, "stranger").query("activity:list", { threadId });
    expect(await refusalOf(foreign)).toMatchObject({ code: "THREAD_NOT_FOUND" });
  });

  test("is told something while it is answered, and not after that", async () => {
    const threadId = await createThread(ann);
    const prompt = "What does an otter eat?";
    const { runId } = await ann.mutation<Ticket>("ask:send", { threadId, prompt, operationId: "first" });
    const steering = { runId, prompt: "How is bread baked?", operationId: "meanwhile" };
    await ann.mutation("chat:steerRun", steering);
    await untilRunEnded(ann, threadId);
    const messages = await messagesOf(ann, threadId);
    expect(messages.filter(({ role }) => role === "user").map(textOf)).toEqual([prompt, steering.prompt]);
    const late = ann.mutation("chat:steerRun", { ...steering, operationId: "late" });
    expect(await refusalOf(late)).toMatchObject({ code: "RUN_ENDED" });
  });

  test("is refused when it says nothing", async () => {
    const threadId = await createThread(ann);
    const blank = ann.mutation("ask:send", { threadId, prompt: " \n", operationId: "blank" });
    expect(await refusalOf(blank)).toMatchObject({ code: "PROMPT_EMPTY" });
  });
});

/** Calls of the model that a user has at once. */
const MOST_CALLS = 40;

describe("too many questions of one user", () => {
  test("are refused with the time to wait, and only theirs", async () => {
    const [bob, cleo] = [userOf(host, "bob"), userOf(host, "cleo")];
    const [threadId, other] = [await createThread(bob), await createThread(cleo)];
    const question = { threadId, prompt: "Hello?" };
    const asks = async () => {
      for (let asked = 0; asked <= MOST_CALLS; asked++)
        await bob.action("ask:answer", { ...question, operationId: String(asked) });
    };
    const { code, details } = await refusalOf(asks());
    expect(code).toBe("RATE_LIMITED");
    expect(details?.retryAfterMs).toBeGreaterThan(0);
    expect(details?.retryAfterMs).toBeLessThanOrEqual(3_000);
    const more = bob.mutation("ask:send", { ...question, operationId: "more" });
    expect(await refusalOf(more)).toMatchObject({ code: "RATE_LIMITED" });
    await cleo.mutation("ask:send", { threadId: other, prompt: "Hello?", operationId: "same" });
    await untilRunEnded(cleo, other);
  });
});

type Ticket = { runId: string; state: string };
type Activity = { runId: string; threadId: string; agentName: string; state: string; tokens: number };
type Event = { runId?: string; purpose: string; inputTokens: number; outputTokens: number };

const sumOf = (events: Event[]) => ({
  calls: events.length,
  inputTokens: events.reduce((sum, event) => sum + event.inputTokens, 0),
  outputTokens: events.reduce((sum, event) => sum + event.outputTokens, 0),
});
