// Who calls. Tokens are decoded, never verified: authentication in production is Convex's own.
import type { Identity } from "./execution.js";

const DEFAULT_ISSUER = "https://host.invalid";
const TIME_CLAIMS = new Set(["iat", "exp", "nbf", "aud", "sub", "iss"]);

/** What else an identity provider says of a user. */
type Claims = Record<string, unknown>;

/**
 * An unsigned token that the genuine clients accept from a token fetcher and that this host reads back. Only for
 * tests and the demo: it proves nothing.
 */
export function makeToken({
  subject,
  issuer,
  ...others
}: Pick<Identity, "subject" | "issuer"> & Claims): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const issuedAt = Math.floor(Date.now() / 1000);
  const payload = {
    ...others,
    sub: subject,
    iss: issuer ?? DEFAULT_ISSUER,
    iat: issuedAt,
    exp: issuedAt + TOKEN_LIFETIME_SECONDS,
  };
  return `${encode({ alg: "none", typ: "JWT" })}.${encode(payload)}.`;
}

/** Clients schedule a refresh before a token expires; a week keeps tests and demos out of that. */
const TOKEN_LIFETIME_SECONDS = 7 * 24 * 60 * 60;

/** The identity in a token's payload; throws when it is not a token with a subject. */
export function decodeToken(token: string): Identity {
  const payload = token.split(".")[1];
  if (payload === undefined) throw new Error("Could not parse the token: it is not a JWT");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  if (typeof claims["sub"] !== "string") throw new Error("Could not parse the token: it has no subject");
  const issuer = typeof claims["iss"] === "string" ? claims["iss"] : DEFAULT_ISSUER;
  const others = Object.fromEntries(Object.entries(claims).filter(([name]) => !TIME_CLAIMS.has(name)));
  return { ...others, subject: claims["sub"], issuer, tokenIdentifier: `${issuer}|${claims["sub"]}` };
}

/** What makes two callers the same for shared query results. */
export function identityKey(identity: Identity | null): string {
  if (identity === null) return "anonymous";
  return identity.tokenIdentifier ?? `${identity.issuer ?? DEFAULT_ISSUER}|${identity.subject}`;
}
