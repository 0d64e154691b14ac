// Which issuers an app trusts: the providers of its `auth.config.ts`.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AuthProvider } from "convex/server";
import { AppDirectoryError } from "./modules.js";

const FILE_NAMES = ["auth.config.ts", "auth.config.js"];
const ALGORITHMS = ["RS256", "ES256"];
/** Convex reads the file at each deploy, so each start of a host reads it anew, in its own environment. */
let reads = 0;

/**
 * The providers that the app's `auth.config.ts` names, or null where it has none. Throws `AppDirectoryError` for a file
 * that Convex would not deploy.
 */
export async function readAuthConfig(appDirectory: string): Promise<AuthProvider[] | null> {
  const name = FILE_NAMES.find((file) => existsSync(join(appDirectory, file)));
  if (name === undefined) return null;
  const config = await load(join(appDirectory, name), name);
  const providers = isRecord(config) ? config["providers"] : undefined;
  if (!Array.isArray(providers))
    throw new AppDirectoryError(`${name} must export { providers: [...] } as its default`);
  return providers.map((provider: unknown, index) => checked(provider, `${name}, provider ${index + 1}:`));
}

async function load(file: string, name: string): Promise<unknown> {
  try {
    const address = `${pathToFileURL(file).href}?read=${reads++}`;
    const module = (await import(/* @vite-ignore */ address)) as { default?: unknown };
    return module.default;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppDirectoryError(`${name} cannot be read: ${reason.split("\n")[0]}`);
  }
}

function checked(provider: unknown, where: string): AuthProvider {
  if (!isRecord(provider)) throw new AppDirectoryError(`${where} it must be an object`);
  const text = (field: string): string => {
    const value = provider[field];
    if (typeof value === "string" && value !== "") return value;
    throw new AppDirectoryError(`${where} "${field}" must be text; is an environment variable missing?`);
  };
  if (provider["type"] === undefined)
    return { domain: issuerUrl(text("domain"), where), applicationID: text("applicationID") };
  if (provider["type"] !== "customJwt")
    throw new AppDirectoryError(`${where} "type" must be "customJwt", or left out for OpenID Connect`);
  const algorithm = text("algorithm");
  if (!isAlgorithm(algorithm))
    throw new AppDirectoryError(`${where} "algorithm" must be ${ALGORITHMS.join(" or ")}, not ${algorithm}`);
  const audience = provider["applicationID"] === undefined ? {} : { applicationID: text("applicationID") };
  const issuer = issuerUrl(text("issuer"), where);
  return { type: "customJwt", issuer, jwks: keysUrl(text("jwks"), where), algorithm, ...audience };
}

/** Convex takes an address without a protocol for one of https. */
function issuerUrl(address: string, where: string): string {
  const url = /^https?:\/\//.test(address) ? address : `https://${address}`;
  if (URL.canParse(url)) return url;
  throw new AppDirectoryError(`${where} ${address} is no address of an issuer`);
}

function keysUrl(address: string, where: string): string {
  if (URL.canParse(address) && /^(https?|data):/.test(address)) return address;
  throw new AppDirectoryError(`${where} "jwks" must be an address of http, https or data, not ${address}`);
}

const isAlgorithm = (text: string): text is "RS256" | "ES256" => ALGORITHMS.includes(text);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
