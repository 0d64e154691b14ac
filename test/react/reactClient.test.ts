// A thread as the genuine Convex client shows it, over a WebSocket to the embedded host.
import { makeFunctionReference } from "convex/server";
import { describe, expect, test } from "vitest";
import { said } from "../support/aMemory.js";
import { identityOf, until } from "../support/appHost.js";
import {
  expectNoFlicker,
  idsOf,
  isDone,
  lastText,
  OLGA,
  realClients,
  textOf,
  textsOf,
  Trips,
  watch,
} from "./realClient.js";

const cancelRun = makeFunctionReference<"mutation">("chat:cancelRun");
const { theHost, connect, door, aThread, anAnswer, say, finish } = realClients();

describe("a thread in the genuine client", () => {
  test("shows each word of an answer as it is written, under one id, and the row after it without a flicker", async () => {
    const answer = await anAnswer(await aThread());
    const watched = watch(connect(), answer.threadId);
    let words = "";
    for (let seq = 0; seq < 40; seq++) {
      await say(answer, seq, `${seq} `);
      words += `${seq} `;
      await until(
        () => lastText(watched),
        (shown) => shown === words,
      );
    }
    await finish(answer, `${words}The end.`);
    await until(watched.store.getSnapshot, isDone);
    expect(textsOf(watched.store.getSnapshot())).toEqual(["Tell me.", `${words}The end.`]);
    expect(idsOf(watched.store.getSnapshot()).at(-1)).toBe(answer.messageId);
    expectNoFlicker(watched.seen);
  });

  test("joins late in two round trips, and sees what everybody sees", async () => {
    const answer = await anAnswer(await aThread());
    const words = Array.from({ length: 121 }, (_, seq) => `${seq} `);
    for (const [seq, word] of words.entries()) await say(answer, seq, word);
    const trips = new Trips();
    const watched = watch(connect(OLGA.userId, trips), answer.threadId);
    const shown = () => ({ text: lastText(watched), trips: trips.asked.length });
    const reached = await until(shown, ({ text: seen }) => seen === words.join(""));
    expect(reached.trips).toBeLessThanOrEqual(2 + 1); // the third asks for what is not written yet
    expect(trips.asked.slice(0, 2)).toEqual([["chat:listMessages", "chat:getRun"], ["chat:followStream"]]);
    const whole = watched.seen.findIndex((snapshot) => textsOf(snapshot).at(-1) === words.join(""));
    expect(textsOf(watched.seen[whole - 1]!).at(-1)).toBe(""); // all of it at once, not chunk by chunk
    await finish(answer, words.join(""));
    await until(watched.store.getSnapshot, isDone);
    expectNoFlicker(watched.seen);
  });

  test.each([
    ["in an action", "action", "narrator:stream"],
    ["of a durable run", "mutation", "narrator:start"],
  ] as const)(
    "shows the steps, the tool and the answer of an agent %s as one message that only grows",
    async (_name, kind, path) => {
      const threadId = await aThread();
      const watched = watch(connect(), threadId);
      await until(watched.store.getSnapshot, ({ isLoading }) => !isLoading);
      const asked = { threadId, prompt: "A story, please." };
      await theHost().call(kind, path, asked, identityOf(OLGA.userId));
      await until(watched.store.getSnapshot, isDone);
      const { messages } = watched.store.getSnapshot();
      expect(textOf(messages[1]!)).toMatch(/^Let me look\. word-0 .* word-79$/);
      expect(messages[1]!.parts.map(({ type }) => type)).toEqual([
        "text",
        "dynamic-tool",
        "step-start",
        "text",
      ]);
      expectNoFlicker(watched.seen);
      expect(new Set(watched.seen.map((snapshot) => textsOf(snapshot)[1])).size).toBeGreaterThan(5);
    },
  );

  test("goes on after a lost connection without losing what it showed", async () => {
    const answer = await anAnswer(await aThread());
    const watched = watch(connect(), answer.threadId);
    await say(answer, 0, "before ");
    await until(
      () => lastText(watched),
      (shown) => shown === "before ",
    );
    theHost().dropConnections();
    await say(answer, 1, "meanwhile ");
    await until(
      () => lastText(watched),
      (shown) => shown === "before meanwhile ",
    );
    await finish(answer, "before meanwhile after");
    await until(watched.store.getSnapshot, isDone);
    expectNoFlicker(watched.seen);
  });

  test("keeps what was said when the run is canceled from the browser", async () => {
    const answer = await anAnswer(await aThread());
    const client = connect();
    const watched = watch(client, answer.threadId);
    await say(answer, 0, "Half of ");
    await until(
      () => lastText(watched),
      (shown) => shown === "Half of ",
    );
    await client.mutation(cancelRun, { runId: answer.runId });
    const { run } = await until(watched.store.getSnapshot, isDone);
    expect(run?.state.kind).toBe("canceled");
    expect(lastText(watched)).toBe("Half of ");
    expect(await say(answer, 1, "nothing")).toEqual({ alive: false });
    expectNoFlicker(watched.seen);
  });

  test("loads older pages without a gap or a repetition, also while new messages come", async () => {
    const threadId = await aThread();
    const messages = Array.from({ length: 25 }, (_, index) => said("user", `${index}`));
    await door("messages:append", { threadId, messages });
    const watched = watch(connect(), threadId, 10);
    await until(watched.store.getSnapshot, ({ messages: shown }) => shown.length === 10);
    const loading = watched.store.loadMore();
    await door("messages:append", { threadId, messages: [said("user", "25")] });
    await loading;
    await watched.store.loadMore();
    const all = Array.from({ length: 26 }, (_, index) => `${index}`);
    await until(
      () => textsOf(watched.store.getSnapshot()),
      (shown) => shown.length === all.length,
    );
    expect(textsOf(watched.store.getSnapshot())).toEqual(all);
    expect(watched.store.getSnapshot().canLoadMore).toBe(false);
  });

  test("tells a stranger that there is no such thread, and one who is not signed in that they are not", async () => {
    const threadId = await aThread();
    for (const [userId, code] of [
      ["sam", "THREAD_NOT_FOUND"],
      [null, "UNAUTHENTICATED"],
    ] as const) {
      const { store } = watch(connect(userId), threadId);
      const { error } = await until(store.getSnapshot, (snapshot) => snapshot.error !== undefined);
      expect(error).toMatchObject({ data: { code } });
      expect(store.getSnapshot()).toMatchObject({ messages: [], isLoading: false });
    }
  });

  test("asks nothing more once nobody listens", async () => {
    const answer = await anAnswer(await aThread());
    const watched = watch(connect(), answer.threadId);
    await say(answer, 0, "x");
    await until(
      () => lastText(watched),
      (shown) => shown === "x",
    );
    watched.stop();
    await until(
      () => theHost().subscriptionStats().liveQueries,
      (live) => live === 0,
    );
  });
});
