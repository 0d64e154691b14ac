// Calls that wait for somebody, and what cannot be done, in `useChat` on our threads.
import { rendering } from "./rendering/dom19.js";
import {
  lastAssistantMessageIsCompleteWithApprovalResponses,
  lastAssistantMessageIsCompleteWithToolCalls,
  type UIMessage,
  type UIMessageChunk,
} from "ai";
import { describe, expect, test } from "vitest";
import type { SentMessage } from "../../src/react/index.js";
import { chatPages, userRows } from "./chatPage.js";
import { again, chatApi, chatOn, comparable, partStates, textShown, type SendArgs } from "./chatSupport.js";
import { realClients } from "./realClient.js";
import { takeComplaints } from "./rendering/complaints.js";

const clients = realClients();
const { connect, aThread } = clients;
const { aChat, shownByThread, runOf, ended } = chatPages(clients, rendering());

const approvalIds = (message: UIMessage | undefined): string[] =>
  (message?.parts ?? []).flatMap((part) =>
    part.type === "dynamic-tool" && part.state === "approval-requested" ? [part.approval.id] : [],
  );

describe("a call that waits", () => {
  test("for an approval is decided in the chat, and the answer goes on in its place", async () => {
    const threadId = await aThread();
    const chat = await aChat({
      threadId,
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    });
    await chat.current().sendMessage({ text: "You may pay" });
    const asked = await chat.ready();
    expect(partStates(asked.messages[1])).toEqual(["text", "approval-requested", "output-available"]);
    expect(asked.messages[1]?.metadata).toMatchObject({ usage: { calls: 1 } });
    const [id] = approvalIds(asked.messages[1]);
    await asked.addToolApprovalResponse({ id: id!, approved: true });
    const { messages } = await chat.until((state) => textShown(state.messages[1]).includes("Done"));
    await chat.ready();
    expect(partStates(messages[1]).slice(0, 3)).toEqual(["text", "output-available", "output-available"]);
    expect(await ended(threadId)).toMatchObject({ state: { kind: "completed" } });
    expect(comparable(chat.current().messages)).toEqual(comparable(await shownByThread(threadId)));
  });

  test("is denied with a reason", async () => {
    const threadId = await aThread();
    const chat = await aChat({
      threadId,
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    });
    await chat.current().sendMessage({ text: "You may pay" });
    const [id] = approvalIds((await chat.ready()).messages[1]);
    await chat.current().addToolApprovalResponse({ id: id!, approved: false, reason: "Too much." });
    await ended(threadId);
    const { messages } = await chat.until((state) => partStates(state.messages[1]).includes("output-denied"));
    expect(messages[1]?.parts[1]).toMatchObject({ approval: { approved: false, reason: "Too much." } });
  });

  test("that somebody decides elsewhere is no error here", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId });
    await chat.current().sendMessage({ text: "You may pay" });
    const [id] = approvalIds((await chat.ready()).messages[1]);
    const { runId } = (await runOf(threadId))!;
    await connect().mutation(chatApi.decideApproval, { runId, callId: id!, approved: false });
    await ended(threadId);
    await chat.current().addToolApprovalResponse({ id: id!, approved: true });
    await chat.current().sendMessage();
    const { messages, error } = await chat.ready();
    expect(error).toBeUndefined();
    expect(partStates(messages[1])[1]).toBe("output-denied");
  });

  test("goes on waiting where its request is aborted after it was told", async () => {
    const threadId = await aThread();
    const controller = new AbortController();
    const transport = chatOn(connect());
    const message: UIMessage = { id: "asked", role: "user", parts: [{ type: "text", text: "You may pay" }] };
    const chunks = await transport.sendMessages({
      ...{ trigger: "submit-message", chatId: threadId, messageId: undefined, messages: [message] },
      abortSignal: controller.signal,
    });
    const reader = chunks.getReader();
    while (!(await reader.read()).done);
    controller.abort();
    await new Promise((resolve) => setTimeout(resolve, 0));
    await connect().query(chatApi.getRun, { threadId });
    expect((await runOf(threadId))?.state.kind).toBe("awaitingApproval");
  });

  test("of somebody else's thread is refused in plain words", async () => {
    const threadId = await aThread();
    const transport = chatOn(connect("sam"));
    const resumed = transport.reconnectToStream({ chatId: threadId });
    await expect(resumed).rejects.toThrow(/^[A-Z][^{]*\.$/);
  });

  test("for a result gets it from the page", async () => {
    const threadId = await aThread();
    const chat = await aChat({
      threadId,
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
    });
    await chat.current().sendMessage({ text: "Show me the form" });
    const asked = await chat.ready();
    expect(partStates(asked.messages[1])).toEqual(["text", "input-available"]);
    const call = asked.messages[1]?.parts[1] as { toolCallId: string };
    const { toolCallId } = call;
    await asked.addToolOutput({ tool: "form", toolCallId, output: { street: "Kirkegata" } });
    await ended(threadId);
    const { messages } = await chat.until((state) => textShown(state.messages[1]).includes("Kirkegata"));
    expect(messages).toHaveLength(2);
  });

  test("for a result that no function of the app takes ends there: nothing is sent again and again", async () => {
    const threadId = await aThread();
    const { answerTool: _, ...api } = chatApi;
    const chat = await aChat({ threadId, options: { api } });
    await chat.current().sendMessage({ text: "Show me the form" });
    const asked = await chat.ready();
    const { toolCallId } = asked.messages[1]?.parts[1] as { toolCallId: string };
    await asked.addToolOutput({ tool: "form", toolCallId, output: { street: "Kirkegata" } });
    const { messages } = await chat.until((state) =>
      partStates(state.messages[1]).includes("output-available"),
    );
    expect(lastAssistantMessageIsCompleteWithToolCalls({ messages })).toBe(true);
    const chunks = await chatOn(chat.client, { api }).sendMessages({
      ...{ trigger: "submit-message", chatId: threadId, messageId: messages[1]?.id, messages },
      abortSignal: undefined,
    });
    const told: UIMessageChunk[] = [];
    await chunks.pipeTo(new WritableStream({ write: (chunk) => void told.push(chunk) }));
    expect(told.at(-1)).toMatchObject({ type: "finish", finishReason: "interrupted" });
    expect((await runOf(threadId))?.state.kind).toBe("awaitingResult");
  });

  test("is asked about again after a reload", async () => {
    const threadId = await aThread();
    const first = await aChat({ threadId });
    await first.current().sendMessage({ text: "You may pay" });
    await first.ready();
    const second = await aChat({ threadId, history: [], resume: true });
    const { messages } = await second.until((state) =>
      partStates(state.messages[0]).includes("approval-requested"),
    );
    expect(messages).toHaveLength(1);
  });
});

