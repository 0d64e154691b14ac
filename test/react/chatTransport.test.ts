// `useChat` of the AI SDK on our threads: the genuine hook, client and host, and an agent with a scripted model.
import { rendering } from "./rendering/dom19.js";
import { Chat, useChat } from "@ai-sdk/react";
import type { UIMessage } from "ai";
import { describe, expect, test } from "vitest";
import { until } from "../support/appHost.js";
import { chatPages, userRows } from "./chatPage.js";
import { chatApi, chatOn, comparable, partStates, textShown } from "./chatSupport.js";
import { realClients } from "./realClient.js";

const clients = realClients();
const { theHost, connect, aThread } = clients;
const renderer = rendering();
const { aChat, shownByThread, runOf, ended } = chatPages(clients, renderer);

describe("a chat on a thread", () => {
  test("sends a prompt and shows the answer word by word; in the end it shows what the thread does", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId });
    await chat.current().sendMessage({ text: "Tell me a story" });
    const { messages } = await chat.ready();
    const seen = new Set(chat.all.map((state) => textShown(state.messages[1])));
    expect(seen.size).toBeGreaterThan(10);
    expect(comparable(messages)).toEqual(comparable(await shownByThread(threadId)));
    expect(messages[1]?.metadata).toMatchObject({ agentName: "clerk", usage: { calls: 1 }, turn: 0 });
  });

  test("shows tools with their results, and what was said before and after them", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId });
    await chat.current().sendMessage({ text: "Please look" });
    await chat.ready();
    await chat.current().sendMessage({ text: "Once more, look" });
    const { messages } = await chat.until((state) => state.status === "ready" && state.messages.length === 4);
    expect(partStates(messages[1])).toEqual(["text", "output-available", "step-start", "text"]);
    expect(comparable(messages)).toEqual(comparable(await shownByThread(threadId)));
  });
});

describe("a reload in the middle of an answer", () => {
  test.each([true, false])("resumes it from its start, once (strict mode %s)", async (strict) => {
    const threadId = await aThread();
    const first = await aChat({ threadId });
    void first.current().sendMessage({ text: "Tell me a story" });
    await first.until(({ messages }) => textShown(messages[1]).length > 30);
    await first.client.close(); // the tab is gone
    const history = [...(await shownByThread(threadId))];
    expect(history).toHaveLength(2);
    const second = await aChat({ threadId, history, resume: true, strict });
    await second.until(({ status }) => status === "streaming");
    const { messages } = await second.ready();
    expect(await ended(threadId)).toMatchObject({ state: { kind: "completed" } });
    expect(comparable(messages)).toEqual(comparable(await shownByThread(threadId)));
    expect(textShown(messages[1])).toMatch(/^word-0 .* word-119$/);
  });

  test("has nothing to resume once the answer is there", async () => {
    const threadId = await aThread();
    const first = await aChat({ threadId });
    await first.current().sendMessage({ text: "Hello" });
    const { messages: history } = await first.ready();
    const second = await aChat({ threadId, history, resume: true });
    const { messages, status } = await second.until(() => true);
    expect([status, messages]).toEqual(["ready", history]);
    expect(second.all.map((state) => state.status)).not.toContain("streaming");
  });
});

describe("stop", () => {
  test("ends the run, and what was said stays", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId });
    void chat.current().sendMessage({ text: "Tell me a story" });
    await chat.until(({ messages }) => textShown(messages[1]).length > 30);
    await chat.current().stop();
    await chat.ready();
    expect((await ended(threadId))?.state.kind).toBe("canceled");
    const shown = textShown(chat.current().messages[1]);
    expect(shown).toMatch(/^word-0 /);
    expect(textShown((await shownByThread(threadId))[1]).startsWith(shown)).toBe(true);
  });

  test("right after sending ends the run as well", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId });
    void chat.current().sendMessage({ text: "Tell me a story" });
    await chat.until(({ status }) => status === "submitted");
    await chat.current().stop();
    expect((await ended(threadId))?.state.kind).toBe("canceled");
  });

  test("leaves the run alone where the app says so", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId, options: { onAbort: "leave" } });
    void chat.current().sendMessage({ text: "Tell me a story" });
    await chat.until(({ messages }) => textShown(messages[1]).length > 30);
    await chat.current().stop();
    expect((await ended(threadId))?.state.kind).toBe("completed");
  });

  test("in another tab ends the answer here", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId });
    void chat.current().sendMessage({ text: "Tell me a story" });
    await chat.until(({ messages }) => textShown(messages[1]).length > 30);
    const { runId } = (await runOf(threadId))!;
    await connect().mutation(chatApi.cancelRun, { runId });
    const { error } = await chat.ready();
    expect(error).toBeUndefined();
  });

  test("is not what leaving the page means to a chat that the app has made itself", async () => {
    const threadId = await aThread();
    const client = connect();
    const chat = new Chat<UIMessage>({ id: threadId, transport: chatOn(client) });
    const page = await renderer.renderHook(() => useChat({ chat }), { props: undefined, client });
    void page.current().sendMessage({ text: "Tell me a story" });
    await page.until(({ messages }) => textShown(messages[1]).length > 30);
    await page.unmount();
    expect((await ended(threadId))?.state.kind).toBe("completed");
  });
});

describe("two tabs on one thread", () => {
  test("each get the answer to what they asked, one behind the other", async () => {
    const threadId = await aThread();
    const [left, right] = [await aChat({ threadId }), await aChat({ threadId })];
    await Promise.all([
      left.current().sendMessage({ text: "I am left" }),
      right.current().sendMessage({ text: "I am right" }),
    ]);
    expect(textShown((await left.ready()).messages[1])).toBe("You said: left.");
    expect(textShown((await right.ready()).messages[1])).toBe("You said: right.");
    expect(userRows(await shownByThread(threadId))).toHaveLength(2);
  });

  test("see one answer grow at once", async () => {
    const threadId = await aThread();
    const left = await aChat({ threadId });
    void left.current().sendMessage({ text: "Tell me a story" });
    await left.until(({ messages }) => textShown(messages[1]).length > 30);
    const right = await aChat({ threadId, history: [...(await shownByThread(threadId))], resume: true });
    const [one, two] = await Promise.all([
      left.ready(),
      right.until(({ messages }) => textShown(messages[1]).endsWith("119")),
    ]);
    expect(comparable(two.messages).at(-1)?.id).toEqual(comparable(one.messages).at(-1)?.id);
  });
});

describe("a page that is left while its client stays", () => {
  test.each(["in the middle of an answer", "after it"])("watches nothing any more, %s", async (when) => {
    const stats = () => theHost().subscriptionStats();
    const threadId = await aThread();
    const chat = await aChat({ threadId });
    void chat.current().sendMessage({ text: "Tell me a story" });
    await chat.until(({ messages }) => textShown(messages[1]).length > 30);
    expect(stats().liveQueries).toBeGreaterThan(0);
    if (when === "after it") await chat.ready();
    await chat.unmount();
    await ended(threadId);
    await until(stats, ({ liveQueries }) => liveQueries === 0);
    expect(stats().connections).toBe(1);
  });
});
