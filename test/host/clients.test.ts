import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { ConvexReactClient } from "convex/react";
import { anyApi } from "convex/server";
import { ConvexError } from "convex/values";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import type { Host } from "../../host/index.js";
import { eventually, startFixture } from "./fixtureHost.js";

const notes = anyApi["notes"]!;
const later = anyApi["later"]!;
const clientOptions = {
  webSocketConstructor: WebSocket as never,
  unsavedChangesWarning: false,
  logger: false as const,
};
let host: Host;
const opened: { close(): Promise<void> }[] = [];

function connect(): ConvexClient {
  const client = new ConvexClient(host.url!, clientOptions);
  opened.push(client);
  return client;
}

beforeAll(async () => {
  host = await startFixture();
});
afterAll(async () => {
  for (const client of opened) await client.close();
  await host.close();
});

describe("the genuine clients", () => {
  test("a subscriber hears of another client's mutation, and of nothing that does not concern it", async () => {
    const [watcher, writer] = [connect(), connect()];
    const heard: string[][] = [];
    watcher.onUpdate(notes["list"]!, { channel: "watched" }, (texts: string[]) => heard.push(texts));
    await eventually(
      () => heard.length,
      (count) => count === 1,
    );
    await writer.mutation(notes["add"]!, { channel: "watched", text: "one" });
    await eventually(
      () => heard.length,
      (count) => count === 2,
    );
    const runsBefore = host.subscriptionStats().queryRuns;
    await writer.mutation(notes["add"]!, { channel: "other", text: "elsewhere" });
    await writer.mutation(notes["add"]!, { channel: "watched", text: "two" });
    await eventually(
      () => heard.length,
      (count) => count === 3,
    );
    expect(heard).toEqual([[], ["one"], ["one", "two"]]);
    expect(host.subscriptionStats().queryRuns).toBe(runsBefore + 1);
  });

  test("equal queries of one identity run once for all watchers", async () => {
    const clients = [connect(), connect(), connect()];
    const heard = clients.map(() => 0);
    clients.forEach((client, place) =>
      client.onUpdate(notes["list"]!, { channel: "shared" }, () => {
        heard[place]!++;
      }),
    );
    await eventually(
      () => heard,
      (counts) => counts.every((count) => count === 1),
    );
    const runsBefore = host.subscriptionStats().queryRuns;
    await host.call("mutation", "notes:add", { channel: "shared", text: "once" });
    await eventually(
      () => heard,
      (counts) => counts.every((count) => count === 2),
    );
    expect(host.subscriptionStats().queryRuns).toBe(runsBefore + 1);
  });

  test("a mutation's result is followed by the state that holds it", async () => {
    const client = connect();
    let texts: string[] = [];
    client.onUpdate(notes["list"]!, { channel: "own" }, (value: string[]) => (texts = value));
    for (let round = 1; round <= 20; round++) {
      await client.mutation(notes["add"]!, { channel: "own", text: String(round) });
      await eventually(
        () => texts.length,
        (length) => length === round,
      );
    }
  });

  test("a failed mutation changes nothing and carries its data", async () => {
    const client = connect();
    const failure: unknown = await client
      .mutation(notes["addAndFail"]!, { channel: "failed" })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConvexError);
    expect((failure as ConvexError<{ code: string; channel: string }>).data).toEqual({
      code: "REFUSED",
      channel: "failed",
    });
    expect(await client.query(notes["list"]!, { channel: "failed" })).toEqual([]);
  });

  test("internal functions are refused over WebSocket and HTTP in the words of missing ones", async () => {
    const http = new ConvexHttpClient(host.url!);
    for (const client of [connect(), http]) {
      await expect(client.query(notes["countSecretly"]!, {})).rejects.toThrow(
        "Could not find public function",
      );
      await expect(client.mutation(notes["addSecretly"]!, { text: "x" })).rejects.toThrow(
        "Could not find public function",
      );
      await expect(client.query(notes["missing"]!, {})).rejects.toThrow("Could not find public function");
    }
    expect(await host.call("query", "notes:countSecretly")).toBeTypeOf("number");
  });

  test("a function is only called as what it is", async () => {
    const http = new ConvexHttpClient(host.url!);
    await expect(http.mutation(notes["list"]!, { channel: "x" })).rejects.toThrow("as mutation");
  });

  test("the HTTP client queries, mutates, acts and receives error data", async () => {
    const http = new ConvexHttpClient(host.url!);
    await http.mutation(notes["add"]!, { channel: "http", text: "posted" });
    expect(await http.query(notes["list"]!, { channel: "http" })).toEqual(["posted"]);
    expect(await http.action(later["nearest"]!, { vector: [1, 0, 0, 0], groups: ["none"] })).toEqual([]);
    const failure: unknown = await http
      .mutation(notes["addAndFail"]!, { channel: "http" })
      .catch((error: unknown) => error);
    expect((failure as ConvexError<{ code: string }>).data.code).toBe("REFUSED");
  });

  test("setAuth makes queries run as that user, and clearing it as nobody", async () => {
    const client = connect();
    const heard: (string | null)[] = [];
    client.onUpdate(notes["whoAmI"]!, {}, (subject: string | null) => heard.push(subject));
    await eventually(
      () => heard.length,
      (count) => count === 1,
    );
    client.setAuth(() => host.makeToken({ subject: "ada" }));
    await eventually(
      () => heard.at(-1),
      (subject) => subject === "ada",
    );
    const http = new ConvexHttpClient(host.url!, { auth: await host.makeToken({ subject: "grace" }) });
    expect(await http.query(notes["whoAmI"]!, {})).toBe("grace");
  });

  test("after a lost connection a client resubscribes and its pending mutation is applied once", async () => {
    const client = connect();
    let texts: string[] = [];
    client.onUpdate(notes["list"]!, { channel: "lossy" }, (value: string[]) => (texts = value));
    await eventually(
      () => host.subscriptionStats().liveQueries,
      (count) => count > 0,
    );
    for (let round = 0; round < 3; round++) {
      const pending = client.mutation(notes["add"]!, { channel: "lossy", text: String(round) });
      // The cut comes while the request is under way: before, during or after its commit.
      await new Promise((resolve) => setTimeout(resolve, round));
      host.dropConnections();
      await pending;
    }
    await eventually(
      () => texts.length,
      (length) => length >= 3,
    );
    expect(texts).toEqual(["0", "1", "2"]);
  });

  test("the React client watches a query", async () => {
    const client = new ConvexReactClient(host.url!, clientOptions);
    opened.push(client);
    const watch = client.watchQuery(notes["list"]!, { channel: "react" });
    let updates = 0;
    watch.onUpdate(() => updates++);
    await client.mutation(notes["add"]!, { channel: "react", text: "seen" });
    await eventually(
      () => watch.localQueryResult() as string[] | undefined,
      (texts) => texts?.[0] === "seen",
    );
    expect(updates).toBeGreaterThan(0);
  });

  test("an optimistic update is replaced by the server's state without a gap", async () => {
    const client = new ConvexReactClient(host.url!, clientOptions);
    opened.push(client);
    const args = { channel: "optimistic" };
    const watch = client.watchQuery(notes["list"]!, args);
    const seen: string[][] = [];
    watch.onUpdate(() => seen.push((watch.localQueryResult() as string[] | undefined) ?? []));
    await eventually(
      () => seen.length,
      (count) => count === 1,
    );
    await client.mutation(
      notes["add"]!,
      { ...args, text: "quick" },
      {
        optimisticUpdate: (store) => {
          store.setQuery(notes["list"]!, args, ["quick (sending)"]);
        },
      },
    );
    await eventually(
      () => seen.at(-1),
      (texts) => texts?.[0] === "quick",
    );
    expect(seen).toEqual([[], ["quick (sending)"], ["quick"]]);
  });

  test("upload URLs take a file and file URLs give it back", async () => {
    const client = connect();
    const uploadUrl = (await client.mutation(later["uploadUrl"]!, {})) as string;
    const answer = await fetch(uploadUrl, {
      method: "POST",
      headers: { "content-type": "text/x-note" },
      body: "bytes",
    });
    const { storageId } = (await answer.json()) as { storageId: string };
    const url = (await client.query(later["fileUrl"]!, { storageId })) as string;
    const file = await fetch(url);
    expect(file.headers.get("content-type")).toBe("text/x-note");
    expect(await file.text()).toBe("bytes");
  });

  test("the host listens on the loopback interface only", () => {
    expect(new URL(host.url!).hostname).toBe("127.0.0.1");
  });
});
