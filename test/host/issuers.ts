// Identity providers of the tests: keys, tokens of any kind, and one that tells its keys over HTTP.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { AuthProvider } from "convex/server";
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
} from "jose";
import { startHost, type Host, type HostOptions } from "../../host/index.js";

export const authApp = fileURLToPath(new URL("./authFixture/convex", import.meta.url));

/** A host of the app whose `auth.config.ts` exports what the test says. */
export function startTrusting(
  config: { providers: AuthProvider[] } | object,
  options: Partial<HostOptions> = {},
): Promise<Host> {
  return startHost({
    appDirectory: authApp,
    environment: { TEST_AUTH_CONFIG: JSON.stringify(config) },
    ...options,
  });
}

/** A key of an issuer, and tokens that it signed. */
export class Signer {
  private constructor(
    private readonly privateKey: CryptoKey,
    private readonly publicKey: JWK & { kid: string; alg: string },
  ) {}

  get publicKeys(): JSONWebKeySet {
    return { keys: [this.publicKey] };
  }

  static async create(algorithm: "RS256" | "ES256" | "EdDSA", keyId = "first"): Promise<Signer> {
    const { privateKey, publicKey } = await generateKeyPair(algorithm);
    return new Signer(privateKey, { ...(await exportJWK(publicKey)), kid: keyId, alg: algorithm });
  }

  /** The keys as `auth.config.ts` may hold them. */
  get dataUrl(): string {
    const text = Buffer.from(JSON.stringify(this.publicKeys)).toString("base64");
    return `data:text/plain;charset=utf-8;base64,${text}`;
  }

  /** A token as usual, an hour long, but for the claims and the header that the test gives. */
  sign(claims: JWTPayload & Record<string, unknown>, header: { kid?: string } = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const kid = "kid" in header ? header.kid : this.publicKey.kid;
    return new SignJWT({ iat: now, exp: now + 3600, ...claims })
      .setProtectedHeader({ alg: this.publicKey.alg, typ: "JWT", ...(kid === undefined ? {} : { kid }) })
      .sign(this.privateKey);
  }
}

/** The same claims in a token that nobody signed. */
export function unsigned(token: string): string {
  const head = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url");
  return `${head}.${token.split(".")[1]}.`;
}

/** Another claim under the same signature. */
export function forged(token: string, claims: Record<string, unknown>): string {
  const [head, payload, signature] = token.split(".");
  const said = JSON.parse(Buffer.from(payload!, "base64url").toString()) as object;
  return [head, Buffer.from(JSON.stringify({ ...said, ...claims })).toString("base64url"), signature].join(
    ".",
  );
}

/** An OpenID Connect provider on this machine. What it answers can be changed while it runs. */
export class Provider {
  keys: JSONWebKeySet = { keys: [] };
  contentType = "application/json";
  /** What it calls itself; its own address unless a test says otherwise. */
  issuer: string;
  keyRequests = 0;
  /** It answers when this has come. */
  ready: Promise<void> = Promise.resolve();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {
    this.issuer = url;
  }

  static async start(): Promise<Provider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(server, url);
    server.on("request", (request, response) => {
      const isKeys = request.url === "/keys";
      if (isKeys) provider.keyRequests++;
      void provider.ready.then(() => {
        const { issuer, keys } = provider;
        response.writeHead(200, { "content-type": provider.contentType });
        response.end(JSON.stringify(isKeys ? keys : { issuer, jwks_uri: `${url}/keys` }));
      });
    });
    return provider;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

export type Asked = {
  status: number;
  body: { status?: string; value?: unknown; code?: string; message?: string };
};

/** Who a client over HTTP is, by its token. */
export async function askOverHttp(host: Host, token: string | null, scheme = "Bearer"): Promise<Asked> {
  const answer = await fetch(`${host.url}/api/query`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === null ? {} : { authorization: `${scheme} ${token}` }),
    },
    body: JSON.stringify({ path: "who:asks", args: {}, format: "json" }),
  });
  return { status: answer.status, body: (await answer.json()) as Asked["body"] };
}
