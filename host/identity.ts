// Who calls: what a verified token says of its user, as Convex's functions see it.
import { isPlainObject } from "./documents.js";
import type { Identity } from "./execution.js";

/** The claims of a token. */
export type Claims = Record<string, unknown>;

/** Claims of OpenID Connect that have a name of their own in `UserIdentity`. */
const STANDARD_CLAIMS = new Map([
  ["name", "name"],
  ["given_name", "givenName"],
  ["family_name", "familyName"],
  ["nickname", "nickname"],
  ["preferred_username", "preferredUsername"],
  ["profile", "profileUrl"],
  ["picture", "pictureUrl"],
  ["website", "websiteUrl"],
  ["email", "email"],
  ["email_verified", "emailVerified"],
  ["gender", "gender"],
  ["birthdate", "birthday"],
  ["zoneinfo", "timezone"],
  ["locale", "language"],
  ["phone_number", "phoneNumber"],
  ["phone_number_verified", "phoneNumberVerified"],
  ["address", "address"],
  ["updated_at", "updatedAt"],
]);
/** What a token says of itself, not of its user: it differs from one token to the next of the same user. */
const TOKEN_CLAIMS = new Set(["iss", "sub", "aud", "exp", "iat", "nbf", "jti"]);
/** The same, of an OpenID Connect ID token. */
const SIGN_IN_CLAIMS = new Set(["auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash"]);

/** The user of an OpenID Connect ID token: standard claims by their names in `UserIdentity`, others as they are. */
export function identityOfIdToken(claims: Claims): Identity {
  const attributes = Object.entries(claims)
    .filter(([claim]) => !TOKEN_CLAIMS.has(claim) && !SIGN_IN_CLAIMS.has(claim))
    .map(([claim, value]) => [STANDARD_CLAIMS.get(claim) ?? claim, standardValue(claim, value)] as const);
  return named(claims, Object.fromEntries(attributes));
}

/** The user of a custom JWT: claims as they are, nested ones by their path (`properties.id`). */
export function identityOfCustomJwt(claims: Claims): Identity {
  const own = Object.entries(claims).filter(([claim]) => !TOKEN_CLAIMS.has(claim));
  return named(claims, flattened(Object.fromEntries(own), ""));
}

function named(claims: Claims, attributes: Claims): Identity {
  const [subject, issuer] = [claims["sub"] as string, claims["iss"] as string]; // the verifier has seen both
  return { ...attributes, subject, issuer, tokenIdentifier: `${issuer}|${subject}` };
}

function standardValue(claim: string, value: unknown): unknown {
  if (claim === "updated_at" && typeof value === "number") return new Date(value * 1000).toISOString();
  if (claim !== "address" || typeof value !== "object" || value === null) return value;
  return "formatted" in value ? value.formatted : undefined;
}

function flattened(claims: object, prefix: string): Claims {
  return Object.fromEntries(
    Object.entries(claims).flatMap(([claim, value]: [string, unknown]): [string, unknown][] =>
      isPlainObject(value)
        ? Object.entries(flattened(value, `${prefix}${claim}.`))
        : [[prefix + claim, value]],
    ),
  );
}

/** What makes two callers the same for shared query results: all that a function can read of them. */
export function identityKey(identity: Identity | null): string {
  if (identity === null) return "anonymous";
  return JSON.stringify(Object.entries(identity).sort(([left], [right]) => (left < right ? -1 : 1)));
}
