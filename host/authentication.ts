// All that a host knows of callers: whom it trusts, and the issuer of its own.
import { readAuthConfig } from "./authConfig.js";
import { KeySets } from "./keySets.js";
import type { LocalAuth } from "./localAuth.js";
import {
  DEMO_USERS,
  LOCAL_CLIENT_ID,
  LOCAL_ISSUER,
  LocalIssuer,
  type KeyStore,
  type LocalUser,
} from "./localIssuer.js";
import { TokenVerifier } from "./tokenVerifier.js";

export type Authentication = { verifier: TokenVerifier; local: LocalAuth };

/** What an `auth.config.ts` reads to trust the local issuer; a deployment names its provider there. */
export function authEnvironment(): Record<string, string> {
  return {
    AUTH_ISSUER: process.env["AUTH_ISSUER"] || LOCAL_ISSUER,
    AUTH_CLIENT_ID: process.env["AUTH_CLIENT_ID"] || LOCAL_CLIENT_ID,
  };
}

/** Throws `AppDirectoryError` for an `auth.config.ts` that Convex would not deploy. */
export async function createAuthentication(options: {
  appDirectory: string;
  users?: readonly LocalUser[];
  keyStore: KeyStore | null;
  now: () => number;
}): Promise<Authentication> {
  const { appDirectory, users = DEMO_USERS, keyStore, now } = options;
  const issuer = await LocalIssuer.create(now, keyStore);
  const own = { domain: LOCAL_ISSUER, applicationID: LOCAL_CLIENT_ID };
  const providers = (await readAuthConfig(appDirectory)) ?? [own];
  const isTrusted = providers.some((provider) => "domain" in provider && provider.domain === LOCAL_ISSUER);
  const keySets = new KeySets({ issuer: LOCAL_ISSUER, keys: issuer.keys }, now);
  return { verifier: new TokenVerifier(providers, keySets, now), local: { issuer, users, isTrusted } };
}
