// A prompt from the click to its row, in the genuine Convex client, over a WebSocket to the embedded host.
import { makeFunctionReference } from "convex/server";
import { describe, expect, test } from "vitest";
import { createSend } from "../../src/react/sendPrompt.js";
import type { ThreadApi } from "../../src/react/threadApi.js";
import type { ThreadSnapshot } from "../../src/react/threadStore.js";
import { said } from "../support/aMemory.js";
import { until } from "../support/appHost.js";
import { expectNoFlicker, idsOf, isDone, realClients, textsOf, watch, type Watched } from "./realClient.js";

type Prompt = { threadId: string; prompt: string; operationId: string };
const mutation = (name: string) => makeFunctionReference<"mutation", Prompt, null>(`prompts:${name}`);
const api: Pick<ThreadApi, "listMessages"> = { listMessages: makeFunctionReference("chat:listMessages") };

const { theHost, connect, door, aThread } = realClients();

async function aConversation(name: string, earlier = 1) {
  const threadId = await aThread();
  const messages = Array.from({ length: earlier }, (_, index) => said("user", `earlier ${index}`));
  await door("messages:append", { threadId, messages });
  const client = connect();
  const watched = watch(client, threadId);
  await until(watched.store.getSnapshot, ({ messages: shown }) => shown.length === earlier);
  const send = createSend(client, { mutation: mutation(name), api });
  return { threadId, client, watched, send };
}

const isThere = ({ messages }: ThreadSnapshot) =>
  messages.length > 0 && messages.every(({ metadata }) => metadata?.isSending !== true);
const arrived = (watched: Watched) => until(watched.store.getSnapshot, isThere);

