// A development tool: an issuer of the host's own, whose tokens are signed and verified as any provider's.
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
} from "jose";
import type { Identity } from "./execution.js";
import type { Claims } from "./identity.js";

/** Part of each user's id, so it stays whatever the port. It resolves nowhere: no deployment can ever trust it. */
export const LOCAL_ISSUER = "https://host.invalid";
/** The audience of its tokens. */
export const LOCAL_CLIENT_ID = "embedded-host";
/** As long as the tokens of usual providers: clients ask for another before it ends. */
export const TOKEN_LIFETIME_MS = 60 * 60_000;
/** Convex takes it from OpenID Connect providers, and its keys are made at once. */
const ALGORITHM = "EdDSA";

/** A user as the local issuer knows them; every field beside `subject` is a claim of their tokens. */
export type LocalUser = Claims & { subject: string };

/** Who can sign in where nobody else is named. */
export const DEMO_USERS: readonly LocalUser[] = [
  { subject: "ada", name: "Ada", role: "admin", tenant: "demo" },
  { subject: "ben", name: "Ben", role: "member", tenant: "demo" },
];

/** What the component, and so the app, knows a user of the local issuer by. */
export const localUserId = (subject: string): string => `${LOCAL_ISSUER}|${subject}`;

/** Where the key is kept, so that tokens of a host that was killed are good for the next one on its database. */
export type KeyStore = { read(): string | null; write(key: string): void };

export class LocalIssuer {
  private constructor(
    private readonly privateKey: CryptoKey,
    readonly keys: JSONWebKeySet,
    private readonly now: () => number,
  ) {}

  static async create(now: () => number, store: KeyStore | null): Promise<LocalIssuer> {
    const saved = store?.read() ?? null;
    const key = saved === null ? await newKey() : (JSON.parse(saved) as JWK); // written by newKey
    if (saved === null) store?.write(JSON.stringify(key));
    const { d: _private, ...shared } = key;
    const publicKey = { ...shared, kid: await calculateJwkThumbprint(key), alg: ALGORITHM, use: "sig" };
    const privateKey = (await importJWK(key, ALGORITHM)) as CryptoKey; // only a symmetric key is bytes
    return new LocalIssuer(privateKey, { keys: [publicKey] }, now);
  }

  /** A token for a user, with these claims. */
  async sign(
    { subject, ...claims }: Pick<Identity, "subject"> & Claims,
    lifetimeMs = TOKEN_LIFETIME_MS,
  ): Promise<string> {
    const issuedAt = Math.floor(this.now() / 1000);
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, typ: "JWT", kid: this.keys.keys[0]!.kid })
      .setSubject(subject)
      .setIssuer(LOCAL_ISSUER)
      .setAudience(LOCAL_CLIENT_ID)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + Math.floor(lifetimeMs / 1000))
      .sign(this.privateKey);
  }
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return await exportJWK(privateKey);
}
