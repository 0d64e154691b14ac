// Signing in during development: whoever works on this machine takes a token for any user they like.
import type { IncomingMessage, ServerResponse } from "node:http";
import { isPlainObject } from "./documents.js";
import { readBody } from "./exchange.js";
import type { Claims } from "./identity.js";
import { LOCAL_ISSUER, TOKEN_LIFETIME_MS, type LocalIssuer, type LocalUser } from "./localIssuer.js";

export const LOCAL_AUTH_PATH = "/local-auth/";
const LOOPBACK_NAMES = /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const MAX_NAME_CHARACTERS = 200;

export type LocalAuth = {
  issuer: LocalIssuer;
  users: readonly LocalUser[];
  /** Whether the app's `auth.config.ts` lets in whom this issuer names. */
  isTrusted: boolean;
};

type Answer = { status: number; body: unknown };
const refusal = (status: number, message: string): Answer => ({ status, body: { message } });

/** Answers the requests under `/local-auth/`. */
export async function answerLocalAuth(
  auth: LocalAuth,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = isFromThisMachine(request)
    ? await answerTo(auth, request)
    : refusal(403, "Tokens are for pages and programs of this machine only.");
  // No page of another origin may read it.
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

/** Neither a name that somebody points at this machine, nor a page from elsewhere that its browser has open. */
function isFromThisMachine({ headers }: IncomingMessage): boolean {
  const names = [`http://${headers.host ?? ""}`, ...(headers.origin === undefined ? [] : [headers.origin])];
  return names.every((name) => URL.canParse(name) && LOOPBACK_NAMES.test(new URL(name).hostname));
}

async function answerTo(auth: LocalAuth, request: IncomingMessage): Promise<Answer> {
  if (!auth.isTrusted)
    return refusal(404, "auth.config.ts names another issuer: sign in there. This host issues no tokens.");
  const { pathname } = new URL(request.url ?? "/", LOCAL_ISSUER);
  switch (`${request.method} ${pathname}`) {
    case "GET /local-auth/users":
      return { status: 200, body: { users: auth.users } };
    case "GET /local-auth/jwks.json":
      return { status: 200, body: auth.issuer.keys };
    case "POST /local-auth/token":
      return await issue(auth, request);
    default:
      return refusal(404, "Known: GET users, GET jwks.json, POST token.");
  }
}

async function issue({ issuer, users }: LocalAuth, request: IncomingMessage): Promise<Answer> {
  const wanted = readWanted((await readBody(request)).toString());
  if (wanted === null)
    return refusal(400, 'Say for whom: {"subject": "ada"}, and "claims" as an object if they need any.');
  const { subject, claims } = wanted;
  const user = users.find((known) => known.subject === subject) ?? {};
  const token = await issuer.sign({ ...user, ...claims, subject });
  return { status: 200, body: { token, expiresInMs: TOKEN_LIFETIME_MS } };
}

function readWanted(text: string): { subject: string; claims: Claims } | null {
  try {
    const { subject, claims = {} } = JSON.parse(text) as { subject?: unknown; claims?: unknown };
    if (typeof subject !== "string" || subject === "" || subject.length > MAX_NAME_CHARACTERS) return null;
    return isPlainObject(claims) ? { subject, claims } : null;
  } catch {
    return null;
  }
}