describe("a prompt that is sent", () => {
  test("is not shown among the messages of one turn, which are asked for by another query", async () => {
    const { threadId, client, watched, send } = await aConversation("say");
    const ofTurn = client.watchQuery(api.listMessages, { threadId, turn: 0, cursor: null } as never);
    const stop = ofTurn.onUpdate(() => {});
    await until(
      () => ofTurn.localQueryResult()?.page.length,
      (shown) => shown === 1,
    );
    const sent = send({ threadId, prompt: "Another turn." });
    expect(textsOf(watched.store.getSnapshot())).toHaveLength(2);
    expect(ofTurn.localQueryResult()?.page).toHaveLength(1);
    await sent;
    stop();
  });

  test("rejects what no query can carry, instead of throwing where nobody catches", async () => {
    const { threadId, send } = await aConversation("say");
    const wrong = { threadId, prompt: new Date() as unknown as string };
    let sent: Promise<unknown> | undefined;
    expect(() => (sent = send(wrong))).not.toThrow();
    await expect(sent).rejects.toThrow("Date");
  });

  test("is a message at once, and its row takes its place under one id", async () => {
    const { threadId, watched, send } = await aConversation("say");
    const sent = send({ threadId, prompt: "Which one?" });
    const shown = watched.store.getSnapshot();
    expect(textsOf(shown)).toEqual(["earlier 0", "Which one?"]);
    expect(shown.messages[1]).toMatchObject({ role: "user", metadata: { isSending: true } });
    expect(shown.messages[1]!.metadata!.messageId).toBeUndefined();
    await sent;
    const { messages } = await arrived(watched);
    expect(messages[1]!.id).toBe(shown.messages[1]!.id);
    expect(messages[1]!.metadata!.messageId).not.toBe(messages[1]!.id);
    expect(messages[0]).toBe(shown.messages[0]);
    expectNoFlicker(watched.seen);
    const stored = watch(connect(), threadId);
    await until(stored.store.getSnapshot, isThere);
    expect(idsOf(stored.store.getSnapshot())[1]).toBe(messages[1]!.metadata!.messageId);
  });

  test("is shown in every newest page of its thread, whatever its length, and in no other thread", async () => {
    const { threadId, client, watched, send } = await aConversation("say", 8);
    const short = watch(client, threadId, 3);
    const other = watch(client, await aThread(), 3);
    await until(short.store.getSnapshot, ({ messages }) => messages.length === 3);
    await short.store.loadMore();
    short.seen.length = 0;
    const sent = send({ threadId, prompt: "New." });
    for (const { store } of [watched, short]) expect(textsOf(store.getSnapshot()).at(-1)).toBe("New.");
    await sent;
    for (const each of [watched, short]) {
      await arrived(each);
      expectNoFlicker(each.seen);
      expect(textsOf(each.store.getSnapshot()).at(-1)).toBe("New.");
    }
    expect(textsOf(short.store.getSnapshot())).toHaveLength(7);
    expect(textsOf(other.store.getSnapshot())).toEqual([]);
  });

  test("keeps its id where the app writes other words", async () => {
    const { threadId, watched, send } = await aConversation("sayLoudly");
    const sent = send({ threadId, prompt: "quietly" });
    const before = idsOf(watched.store.getSnapshot());
    await sent;
    await until(watched.store.getSnapshot, (shown) => textsOf(shown)[1] === "QUIETLY");
    expect(idsOf(watched.store.getSnapshot())).toEqual(before);
  });

  test("stands before its answer, which is written while nothing flickers", async () => {
    const { threadId, watched, send } = await aConversation("ask");
    await send({ threadId, prompt: "A story, please." });
    await until(watched.store.getSnapshot, (shown) => isDone(shown) && shown.messages.length === 3);
    expect(textsOf(watched.store.getSnapshot())[1]).toBe("A story, please.");
    expectNoFlicker(watched.seen);
  });

  test("goes when the mutation fails, whose error the caller gets", async () => {
    const { threadId, watched, send } = await aConversation("refuse");
    const sent = send({ threadId, prompt: "Now?" });
    expect(textsOf(watched.store.getSnapshot())).toEqual(["earlier 0", "Now?"]);
    await expect(sent).rejects.toMatchObject({ data: { code: "TOO_LATE" } });
    expect(textsOf(watched.store.getSnapshot())).toEqual(["earlier 0"]);
    await expect(send({ threadId, prompt: "Now?" })).rejects.toMatchObject({ data: { code: "TOO_LATE" } });
  });

  test("is sent once by two clicks, and again by a third when it is there", async () => {
    const { threadId, watched, send } = await aConversation("say");
    const first = send({ threadId, prompt: "Pay." });
    expect(send({ threadId, prompt: "Pay." })).toBe(first);
    await first;
    await arrived(watched);
    expect(textsOf(watched.store.getSnapshot())).toEqual(["earlier 0", "Pay."]);
    await send({ threadId, prompt: "Pay." });
    await until(watched.store.getSnapshot, (shown) => isThere(shown) && shown.messages.length === 3);
    expectNoFlicker(watched.seen);
  });

  test("may leave out what is not given", async () => {
    const { threadId, watched, send } = await aConversation("say");
    await send({ threadId, prompt: "Hello.", operationId: undefined });
    await arrived(watched);
    expect(textsOf(watched.store.getSnapshot())).toEqual(["earlier 0", "Hello."]);
  });

  test("may say the same as another that is on its way, under an id of its own", async () => {
    const { threadId, watched, send } = await aConversation("say");
    const both = ["one", "two"].map((operationId) => send({ threadId, prompt: "Yes.", operationId }));
    const before = idsOf(watched.store.getSnapshot());
    expect(textsOf(watched.store.getSnapshot())).toEqual(["earlier 0", "Yes.", "Yes."]);
    await Promise.all(both);
    await arrived(watched);
    expect(idsOf(watched.store.getSnapshot())).toEqual(before);
    expectNoFlicker(watched.seen);
  });

  test.each(["before it is sent", "while it is sent"])(
    "is there once, and never twice on the way, where the connection is lost %s",
    async (when) => {
      const { threadId, watched, send } = await aConversation("say");
      if (when === "before it is sent") theHost().dropConnections();
      const sent = send({ threadId, prompt: "Are you there?" });
      if (when !== "before it is sent") setTimeout(() => theHost().dropConnections(), 0);
      await sent;
      await arrived(watched);
      expect(textsOf(watched.store.getSnapshot())).toEqual(["earlier 0", "Are you there?"]);
      expectNoFlicker(watched.seen);
    },
  );

  test("is no message before its row where nothing says in which thread, or no queries are known", async () => {
    const { threadId, client, watched } = await aConversation("say");
    const send = createSend(client, { mutation: mutation("say") });
    const sent = send({ threadId, prompt: "Unseen." });
    expect(textsOf(watched.store.getSnapshot())).toEqual(["earlier 0"]);
    await sent;
    await until(watched.store.getSnapshot, ({ messages }) => messages.length === 2);
    expectNoFlicker(watched.seen);
  });
});
