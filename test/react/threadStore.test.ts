import { describe, expect, test } from "vitest";
import { aMessage, textPart } from "../parts/aMessage.js";
import { says, aThread, aWatchedThread, turnsOf, textsOf } from "./watchedThread.js";

describe("a watched thread", () => {
  test("is loading until its newest page is there", () => {
    const { server, store } = aThread(2);
    store.subscribe(() => {});
    expect(store.getSnapshot()).toMatchObject({ isLoading: true, messages: [], canLoadMore: false });
    server.deliver();
    expect(store.getSnapshot()).toMatchObject({ isLoading: false, canLoadMore: false });
    expect(textsOf(store)).toEqual(["prompt 0", "prompt 1"]);
  });

  test("loads older pages one after the other, to the beginning", async () => {
    const { store } = aWatchedThread(10);
    expect(turnsOf(store)).toEqual([6, 7, 8, 9]);
    await Promise.all([store.loadMore(), store.loadMore()]);
    expect(turnsOf(store)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    await store.loadMore();
    expect(turnsOf(store)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(store.getSnapshot().canLoadMore).toBe(false);
    await store.loadMore();
    expect(turnsOf(store)).toHaveLength(10);
  });

  test("keeps what slides out of the newest page, and loads on from there", async () => {
    const { server, store } = aWatchedThread(6);
    for (const turn of [6, 7, 8]) {
      server.messages.push(aMessage("user", [textPart(`prompt ${turn}`)], { turn }));
      server.deliver();
    }
    expect(turnsOf(store)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    await store.loadMore();
    expect(turnsOf(store)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("forgets older pages when more has been said meanwhile than a page holds", async () => {
    const { server, store } = aWatchedThread(6);
    for (let turn = 6; turn < 20; turn++)
      server.messages.push(aMessage("user", [textPart("more")], { turn }));
    server.deliver();
    expect(turnsOf(store)).toEqual([16, 17, 18, 19]);
    await store.loadMore();
    expect(turnsOf(store)).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
  });

  test("asks anew for what it last saw unfinished", async () => {
    const { server, store } = aWatchedThread(2);
    const streamId = server.startStream({ turn: 1, step: 1 });
    server.deliver();
    for (let turn = 2; turn < 5; turn++) server.messages.push(aMessage("user", [textPart("more")], { turn }));
    server.deliver();
    server.finish(streamId, [textPart("The end.")]);
    for (let turn = 5; turn < 7; turn++) server.messages.push(aMessage("user", [textPart("more")], { turn }));
    server.deliver();
    await store.loadMore();
    expect(textsOf(store)).toEqual([
      "prompt 0",
      "prompt 1",
      "The end.",
      "more",
      "more",
      "more",
      "more",
      "more",
    ]);
  });

  test("leaves out a page that was asked for before", async () => {
    const { server, store } = aWatchedThread(6);
    const loading = store.loadMore();
    for (let turn = 6; turn < 20; turn++)
      server.messages.push(aMessage("user", [textPart("more")], { turn }));
    server.deliver();
    await loading;
    expect(turnsOf(store)).toEqual([16, 17, 18, 19]);
  });

  test("loses a message of the newest page that was removed", () => {
    const { server, store } = aWatchedThread(6);
    server.messages = server.messages.filter(({ turn }) => turn !== 4);
    server.deliver();
    expect(turnsOf(store)).toEqual([1, 2, 3, 5]);
  });

  test("shows what its queries throw, until they give a page again", () => {
    const { server, store } = aWatchedThread(1);
    server.isGone = true;
    server.deliver();
    expect(store.getSnapshot().error).toMatchObject({ data: { code: "THREAD_NOT_FOUND" } });
    server.isGone = false;
    server.deliver();
    expect(store.getSnapshot().error).toBeUndefined();
  });

  test.each(["chat:getRun", "chat:followStream"])(
    "forgets what %s threw once it gives a result",
    (broken) => {
      const { server, store } = aWatchedThread(2);
      server.startStream({ turn: 1, step: 1 });
      server.broken = broken;
      server.deliver();
      server.deliver();
      expect(store.getSnapshot().error?.message).toBe(`${broken} is broken`);
      server.broken = null;
      server.deliver();
      expect(store.getSnapshot().error).toBeUndefined();
    },
  );

  test("keeps what one query threw while another gives results", () => {
    const { server, store } = aWatchedThread(2);
    server.broken = "chat:getRun";
    server.deliver();
    server.messages.push(aMessage("user", [textPart("more")], { turn: 2 }));
    server.deliver();
    expect(store.getSnapshot().error?.message).toBe("chat:getRun is broken");
  });

  test("shows an answer under one id, also when its first steps are loaded later", async () => {
    const { server, store } = aThread(0, 2);
    server.messages.push(aMessage("user", [textPart("Go.")], { turn: 0 }));
    for (const step of [1, 2, 3, 4])
      server.messages.push(
        aMessage("assistant", [textPart(`step ${step}`)], { turn: 0, step, runId: "run" }),
      );
    store.subscribe(() => {});
    server.deliver();
    const [shown] = store.getSnapshot().messages;
    await store.loadMore();
    await store.loadMore();
    const [, whole] = store.getSnapshot().messages;
    expect(whole!.parts.filter(({ type }) => type === "text")).toHaveLength(4);
    expect(whole!.id).toBe(shown!.id);
    expect(whole!.metadata!.messageId).not.toBe(shown!.metadata!.messageId);
    server.messages.push(aMessage("assistant", [textPart("step 5")], { turn: 0, step: 5, runId: "run" }));
    server.deliver();
    expect(store.getSnapshot().messages.map(({ id }) => id)[1]).toBe(shown!.id);
  });

  test("watches nothing once the last listener has gone, also when a page comes late", async () => {
    const { server, store, stop } = aWatchedThread(6);
    server.startStream({ turn: 6, step: 1 });
    server.deliver();
    expect(server.watched).toHaveLength(3);
    const loading = store.loadMore();
    stop();
    await loading;
    expect(server.watched).toEqual([]);
  });

  test("goes on where it was when someone listens again", () => {
    const { server, store, stop } = aWatchedThread(1);
    const streamId = server.startStream({ turn: 0, step: 1 });
    server.append(streamId, says("Once"));
    server.deliver();
    stop();
    server.append(streamId, says(" upon"));
    store.subscribe(() => {});
    server.deliver();
    expect(textsOf(store)).toEqual(["prompt 0", "Once upon"]);
  });
});
