// Whom a token lets in, over HTTP: the same verifier stands behind the WebSocket (signIn.test.ts).
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Host } from "../../host/index.js";
import { askOverHttp, forged, Provider, Signer, startTrusting, unsigned } from "./issuers.js";

const ISSUER = "https://issuer.example";
const AUDIENCE = "the-app";
const HOUR_MS = 3_600_000;
const seconds = (ms: number) => Math.floor(ms / 1000);

async function started(config: object): Promise<Host> {
  const host = await startTrusting(config);
  onTestFinished(() => host.close());
  return host;
}

describe("a custom JWT", () => {
  let host: Host;
  let signer: Signer;
  const ada = { sub: "ada", iss: ISSUER, aud: AUDIENCE };
  beforeAll(async () => {
    signer = await Signer.create("ES256");
    const provider = { type: "customJwt", issuer: ISSUER, applicationID: AUDIENCE, algorithm: "ES256" };
    host = await startTrusting({ providers: [{ ...provider, jwks: signer.dataUrl }] });
  });
  afterAll(() => host.close());

  test("names its user, with the claims of the app and nested ones by their path", async () => {
    const claims = { ...ada, tenant: "acme", role: "admin", plan: { name: "pro", seats: 3 }, teams: ["a"] };
    expect(await askOverHttp(host, await signer.sign(claims))).toMatchObject({
      status: 200,
      body: {
        value: {
          subject: "ada",
          issuer: ISSUER,
          tokenIdentifier: `${ISSUER}|ada`,
          tenant: "acme",
          role: "admin",
          "plan.name": "pro",
          "plan.seats": 3,
          teams: ["a"],
        },
      },
    });
  });

  test("says nothing of itself to the app", async () => {
    const { body } = await askOverHttp(host, await signer.sign({ ...ada, jti: "one", nbf: 1 }));
    expect(Object.keys(body.value as object).sort()).toEqual(["issuer", "subject", "tokenIdentifier"]);
  });

  test.each<[string, () => Promise<string>]>([
    ["another key", async () => (await Signer.create("ES256")).sign(ada)],
    ["a key that nobody knows", () => signer.sign(ada, { kid: "unknown" })],
    ["a key that it does not name", () => signer.sign(ada, { kid: undefined })],
    ["another algorithm", async () => (await Signer.create("RS256")).sign(ada)],
    ["no signature", async () => unsigned(await signer.sign(ada))],
    ["a claim edited after it was signed", async () => forged(await signer.sign(ada), { sub: "ben" })],
    ["an end in the past", () => signer.sign({ ...ada, exp: seconds(Date.now() - 60_000) })],
    ["no end", () => signer.sign({ ...ada, exp: undefined })],
    ["a beginning in the future", () => signer.sign({ ...ada, nbf: seconds(Date.now() + HOUR_MS) })],
    ["another audience", () => signer.sign({ ...ada, aud: "another-app" })],
    ["no audience", () => signer.sign({ ...ada, aud: undefined })],
    ["another issuer", () => signer.sign({ ...ada, iss: "https://elsewhere.example" })],
    ["no issuer", () => signer.sign({ ...ada, iss: undefined })],
    ["no user", () => signer.sign({ ...ada, sub: undefined })],
    ["an empty user", () => signer.sign({ ...ada, sub: "" })],
    ["nonsense", async () => "nonsense"],
    ["three parts of nonsense", async () => "a.b.c"],
    ["a header of nonsense", async () => `a.${(await signer.sign(ada)).split(".").slice(1).join(".")}`],
  ])("with %s is answered 401 and no more", async (_what, token) => {
    const { status, body } = await askOverHttp(host, await token());
    expect(status).toBe(401);
    expect(body).toEqual({ code: expect.any(String) as string, message: expect.any(String) as string });
  });

  test("in a header of another kind is refused; without a header a client is nobody", async () => {
    expect((await askOverHttp(host, "a-key", "Convex")).status).toBe(401);
    expect((await askOverHttp(host, await signer.sign(ada), "bearer")).status).toBe(200);
    expect(await askOverHttp(host, null)).toMatchObject({ status: 200, body: { value: null } });
  });

  test("of an issuer that is not named says which are", async () => {
    const { body } = await askOverHttp(host, await signer.sign({ ...ada, aud: "another-app" }));
    expect(body).toMatchObject({
      code: "NoAuthProvider",
      message: expect.stringContaining(AUDIENCE) as string,
    });
  });

  test("of a provider without an audience may be for anybody", async () => {
    const open = { type: "customJwt", issuer: ISSUER, algorithm: "ES256", jwks: signer.dataUrl };
    const trusting = await started({ providers: [open] });
    for (const aud of [undefined, "another-app"])
      expect((await askOverHttp(trusting, await signer.sign({ ...ada, aud }))).status).toBe(200);
  });
});

