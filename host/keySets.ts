// The public keys of issuers: fetched when a token first needs them, and again for a key that nobody knows yet.
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from "jose";
import { TokenError } from "./tokenError.js";

const FETCH_TIMEOUT_MS = 5_000;
/** What an issuer says of itself is asked again after this long. */
const DISCOVERY_LIFETIME_MS = 10 * 60_000;
const KEY_SET_TYPES = ["application/json", "application/jwk-set+json"];

/** The one issuer whose keys are asked of nobody. */
export type KnownIssuer = { issuer: string; keys: JSONWebKeySet };

export class KeySets {
  readonly #byUrl = new Map<string, JWTVerifyGetKey>();
  readonly #discovered = new Map<string, { url: string; at: number }>();
  readonly #known: { issuer: string; keys: JWTVerifyGetKey };

  constructor(
    known: KnownIssuer,
    private readonly now: () => number,
  ) {
    this.#known = { issuer: known.issuer, keys: createLocalJWKSet(known.keys) };
  }

  /** The keys of an OpenID Connect issuer, where its discovery document says. */
  async ofIssuer(issuer: string): Promise<JWTVerifyGetKey> {
    if (issuer === this.#known.issuer) return this.#known.keys;
    return this.at(await this.#discover(issuer));
  }

  /** The keys at an address, which may be a `data:` URL. */
  at(address: string): JWTVerifyGetKey {
    let keys = this.#byUrl.get(address);
    if (keys === undefined) {
      keys = address.startsWith("data:") ? keysWithin(address) : keysFrom(new URL(address));
      this.#byUrl.set(address, keys);
    }
    return keys;
  }

  async #discover(issuer: string): Promise<string> {
    const found = this.#discovered.get(issuer);
    if (found !== undefined && this.now() - found.at < DISCOVERY_LIFETIME_MS) return found.url;
    const url = await discoverKeys(issuer);
    this.#discovered.set(issuer, { url, at: this.now() });
    return url;
  }
}

/** Asks for the keys once; jose asks again, at most every 30 s, for a key that was not among them. */
const keysFrom = (url: URL): JWTVerifyGetKey =>
  createRemoteJWKSet(url, { timeoutDuration: FETCH_TIMEOUT_MS, [customFetch]: fetchKeySet });

async function fetchKeySet(url: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(url, options).catch((error: unknown) => {
    throw new TokenError("InvalidAuthHeader", `The keys at ${url} cannot be fetched: ${reasonOf(error)}`);
  });
  const type = answer.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "unknown";
  if (answer.status !== 200)
    throw new TokenError("InvalidAuthHeader", `The keys at ${url} are answered with HTTP ${answer.status}`);
  if (!KEY_SET_TYPES.includes(type))
    throw new TokenError(
      "InvalidAuthHeader",
      `The keys at ${url} have the content type ${type}, not ${KEY_SET_TYPES.join(" or ")}`,
    );
  return answer;
}

function keysWithin(dataUrl: string): JWTVerifyGetKey {
  try {
    const [head = "", data = ""] = dataUrl.split(/,(.*)/s);
    const text = head.endsWith(";base64") ? Buffer.from(data, "base64").toString() : decodeURIComponent(data);
    return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet); // jose checks its shape
  } catch {
    throw new TokenError("InvalidAuthHeader", `"jwks" of auth.config.ts is a data: URL without a key set`);
  }
}

async function discoverKeys(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const failed = (why: string) =>
    new TokenError("AuthProviderDiscoveryFailed", `The issuer ${issuer} does not tell its keys: ${why}`);
  const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) }).catch(
    (error: unknown) => {
      throw failed(reasonOf(error));
    },
  );
  if (!answer.ok) throw failed(`HTTP ${answer.status} from ${url}`);
  const document = (await answer.json().catch(() => null)) as { issuer?: unknown; jwks_uri?: unknown } | null;
  if (document?.issuer !== issuer) throw failed(`${url} names another issuer`);
  if (typeof document.jwks_uri !== "string" || !URL.canParse(document.jwks_uri))
    throw failed(`${url} has no jwks_uri`);
  return document.jwks_uri;
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
};
