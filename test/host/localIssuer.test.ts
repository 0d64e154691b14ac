// Tokens for development, and what pages of other origins may do with a host.
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { LOCAL_ISSUER, localUserId, signIn, startHost, type Host } from "../../host/index.js";
import { fixtureApp } from "./fixtureHost.js";
import { askOverHttp, startTrusting } from "./issuers.js";

const own = { providers: [{ domain: LOCAL_ISSUER, applicationID: "embedded-host" }] };

let host: Host;
beforeAll(async () => {
  host = await startTrusting(own);
});
afterAll(() => host.close());

describe("the local issuer", () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${host.url}/local-auth/token`, { method: "POST", body, headers });

  test("names the demo users, and signs them in with their claims", async () => {
    const answer = await fetch(`${host.url}/local-auth/users`);
    expect(await answer.json()).toEqual({
      users: [
        { subject: "ada", name: "Ada", role: "admin", tenant: "demo" },
        { subject: "ben", name: "Ben", role: "member", tenant: "demo" },
      ],
    });
    const token = await signIn(host.url!, "ben");
    expect((await askOverHttp(host, token)).body.value).toEqual({
      ...{ subject: "ben", name: "Ben", role: "member", tenant: "demo" },
      ...{ issuer: LOCAL_ISSUER, tokenIdentifier: localUserId("ben") },
    });
  });

  test("signs in anybody else too, with the claims that are asked for", async () => {
    const token = await signIn(host.url!, "grace", { role: "auditor", sub: "ada", iss: "https://e.example" });
    expect((await askOverHttp(host, token)).body.value).toMatchObject({ subject: "grace", role: "auditor" });
  });

  test("tells its public keys, and only those", async () => {
    const { keys } = (await (await fetch(`${host.url}/local-auth/jwks.json`)).json()) as { keys: object[] };
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0]!)).not.toContain("d");
  });

  test.each(["", "{", "null", "[]", "{}", '{"subject":""}', '{"subject":1}', '{"subject":"a","claims":[]}'])(
    "answers %j with 400 and what to send",
    async (body) => {
      const answer = await post(body);
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("subject")]);
    },
  );

  test.each<[string, Record<string, string>]>([
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page without an origin", { origin: "null" }],
    ["a name that was pointed at this machine", { host: "evil.example" }],
    ["a name that only begins like this machine's", { origin: "http://localhost.evil.example" }],
  ])("gives nothing to %s", async (_who, headers) => {
    // fetch would not send these headers.
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${host.url}/local-auth/token`, { method: "POST", headers }, (answer) => {
        answer.resume();
        resolve([answer.statusCode, answer.headers["access-control-allow-origin"]]);
      });
      sent.on("error", reject);
      sent.end('{"subject":"ada"}');
    });
    expect(status).toEqual([403, undefined]);
  });

  test("serves a page of this machine, through the proxy of its own server", async () => {
    const answer = await post('{"subject":"ada"}', { origin: "http://localhost:5173" });
    expect(answer.status).toBe(200);
    const preflight = await fetch(`${host.url}/local-auth/token`, { method: "OPTIONS" });
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("issues nothing where auth.config.ts names somebody else", async () => {
    const other = await startTrusting({
      providers: [{ domain: "https://issuer.example", applicationID: "app" }],
    });
    onTestFinished(() => other.close());
    expect((await fetch(`${other.url}/local-auth/users`)).status).toBe(404);
    await expect(signIn(other.url!, "ada")).rejects.toThrow("another issuer");
    expect((await askOverHttp(other, await other.makeToken({ subject: "ada" }))).status).toBe(401);
  });

  test("of another host lets nobody in", async () => {
    const other = await startTrusting(own);
    onTestFinished(() => other.close());
    expect((await askOverHttp(host, await other.makeToken({ subject: "ada" }))).status).toBe(401);
  });

  test("keeps its key in the database, so that a restart signs nobody out", async () => {
    const directory = mkdtempSync(join(tmpdir(), "embedded-host-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const options = { databaseFile: join(directory, "host.sqlite") };
    const first = await startTrusting(own, options);
    const token = await first.makeToken({ subject: "ada" });
    await first.close();
    const second = await startTrusting(own, options);
    onTestFinished(() => second.close());
    expect((await askOverHttp(second, token)).body.value).toMatchObject({ subject: "ada" });
  });

  test("can be given other users", async () => {
    const other = await startHost({ appDirectory: fixtureApp, users: [{ subject: "eve", plan: "free" }] });
    onTestFinished(() => other.close());
    const { users } = (await (await fetch(`${other.url}/local-auth/users`)).json()) as { users: object[] };
    expect(users).toEqual([{ subject: "eve", plan: "free" }]);
  });
});

describe("a page of another origin", () => {
  const preflight = (path: string, asked: string) =>
    fetch(`${host.url}${path}`, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:5173",
        "access-control-request-method": "POST",
        "access-control-request-headers": asked,
      },
    });

  test("may call functions as a signed-in user", async () => {
    const { headers } = await preflight("/api/query", "authorization,content-type");
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("access-control-allow-headers")).toBe("authorization,content-type");
  });

  test("may send a file to the address that a function gave it, and read what it is called", async () => {
    expect((await preflight("/api/storage/upload", "content-type")).status).toBe(204);
    const answer = await fetch(`${host.url}/api/storage/upload`, {
      method: "POST",
      headers: { origin: "http://localhost:5173", "content-type": "image/png" },
      body: new Uint8Array([1, 2, 3]),
    });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(await answer.json()).toEqual({ storageId: expect.any(String) as string });
  });

  test("may read why it was refused", async () => {
    const answer = await fetch(`${host.url}/api/query`, {
      method: "POST",
      headers: { origin: "http://localhost:5173", authorization: "Bearer nonsense" },
      body: JSON.stringify({ path: "who:asks", args: {} }),
    });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([401, "*"]);
  });
});
