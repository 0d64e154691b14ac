import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Host } from "../../host/index.js";
import { encodeTimestamp, normalizeFunctionPath, type ClientMessage } from "../../host/protocol.js";
import { eventually, fixtureApp, startFixture } from "./fixtureHost.js";
import { startHostProcess } from "./hostProcess.js";
import { connectRaw } from "./rawClient.js";

const add = (requestId: number, text: string): ClientMessage => ({
  type: "Mutation",
  requestId,
  udfPath: "notes:add",
  args: [{ channel: "raw", text }],
});

describe("a request that is sent again", () => {
  test("after a reconnect gets its first answer and is not applied again", async () => {
    const host = await startFixture();
    const first = await connectRaw(host.url!, "session-one");
    first.send(add(7, "once"));
    const answer = await first.heard("MutationResponse");
    first.close();
    const again = await connectRaw(host.url!, "session-one");
    again.send(add(7, "once"));
    expect(await again.heard("MutationResponse")).toEqual(answer);
    const stranger = await connectRaw(host.url!, "session-two");
    stranger.send(add(7, "of another session"));
    await stranger.heard("MutationResponse");
    expect(await host.call("query", "notes:list", { channel: "raw" })).toEqual([
      "once",
      "of another session",
    ]);
    await host.close();
  });

  test("after the host was killed gets its first answer and is not applied again", async () => {
    const directory = mkdtempSync(join(tmpdir(), "embedded-host-"));
    const args = ["--app", fixtureApp, "--database", join(directory, "host.sqlite")];
    const list = (url: string) =>
      new ConvexHttpClient(url).query(anyApi["notes"]!["list"]!, { channel: "raw" });
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const first = await startHostProcess(args);
    onTestFinished(() => first.kill());
    const client = await connectRaw(first.url, "session-one");
    client.send(add(7, "once"));
    const answer = await client.heard("MutationResponse");
    await first.kill();
    const second = await startHostProcess(args);
    onTestFinished(() => second.kill());
    const again = await connectRaw(second.url, "session-one");
    again.send(add(7, "once"));
    expect(await again.heard("MutationResponse")).toEqual(answer);
    again.send(add(8, "twice"));
    await again.heard("MutationResponse", ({ requestId }) => requestId === 8);
    expect(await list(second.url)).toEqual(["once", "twice"]);
  });
});

describe("a client that errs, or asks for something else", () => {
  let host: Host;
  beforeAll(async () => {
    host = await startFixture();
  });
  afterAll(() => host.close());

  test.each<[string, ClientMessage | string]>([
    ["no JSON", "{not json"],
    ["an unknown message", JSON.stringify({ type: "Sing" })],
    [
      "a query set it was not given",
      { type: "ModifyQuerySet", baseVersion: 5, newVersion: 6, modifications: [] },
    ],
  ])("by sending %s loses its connection, and the host goes on", async (_name, message) => {
    const client = await connectRaw(host.url!, "erring");
    client.send(message);
    await client.heard("FatalError");
    await eventually(
      () => host.subscriptionStats().connections,
      (count) => count === 0,
    );
    expect(await host.call("query", "notes:list", { channel: "none" })).toEqual([]);
  });

  test.each([
    ["a body that is no JSON", "/api/query", "{", 400],
    ["an unknown route", "/nowhere", "{}", 404],
    ["another method", "/api/storage/upload", undefined, 405],
  ])("over HTTP with %s gets a status and no stack", async (...[, path, body, status]) => {
    const answer = await fetch(`${host.url}${path}`, { method: body === undefined ? "GET" : "POST", body });
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toContain("    at ");
  });

  test("the app's own routes run with the caller's identity and may run its functions", async () => {
    const post = (headers: Record<string, string>) =>
      fetch(`${host.url}/notes`, { method: "POST", body: "by post", headers });
    const answer = await post({ authorization: `Bearer ${await host.makeToken({ subject: "ada" })}` });
    expect([answer.status, answer.headers.get("x-kind")]).toEqual([201, "note"]);
    expect(await answer.text()).toBe("thanks, ada");
    expect(await (await post({})).text()).toBe("thanks, nobody");
    expect(await host.call("query", "notes:list", { channel: "posted" })).toEqual(["by post", "by post"]);
  });

  test("asking for a file that is not there gets 404", async () => {
    expect((await fetch(`${host.url}/api/storage/nothing`)).status).toBe(404);
    expect((await fetch(`${host.url}/api/storage/nothing?component=nowhere`)).status).toBe(404);
  });
});

describe("the protocol's encodings", () => {
  test("timestamps are little-endian 64-bit integers in base 64", () => {
    expect(encodeTimestamp(1n)).toBe("AQAAAAAAAAA=");
    expect(encodeTimestamp(2n ** 63n)).toBe("AAAAAAAAAIA=");
  });

  test("file extensions in function paths do not count", () => {
    expect(normalizeFunctionPath("folder/file.js:name")).toBe("folder/file:name");
    expect(normalizeFunctionPath("file")).toBe("file");
  });
});
