import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ThreadStore } from "../../src/react/threadStore.js";
import type { StreamDelta } from "../../src/shared/foldDeltas.js";
import { aMessage, textPart } from "../parts/aMessage.js";
import { api, ThreadServer } from "./threadServer.js";

const says = (text: string): StreamDelta => ({ kind: "text", text });

function aThread(turns: number, limit = 4) {
  const server = new ThreadServer();
  for (let turn = 0; turn < turns; turn++)
    server.messages.push(aMessage("user", [textPart(`prompt ${turn}`)], { turn }));
  const store = new ThreadStore(server.client, api, { threadId: "thread", limit });
  return { server, store };
}

/** A thread that is being watched, with every state that its watcher saw. */
function aWatchedThread(turns: number, limit?: number) {
  const { server, store } = aThread(turns, limit);
  const seen: ReturnType<typeof store.getSnapshot>[] = [];
  const stop = store.subscribe(() => seen.push(store.getSnapshot()));
  server.deliver();
  return { server, store, stop, seen };
}

const idsOf = (store: ThreadStore) => store.getSnapshot().messages.map(({ id }) => id);
const turnsOf = (store: ThreadStore) => store.getSnapshot().messages.map(({ metadata }) => metadata?.turn);
const textsOf = (store: ThreadStore) =>
  store
    .getSnapshot()
    .messages.map(({ parts }) => parts.map((part) => (part.type === "text" ? part.text : "")).join(""));

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

describe("an answer that is being written", () => {
  test("grows under one id and never shrinks, also when its row takes the place of the stream", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(sizes, (bursts) => {
        const { server, store, seen } = aWatchedThread(1);
        const streamId = server.startStream({ turn: 0, step: 1 });
        server.deliver();
        let whole = "";
        for (const [index, burst] of bursts.entries()) {
          for (let chunk = 0; chunk < burst; chunk++) {
            server.append(streamId, says(`${index}.${chunk} `));
            whole += `${index}.${chunk} `;
          }
          server.deliver();
          expect(textsOf(store).at(-1)).toBe(whole);
        }
        server.finish(streamId, [textPart(whole)]);
        server.deliver();
        const shown = seen.map(({ messages }) => messages[1]).filter((message) => message !== undefined);
        expect(new Set(shown.map(({ id }) => id))).toEqual(new Set(["message-0-1"]));
        const lengths = shown.map(({ parts }) => (parts[0]?.type === "text" ? parts[0].text.length : 0));
        expect(lengths).toEqual([...lengths].sort((left, right) => left - right));
        expect(textsOf(store).at(-1)).toBe(whole);
        expect(server.watched).toHaveLength(2);
      }),
      { numRuns: 30 },
    );
  });

  test("is asked for from multiples of eight only, each once", () => {
    const { server } = aWatchedThread(1);
    const streamId = server.startStream({ turn: 0, step: 1 });
    server.deliver();
    for (let chunk = 0; chunk < 24; chunk++) {
      server.append(streamId, says("x"));
      server.deliver();
    }
    const cursors = server.asked.flatMap((asked) => /"after":(\d+)/.exec(asked)?.[1] ?? []);
    expect([...new Set(cursors)]).toEqual(["0", "8", "16", "24"]);
    expect(server.watched.filter((name) => name.includes("followStream"))).toHaveLength(1);
  });

  test("is followed beside another, and each through its own steps", () => {
    const { server, store } = aWatchedThread(1, 20);
    const first = server.startStream({ turn: 0, step: 1 });
    const second = server.startStream({ turn: 1, step: 1 });
    server.append(first, says("one"));
    server.append(second, says("two"));
    server.deliver();
    expect(textsOf(store)).toEqual(["prompt 0", "one", "two"]);
    server.finish(first, [textPart("one")]);
    server.append(server.startStream({ turn: 0, step: 2 }), says(" more"));
    server.deliver();
    expect(textsOf(store)).toEqual(["prompt 0", "one more", "two"]);
    expect(idsOf(store)).toEqual(["message-0-0", "message-0-1", "message-1-1"]);
  });

  test("that is begun again keeps its words until the new ones are as many, whatever they are", () => {
    const { server, store } = aWatchedThread(0);
    const first = server.startStream({ turn: 0, step: 1 });
    server.append(first, says("first try"));
    server.deliver();
    const again = server.restartStream(first, "again");
    server.deliver();
    expect(textsOf(store)).toEqual(["first try"]);
    server.append(again, says("other"));
    server.deliver();
    expect(textsOf(store)).toEqual(["first try"]);
    server.append(again, says(" words"));
    server.deliver();
    expect(textsOf(store)).toEqual(["other words"]);
    expect(idsOf(store)).toEqual(["message-0-1"]);
  });

  test("that is begun again and turns out shorter is shown when it is whole", () => {
    const { server, store } = aWatchedThread(0);
    const first = server.startStream({ turn: 0, step: 1 });
    server.append(first, says("a long first try"));
    server.deliver();
    const again = server.restartStream(first, "again");
    server.append(again, says("short"));
    server.deliver();
    expect(textsOf(store)).toEqual(["a long first try"]);
    server.finish(again, [textPart("short")]);
    server.deliver();
    expect(textsOf(store)).toEqual(["short"]);
  });

  test("never shrinks and never shows two tries at once, however often it is begun again", () => {
    const tries = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 0, maxLength: 6 }), {
      minLength: 2,
      maxLength: 5,
    });
    fc.assert(
      fc.property(tries, fc.boolean(), (attempts, isLate) => {
        const { server, store, seen } = aWatchedThread(1);
        let streamId = server.startStream({ turn: 0, step: 1 }, "try-0");
        const whole = attempts.map(() => "");
        for (const [attempt, bursts] of attempts.entries()) {
          if (attempt > 0) streamId = server.restartStream(streamId, `try-${attempt}`);
          if (!isLate) server.deliver();
          for (const burst of bursts) {
            const words = String(attempt).repeat(burst);
            server.append(streamId, says(words));
            whole[attempt] += words;
            server.deliver();
          }
        }
        const last = whole.at(-1) ?? "";
        const shown = seen.map(({ messages }) => messages[1]).filter((message) => message !== undefined);
        const texts = shown.map(({ parts }) => (parts[0]?.type === "text" ? parts[0].text : ""));
        for (const [index, words] of texts.entries()) {
          expect(words.length).toBeGreaterThanOrEqual(texts[index - 1]?.length ?? 0);
          expect(new Set(words).size).toBeLessThanOrEqual(1); // of one try alone
        }
        server.finish(streamId, [textPart(last)]);
        server.deliver();
        expect(textsOf(store).at(-1)).toBe(last);
        expect(new Set(shown.map(({ id }) => id)).size).toBeLessThanOrEqual(1);
        expect(server.watched).toHaveLength(2);
      }),
      { numRuns: 100 },
    );
  });

  test("does not fail the thread when its chunks were swept", () => {
    const { server, store } = aWatchedThread(1);
    server.chunks.delete(server.startStream({ turn: 0, step: 1 }));
    server.deliver();
    expect(store.getSnapshot().error).toBeUndefined();
    expect(idsOf(store)).toEqual(["message-0-0", "message-0-1"]);
  });

  test("leaves all other messages the same objects", () => {
    const { server, store } = aWatchedThread(3);
    const streamId = server.startStream({ turn: 2, step: 1 });
    server.deliver();
    const before = store.getSnapshot().messages;
    server.append(streamId, says("x"));
    server.deliver();
    const after = store.getSnapshot().messages;
    expect(after.map((message, index) => message === before[index])).toEqual([true, true, true, false]);
  });
});
