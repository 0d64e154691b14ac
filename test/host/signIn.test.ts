// Signing in over the WebSocket, with the genuine clients and with one that errs, for as long as a token holds.
import { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import WebSocket from "ws";
import { LOCAL_ISSUER, localUserId, type Host } from "../../host/index.js";
import { eventually, startFixture } from "./fixtureHost.js";
import { Provider, Signer, startTrusting, unsigned } from "./issuers.js";
import { connectRaw, type RawClient } from "./rawClient.js";

const who = anyApi["who"]!;
const MINUTE_MS = 60_000;
const own = { providers: [{ domain: LOCAL_ISSUER, applicationID: "embedded-host" }] };

let host: Host;
beforeAll(async () => {
  host = await startTrusting(own);
});
afterAll(() => host.close());

type Told = { subject?: string; role?: string; tenant?: string; name?: string } | null;

/** A genuine client that watches who it is, and how often it asked for a token. */
function watching(to: Host, token: () => Promise<string | null>) {
  const client = new ConvexClient(to.url!, {
    webSocketConstructor: WebSocket as never,
    unsavedChangesWarning: false,
    logger: false,
  });
  onTestFinished(() => client.close());
  const seen = { asked: 0, told: [] as Told[], isIn: [] as boolean[] };
  client.setAuth(
    () => {
      seen.asked++;
      return token();
    },
    (isIn) => seen.isIn.push(isIn),
  );
  client.onUpdate(who["asks"]!, {}, (told: Told) => seen.told.push(told));
  return { client, seen };
}

const authenticate = (client: RawClient, value: string | undefined, tokenType: "User" | "Admin" = "User") =>
  client.send({ type: "Authenticate", tokenType, value, baseVersion: 0 });

describe("a client with a token", () => {
  test("is who the token says, in queries, mutations and actions, with the claims of the token", async () => {
    const { client, seen } = watching(host, () =>
      host.makeToken({ subject: "ada", role: "admin", tenant: "t" }),
    );
    await eventually(
      () => seen.told.at(-1),
      (told) => told?.subject === "ada",
    );
    expect(seen.told.at(-1)).toMatchObject({
      role: "admin",
      tenant: "t",
      tokenIdentifier: localUserId("ada"),
    });
    expect(await client.mutation(who["writes"]!, {})).toBe("ada");
    expect(await client.action(who["acts"]!, {})).toBe("ada");
  });

  test("without the role that another token of the same user has sees nothing of what that one may", async () => {
    const admin = watching(host, () => host.makeToken({ subject: "ada", role: "admin" }));
    const member = watching(host, () => host.makeToken({ subject: "ada", role: "member" }));
    for (const [{ seen }, role] of [
      [admin, "admin"],
      [member, "member"],
    ] as const)
      await eventually(
        () => seen.told.at(-1)?.role,
        (told) => told === role,
      );
  });

  test("that nobody signed is signed out, not let in", async () => {
    const { seen } = watching(host, async () => unsigned(await host.makeToken({ subject: "ada" })));
    await eventually(
      () => seen.isIn.length,
      (count) => count > 0,
    );
    expect(seen.isIn).toEqual([false]);
    expect(seen.told.filter((told) => told !== null)).toEqual([]);
  });

  test("whose token has ended asks for another, and what it sent meanwhile is done once as that user", async () => {
    const aging = await startTrusting(own);
    onTestFinished(() => aging.close());
    const { client, seen } = watching(aging, () => aging.makeToken({ subject: "ada" }, 10 * MINUTE_MS));
    await eventually(
      () => seen.asked,
      (count) => count === 2, // the genuine client takes a fresh token once the first has been taken
    );
    await eventually(
      () => seen.told.at(-1),
      (told) => told?.subject === "ada",
    );
    await aging.shiftClock(11 * MINUTE_MS);
    expect(await client.mutation(who["writes"]!, {})).toBe("ada");
    expect(seen.asked).toBe(3);
    expect(seen.told.filter((told) => told === null)).toEqual([]);
  });
});

describe("a connection whose token is refused", () => {
  test.each<[string, (client: RawClient) => Promise<void>]>([
    ["no token", async (client) => authenticate(client, undefined)],
    ["nonsense", async (client) => authenticate(client, "nonsense")],
    [
      "an unsigned token",
      async (client) => authenticate(client, unsigned(await host.makeToken({ subject: "a" }))),
    ],
    [
      "a token of another issuer's key",
      async (client) => {
        const claims = { sub: "ada", iss: LOCAL_ISSUER, aud: "embedded-host" };
        authenticate(client, await (await Signer.create("EdDSA")).sign(claims));
      },
    ],
    [
      "an ended token",
      async (client) => authenticate(client, await host.makeToken({ subject: "ada" }, -MINUTE_MS)),
    ],
    ["an admin key", async (client) => authenticate(client, "a-key", "Admin")],
  ])("for %s is told so and closed, and nothing that it sent behind it is done", async (_what, send) => {
    const client = await connectRaw(host.url!, "refused");
    await send(client);
    client.send({ type: "Mutation", requestId: 1, udfPath: "who:writes", args: [{}] });
    expect(await client.heard("AuthError")).toMatchObject({ baseVersion: 0, authUpdateAttempted: true });
    await client.closed;
    expect(client.all.map(({ type }) => type)).toEqual(["AuthError"]);
  });

  test("what comes behind a good token waits for it", async () => {
    const client = await connectRaw(host.url!, "eager");
    authenticate(client, await host.makeToken({ subject: "ada" }));
    client.send({ type: "Mutation", requestId: 1, udfPath: "who:writes", args: [{}] });
    expect(await client.heard("MutationResponse")).toMatchObject({ success: true, result: "ada" });
    client.close();
  });

  test("what was sent as a user is done as them, though they sign out before its turn", async () => {
    const client = await connectRaw(host.url!, "leaving");
    const count = 20;
    authenticate(client, await host.makeToken({ subject: "ada" }));
    for (let requestId = 1; requestId <= count; requestId++)
      client.send({ type: "Mutation", requestId, udfPath: "who:writes", args: [{}] });
    client.send({ type: "Authenticate", tokenType: "None", baseVersion: 1 });
    await client.heard("MutationResponse", ({ requestId }) => requestId === count);
    const done = client.all.flatMap((message) =>
      message.type === "MutationResponse" && message.success ? [message.result] : [],
    );
    expect(done).toEqual(Array(count).fill("ada"));
    client.close();
  });

  test("that ends while its token is looked at leaves nothing behind", async () => {
    const [provider, signer] = await Promise.all([Provider.start(), Signer.create("EdDSA")]);
    onTestFinished(() => provider.stop());
    provider.keys = signer.publicKeys;
    let answer = () => {};
    provider.ready = new Promise((resolve) => (answer = resolve));
    const trusting = await startTrusting({ providers: [{ domain: provider.url, applicationID: "app" }] });
    onTestFinished(() => trusting.close());
    const client = await connectRaw(trusting.url!, "impatient");
    authenticate(client, await signer.sign({ sub: "ada", iss: provider.url, aud: "app" }));
    const query = { type: "Add" as const, queryId: 1, udfPath: "who:asks", args: [{}] };
    client.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [query] });
    client.close();
    await client.closed;
    answer();
    await eventually(
      () => provider.keyRequests,
      (count) => count === 1,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(trusting.subscriptionStats()).toMatchObject({ liveQueries: 0, connections: 0 });
  });

  test("by the time that a commit reaches it is told so, and not what changed", async () => {
    const aging = await startFixture();
    onTestFinished(() => aging.close());
    const client = await connectRaw(aging.url!, "aging");
    authenticate(client, await aging.makeToken({ subject: "ada" }, MINUTE_MS));
    const query = { type: "Add" as const, queryId: 1, udfPath: "notes:list", args: [{ channel: "aging" }] };
    client.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [query] });
    await client.heard("Transition");
    await aging.shiftClock(2 * MINUTE_MS);
    await aging.call("mutation", "notes:add", { channel: "aging", text: "late" });
    expect(await client.heard("AuthError")).toMatchObject({ authUpdateAttempted: false, baseVersion: 1 });
    expect(JSON.stringify(client.all)).not.toContain("late");
  });
});
