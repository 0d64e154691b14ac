import type { Block, ContextExplanation, Fact, Run, WaitingCall } from "convex-agent-memory";
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

const DEPLOY = "I work in TypeScript and deploy on Fridays.";
const PREFERENCE = "From now on, I prefer short answers with an example.";
const ASKED = "Which day do I deploy, and what kind of answers do I prefer?";

let host: Host;
let ann: User;
let told: Awaited<ReturnType<typeof askAndWait>>;

const factsOf = async (user: User) =>
  (await user.query<{ page: Fact[] }>("knowledge:listFacts", { scope: "user", cursor: null })).page;
const blocksOf = (user: User) => user.query<Block[]>("knowledge:listBlocks", { scope: "user" });
const replayOf = (user: User, messageId: string) =>
  user.query<{ kind: string; source?: string; bytes?: number }>("reports:replay", { messageId });

async function answerTo(user: User, question: string) {
  const { messages } = await askAndWait(user, question);
  const answer = messages.findLast(({ role }) => role === "assistant");
  if (answer === undefined) throw new Error("There is no answer.");
  return { messageId: answer.messageId, text: textOf(answer) };
}

beforeAll(async () => {
  host = await startExample();
  ann = userOf(host, "ann");
  await ingestDocuments(ann);
  await ann.mutation("knowledge:createProfile");
  told = await askAndWait(ann, `Remember that ${DEPLOY} ${PREFERENCE}`);
});
afterAll(async () => await host.close());

describe("what the researcher is told", () => {
  test("becomes a fact of the user that rests on the message, and a line of their profile", async () => {
    const [prompt] = told.messages;
    expect(await factsOf(ann)).toMatchObject([
      {
        text: DEPLOY,
        origin: "agent",
        state: { kind: "active" },
        sources: [{ kind: "message", messageId: prompt?.messageId }],
      },
    ]);
    const [block] = await blocksOf(ann);
    expect(block).toMatchObject({ label: "profile", version: 2 });
    expect(block?.value).toMatch(/^Joined on \d{4}-\d\d-\d\d\.\nFrom now on, I prefer short answers/);
  });

  test("leaves the profile as it is when it is made again", async () => {
    await ann.mutation("knowledge:createProfile");
    expect(await blocksOf(ann)).toMatchObject([{ version: 2 }]);
  });

  test("answers in another thread, quoted and cited, and explain and replay prove it", async () => {
    const { text, messageId } = await answerTo(ann, ASKED);
    expect(text).toContain(`“${DEPLOY}” [fact]`);
    expect(text).toContain(`“${PREFERENCE}” [block profile]`);
    const { sections } = await ann.query<ContextExplanation>("reports:explain", { messageId });
    const [[fact], [block]] = [await factsOf(ann), await blocksOf(ann)];
    const items = sections.flatMap((section) => section.items);
    expect(items).toContainEqual(expect.objectContaining({ kind: "fact", id: fact?.factId }));
    expect(items).toContainEqual(expect.objectContaining({ kind: "block", id: block?.blockId, version: 2 }));
    const replayed = await replayOf(ann, messageId);
    expect(replayed.kind).toBe("same");
    expect(replayed.bytes).toBeGreaterThan(500);
  });

  test("does not get in the way of a question to the documents", async () => {
    const { text } = await answerTo(ann, "What does an otter eat?");
    expect(text).toContain("[otters.md › Otters › Food]");
    expect(text).not.toContain("From memory");
  });

  test("is not known of anyone else", async () => {
    const bob = userOf(host, "bob");
    await bob.mutation("knowledge:createProfile");
    expect(await factsOf(bob)).toEqual([]);
    expect((await answerTo(bob, "Which day do I deploy?")).text).not.toContain("Friday");
  });

  test("gets its vectors when the conversation is over, once", async () => {
    const { threadId } = told;
    const first = await ann.action<{ embedded: number }>("worker:learn", { threadId });
    expect(first).toMatchObject({ warnings: [] });
    expect(first.embedded).toBeGreaterThan(0);
    expect(await ann.action("worker:learn", { threadId })).toEqual({ embedded: 0, warnings: [] });
  });

  test("is erased by the researcher once its owner has approved that, and not before", async () => {
    const cleo = userOf(host, "cleo");
    await askAndWait(cleo, `Remember that ${DEPLOY}`);
    const asked = async () => {
      const threadId = await createThread(cleo);
      const prompt = "Forget that I deploy on Fridays.";
      await cleo.mutation("ask:send", { threadId, prompt, operationId: "first" });
      const { runId } = await until(
        () => cleo.query<Run>("chat:getRun", { threadId }),
        ({ state }) => state.kind === "awaitingApproval",
      );
      const [call] = await cleo.query<WaitingCall[]>("chat:listWaiting", { runId });
      return { threadId, runId, callId: call?.callId };
    };
    const answerIn = async (threadId: string) => {
      await untilRunEnded(cleo, threadId);
      const answer = (await messagesOf(cleo, threadId)).findLast(({ role }) => role === "assistant");
      return answer === undefined ? "" : textOf(answer);
    };
    const { threadId: kept, ...denied } = await asked();
    await cleo.mutation("chat:decideApproval", { ...denied, approved: false, reason: "Not yet." });
    expect(await answerIn(kept)).toContain("Not yet.");
    expect(await factsOf(cleo)).toHaveLength(1);

    const { threadId, ...waiting } = await asked();
    expect(
      await refusalOf(ann.mutation("chat:decideApproval", { ...waiting, approved: true })),
    ).toMatchObject({
      code: "RUN_NOT_FOUND",
    });
    expect(await factsOf(cleo)).toHaveLength(1);
    await cleo.mutation("chat:decideApproval", { ...waiting, approved: true });
    expect(await answerIn(threadId)).toContain("I forgot this");
    expect(await factsOf(cleo)).toEqual([]);
  });

  test("is gone when its fact is forgotten, also from what was shown with it", async () => {
    const { messageId } = await answerTo(ann, "Which day do I deploy?");
    const [fact] = await factsOf(ann);
    await ann.mutation("knowledge:forgetFact", { factId: fact?.factId, reason: "Asked." });
    await ann.mutation("knowledge:forgetFact", { factId: fact?.factId, reason: "Asked." });
    expect(await factsOf(ann)).toEqual([]);
    expect(await replayOf(ann, messageId)).toEqual({ kind: "SOURCE_ERASED", source: "fact" });
  });

  test("is explained to nobody but its owner", async () => {
    const { messageId } = await answerTo(ann, "What does an otter eat?");
    for (const path of ["reports:explain", "reports:replay"]) {
      const refused = userOf(host, "stranger").query(path, { messageId });
      expect(await refusalOf(refused), path).toMatchObject({ code: "TRACE_NOT_FOUND" });
    }
  });
});