describe("an OpenID Connect provider", () => {
  let provider: Provider;
  let signer: Signer;
  let host: Host;
  const ada = () => ({ sub: "ada", iss: provider.url, aud: AUDIENCE });
  beforeAll(async () => {
    [provider, signer] = await Promise.all([Provider.start(), Signer.create("RS256")]);
    provider.keys = signer.publicKeys;
    // As people copy it from a dashboard: with a slash that the tokens do not have.
    host = await startTrusting({ providers: [{ domain: `${provider.url}/`, applicationID: AUDIENCE }] });
  });
  afterAll(async () => {
    await host.close();
    await provider.stop();
  });

  test("is found by discovery, and its standard claims have Convex's names", async () => {
    const claims = { given_name: "Ada", email_verified: true, picture: "https://a.example/p", role: "admin" };
    const address = { formatted: "1 Lane", country: "UK" };
    const signIn = { nonce: "n", auth_time: 1, azp: "x", updated_at: 0 };
    const token = await signer.sign({ ...ada(), ...claims, ...signIn, address });
    expect((await askOverHttp(host, token)).body.value).toEqual({
      subject: "ada",
      issuer: provider.url,
      tokenIdentifier: `${provider.url}|ada`,
      givenName: "Ada",
      emailVerified: true,
      pictureUrl: "https://a.example/p",
      role: "admin",
      address: "1 Lane",
      updatedAt: "1970-01-01T00:00:00.000Z",
    });
  });

  test("is asked for its keys once, not for each token", async () => {
    await askOverHttp(host, await signer.sign(ada()));
    const before = provider.keyRequests;
    await askOverHttp(host, await signer.sign(ada()));
    expect(provider.keyRequests).toBe(before);
  });

  test.each<[string, () => Promise<string>]>([
    ["another key", async () => (await Signer.create("RS256")).sign(ada())],
    ["no signature", async () => unsigned(await signer.sign(ada()))],
    ["an end in the past", () => signer.sign({ ...ada(), exp: seconds(Date.now() - 1000) })],
    ["no beginning", () => signer.sign({ ...ada(), iat: undefined })],
    ["two audiences", () => signer.sign({ ...ada(), aud: [AUDIENCE, "another-app"] })],
    ["the algorithm of another kind", async () => (await Signer.create("ES256")).sign(ada())],
  ])("lets nobody in by a token with %s", async (_what, token) => {
    expect((await askOverHttp(host, await token())).status).toBe(401);
  });

  test("that has changed its keys is asked again, after half a minute", async () => {
    const rotating = await Provider.start();
    onTestFinished(() => rotating.stop());
    rotating.keys = signer.publicKeys;
    const trusting = await started({ providers: [{ domain: rotating.url, applicationID: AUDIENCE }] });
    const claims = { sub: "ada", iss: rotating.url, aud: AUDIENCE };
    expect((await askOverHttp(trusting, await signer.sign(claims))).status).toBe(200);
    const next = await Signer.create("RS256", "second");
    rotating.keys = next.publicKeys;
    const token = await next.sign(claims);
    expect((await askOverHttp(trusting, token)).status).toBe(401);
    const now = Date.now();
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now + 31_000);
    onTestFinished(() => clock.mockRestore());
    expect((await askOverHttp(trusting, token)).status).toBe(200);
  });

  test.each<[string, (broken: Provider) => void]>([
    ["calls itself otherwise", (broken) => (broken.issuer = "https://elsewhere.example")],
    ["tells its keys as a page", (broken) => (broken.contentType = "text/html")],
    ["has no keys", (broken) => (broken.keys = { keys: [] })],
    ["has broken keys", (broken) => (broken.keys = {} as never)],
  ])("that %s lets nobody in", async (_what, breakIt) => {
    const broken = await Provider.start();
    onTestFinished(() => broken.stop());
    broken.keys = signer.publicKeys;
    breakIt(broken);
    const trusting = await started({ providers: [{ domain: broken.url, applicationID: AUDIENCE }] });
    const token = await signer.sign({ sub: "ada", iss: broken.url, aud: AUDIENCE });
    expect((await askOverHttp(trusting, token)).status).toBe(401);
  });

  test("that is down lets nobody in, and the host goes on", async () => {
    const gone = await Provider.start();
    await gone.stop();
    const trusting = await started({ providers: [{ domain: gone.url, applicationID: AUDIENCE }] });
    const { status, body } = await askOverHttp(
      trusting,
      await signer.sign({ sub: "ada", iss: gone.url, aud: AUDIENCE }),
    );
    expect([status, body.code]).toEqual([401, "AuthProviderDiscoveryFailed"]);
    expect((await askOverHttp(trusting, null)).status).toBe(200);
  });
});

describe("an auth.config.ts that Convex would not deploy", () => {
  const custom = {
    type: "customJwt",
    issuer: ISSUER,
    jwks: "https://issuer.example/keys",
    algorithm: "RS256",
  };
  test.each<[string, object]>([
    ["providers", {}],
    ['"domain"', { providers: [{ applicationID: AUDIENCE }] }],
    ['"applicationID"', { providers: [{ domain: ISSUER, applicationID: "" }] }],
    ["no address", { providers: [{ domain: "https://", applicationID: AUDIENCE }] }],
    ['"type"', { providers: [{ ...custom, type: "saml" }] }],
    ['"algorithm"', { providers: [{ ...custom, algorithm: "HS256" }] }],
    ['"jwks"', { providers: [{ ...custom, jwks: "file:///etc/passwd" }] }],
    ["provider 2", { providers: [custom, null] }],
  ])("does not start: %s", async (problem, config) => {
    await expect(startTrusting(config)).rejects.toThrow(problem);
  });

  test("is told in one line, by the name of the file", async () => {
    await expect(startTrusting({}, { environment: { TEST_AUTH_CONFIG: "{" } })).rejects.toThrow(
      /^auth\.config\.ts cannot be read: [^\n]*$/,
    );
  });
});