describe("what cannot be done is said in plain words", () => {
  test("a model that fails", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId });
    await chat.current().sendMessage({ text: "Now fail" });
    const { error, messages } = await chat.until(({ status }) => status === "error");
    takeComplaints(); // what the host logs of it, in this process
    expect(error?.message).toContain("The model is on fire.");
    expect(messages[1]?.metadata).toMatchObject({ state: { kind: "failed" } });
  });

  test("a refused prompt, which is sent once more with the same operation", async () => {
    const threadId = await aThread();
    const sent: string[] = [];
    const args = ({ threadId: to, prompt, operationId }: SentMessage): SendArgs => {
      sent.push(operationId);
      return { threadId: to, operationId, prompt: sent.length === 1 ? "refuse" : prompt };
    };
    const chat = await aChat({ threadId, options: { args } });
    await chat.current().sendMessage({ text: "Hello" });
    const { error } = await chat.until(({ status }) => status === "error");
    expect(error?.message).toBe("You ask too often: wait a minute.");
    await chat.current().regenerate();
    const { messages } = await chat.ready();
    expect(textShown(messages[1])).toBe("You said: Hello.");
    expect(sent).toEqual([sent[0], sent[0]]);
    await chat.current().sendMessage({ text: "Again" });
    expect(new Set(sent).size).toBe(2);
  });

  test("a thread of somebody else, to send to and to resume", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId, client: connect("sam"), resume: true });
    const resumed = await chat.until(({ status }) => status === "error");
    expect(resumed.error?.message).toContain("No such thread");
    await chat.current().sendMessage({ text: "Hello" });
    const { error } = await chat.until(({ status, messages }) => status === "error" && messages.length === 1);
    expect(error?.message).toContain("No such thread");
  });

  test("a file that was not uploaded, and one that was", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId });
    const file = { type: "file" as const, mediaType: "text/plain" };
    await chat.current().sendMessage({ text: "Read", files: [{ ...file, url: "data:text/plain,Hello" }] });
    const { error } = await chat.until(({ status }) => status === "error");
    expect(error?.message).toContain("was not uploaded");
    await chat
      .current()
      .sendMessage(
        { text: "this", files: [{ ...file, url: "agent-memory-file:abc" }] },
        { body: { tone: "kindly" } },
      );
    await chat.ready();
    expect(userRows(await shownByThread(threadId))).toEqual(["file abc kindly this"]);
  });

  test("an edit of what was sent, and an answer that is asked for twice", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId });
    await chat.current().sendMessage({ text: "Hello" });
    const { messages } = await chat.ready();
    await chat.current().regenerate();
    expect((await chat.until(({ status }) => status === "error")).error?.message).toContain(
      "answer a message twice",
    );
    await chat.current().sendMessage({ text: "Hallo", messageId: messages[0]!.id });
    expect((await chat.until(({ error }) => error?.message.includes("changed") === true)).status).toBe(
      "error",
    );
    expect(await shownByThread(threadId)).toHaveLength(2);
  });

  test("with a mutation for it, an answer that is asked for twice is given twice", async () => {
    const threadId = await aThread();
    const chat = await aChat({ threadId, options: { regenerate: again } });
    await chat.current().sendMessage({ text: "Hello" });
    const { messages: before } = await chat.ready();
    await chat.current().regenerate();
    const { messages } = await chat.ready();
    expect(textShown(messages[1])).toBe("You said: Hello.");
    expect(messages[1]?.id).not.toBe(before[1]?.id);
    expect((await shownByThread(threadId)).map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "assistant",
    ]);
  });
});
