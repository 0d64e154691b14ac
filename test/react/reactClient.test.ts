// The store of `convex-agent-memory/react` on the genuine Convex client, over a WebSocket to the embedded host.
import { ConvexReactClient } from "convex/react";
import { makeFunctionReference } from "convex/server";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import WebSocket from "ws";
import { makeToken, type Host } from "../../host/index.js";
import { ThreadStore, type ThreadApi, type ThreadSnapshot } from "../../src/react/index.js";
import { said, text } from "../support/aMemory.js";
import { identityOf, startApp, until } from "../support/appHost.js";
import { used } from "../support/turns.js";

const api: ThreadApi = {
  listMessages: makeFunctionReference("chat:listMessages"),
  followStream: makeFunctionReference("chat:followStream"),
  getRun: makeFunctionReference("chat:getRun"),
};
const cancelRun = makeFunctionReference<"mutation">("chat:cancelRun");
const OLGA = { tenantId: "acme", userId: "olga" };

let host: Host;
const opened: ConvexReactClient[] = [];
beforeAll(async () => {
  vi.spyOn(console, "info").mockImplementation(() => {}); // the workpool's reports
  host = await startApp();
});
afterEach(async () => {
  for (const client of opened.splice(0)) await client.close();
});
afterAll(() => host.close());

/** What a client asked of its socket: each list is the names of the queries that one message added. */
class Trips {
  readonly asked: string[][] = [];
  readonly socket: typeof WebSocket;

  constructor() {
    const { asked } = this;
    this.socket = class extends WebSocket {
      override send(data: string): void {
        const { type, modifications = [] } = JSON.parse(data) as {
          type: string;
          modifications?: { type: string; udfPath: string }[];
        };
        const added = modifications.filter((change) => change.type === "Add").map(({ udfPath }) => udfPath);
        if (type === "ModifyQuerySet" && added.length > 0) asked.push(added);
        super.send(data);
      }
    };
  }
}

function connect(userId: string | null = OLGA.userId, trips = new Trips()): ConvexReactClient {
  const client = new ConvexReactClient(host.url!, {
    webSocketConstructor: trips.socket as never,
    unsavedChangesWarning: false,
    logger: false,
  });
  if (userId !== null) client.setAuth(async () => makeToken({ subject: userId }));
  opened.push(client);
  return client;
}

const door = (path: string, args: Record<string, unknown>) =>
  host.callComponent("agentMemory", "mutation", path, { caller: OLGA, ...args });

async function aThread(): Promise<string> {
  return ((await door("threads:create", {})) as { threadId: string }).threadId;
}

type Streaming = { threadId: string; runId: string; streamId: string; messageId: string };

/** A run whose answer is being written by the test. */
async function anAnswer(threadId: string): Promise<Streaming> {
  const prompt = [text("Tell me.")];
  const begin = { threadId, agentName: "narrator", engine: "action", prompt, stream: true };
  return { threadId, ...((await door("turns:begin", begin)) as Omit<Streaming, "threadId">) };
}

const say = ({ streamId }: Streaming, seq: number, words: string) =>
  door("streams:append", { streamId, seq, deltas: JSON.stringify([{ kind: "text", text: words }]) });

const finish = ({ runId }: Streaming, words: string) =>
  door("turns:saveStep", {
    ...{ runId, step: 0, results: [], usage: used, finish: true },
    message: { parts: [text(words)] },
  });

type Watched = { store: ThreadStore; seen: ThreadSnapshot[]; stop: () => void };

function watch(client: ConvexReactClient, threadId: string, limit?: number): Watched {
  const store = new ThreadStore(client, api, { threadId, ...(limit === undefined ? {} : { limit }) });
  const seen: ThreadSnapshot[] = [];
  const stop = store.subscribe(() => seen.push(store.getSnapshot()));
  return { store, seen, stop };
}

type Shown = ThreadSnapshot["messages"][number];
const textOf = ({ parts }: Shown): string =>
  parts.map((part) => (part.type === "text" ? part.text : "")).join("");
const textsOf = ({ messages }: ThreadSnapshot): string[] => messages.map(textOf);
const idsOf = ({ messages }: ThreadSnapshot): string[] => messages.map(({ id }) => id);
const lastText = ({ store }: Watched): string => textsOf(store.getSnapshot()).at(-1) ?? "";
const isDone = ({ run, messages }: ThreadSnapshot): boolean =>
  run !== null &&
  "endedAt" in run.state &&
  messages.every(({ metadata }) => metadata?.state.kind !== "streaming");

/** Fails where, from one state to the next, a message went, came twice, changed its place or lost words or parts. */
function expectNoFlicker(seen: readonly ThreadSnapshot[]): void {
  for (const [index, now] of seen.entries()) {
    expect(new Set(idsOf(now)).size).toBe(now.messages.length);
    const before = seen[index - 1];
    if (before === undefined) continue;
    expect(idsOf(now).slice(0, before.messages.length)).toEqual(idsOf(before));
    for (const [place, message] of before.messages.entries()) {
      const after = now.messages[place]!;
      expect(textOf(after).startsWith(textOf(message))).toBe(true);
      expect(after.parts.length).toBeGreaterThanOrEqual(message.parts.length);
    }
  }
}

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
      await host.call(kind, path, asked, identityOf(OLGA.userId));
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
    host.dropConnections();
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

  test("begins an answer anew in its place when its step is started again", async () => {
    const answer = await anAnswer(await aThread());
    const watched = watch(connect(), answer.threadId);
    await say(answer, 0, "A first try");
    await until(
      () => lastText(watched),
      (shown) => shown === "A first try",
    );
    const again = (await door("turns:open", { runId: answer.runId, step: 0, stream: true })) as Streaming;
    expect(again.messageId).toBe(answer.messageId);
    await say({ ...answer, ...again }, 0, "Second");
    await until(
      () => lastText(watched),
      (shown) => shown === "Second",
    );
    expect(new Set(watched.seen.map((snapshot) => idsOf(snapshot)[1])).size).toBe(1);
    expect(new Set(watched.seen.map((snapshot) => textsOf(snapshot)[1]))).toEqual(
      new Set(["", "A first try", "Second"]),
    );
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
      () => host.subscriptionStats().liveQueries,
      (live) => live === 0,
    );
  });
});
