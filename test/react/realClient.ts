// The store of `convex-agent-memory/react` on the genuine Convex client, over a WebSocket to the embedded host.
import { ConvexReactClient } from "convex/react";
import { makeFunctionReference } from "convex/server";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import WebSocket from "ws";
import type { Host } from "../../host/index.js";
import { ThreadStore, type ThreadApi, type ThreadSnapshot } from "../../src/react/index.js";
import { text } from "../support/aMemory.js";
import { startApp } from "../support/appHost.js";
import { used } from "../support/turns.js";

const api: ThreadApi = {
  listMessages: makeFunctionReference("chat:listMessages"),
  followStream: makeFunctionReference("chat:followStream"),
  getRun: makeFunctionReference("chat:getRun"),
};
export const OLGA = { tenantId: "acme", userId: "olga" };

/** What a client asked of its socket: each list is the names of the queries that one message added. */
export class Trips {
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

export type Streaming = { threadId: string; runId: string; streamId: string; messageId: string };

/** A host for the tests of a file, and clients of it that are closed after each. */
export function realClients() {
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

  function connect(userId: string | null = OLGA.userId, trips = new Trips()): ConvexReactClient {
    const client = new ConvexReactClient(host.url!, {
      webSocketConstructor: trips.socket as never,
      unsavedChangesWarning: false,
      logger: false,
    });
    if (userId !== null) client.setAuth(async () => host.makeToken({ subject: userId }));
    opened.push(client);
    return client;
  }

  const door = (path: string, args: Record<string, unknown>) =>
    host.callComponent("agentMemory", "mutation", path, { caller: OLGA, ...args });

  async function aThread(): Promise<string> {
    return ((await door("threads:create", {})) as { threadId: string }).threadId;
  }

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

  return { theHost: () => host, connect, door, aThread, anAnswer, say, finish };
}

export type Watched = { store: ThreadStore; seen: ThreadSnapshot[]; stop: () => void };

export function watch(client: ConvexReactClient, threadId: string, limit?: number): Watched {
  const store = new ThreadStore(client, api, { threadId, ...(limit === undefined ? {} : { limit }) });
  const seen: ThreadSnapshot[] = [];
  const stop = store.subscribe(() => seen.push(store.getSnapshot()));
  return { store, seen, stop };
}

export type Shown = ThreadSnapshot["messages"][number];
export const textOf = ({ parts }: Shown): string =>
  parts.map((part) => (part.type === "text" ? part.text : "")).join("");
export const textsOf = ({ messages }: ThreadSnapshot): string[] => messages.map(textOf);
export const idsOf = ({ messages }: ThreadSnapshot): string[] => messages.map(({ id }) => id);
export const lastText = ({ store }: Watched): string => textsOf(store.getSnapshot()).at(-1) ?? "";
export const isDone = ({ run, messages }: ThreadSnapshot): boolean =>
  run !== null &&
  "endedAt" in run.state &&
  messages.every(({ metadata }) => metadata?.state.kind !== "streaming");

/** Fails where, from one state to the next, a message went, came twice, changed its place or lost words or parts. */
export function expectNoFlicker(seen: readonly ThreadSnapshot[]): void {
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
