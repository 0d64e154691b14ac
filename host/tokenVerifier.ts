// Whom a token lets in: its signature, issuer, audience and times are checked as Convex checks them.
import type { AuthProvider } from "convex/server";
import {
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from "jose";
import type { Identity } from "./execution.js";
import { identityOfCustomJwt, identityOfIdToken } from "./identity.js";
import type { KeySets } from "./keySets.js";
import { TokenError } from "./tokenError.js";

/** A user, and until when (ms since the epoch) their token says so. */
export type VerifiedIdentity = { identity: Identity; expiresAt: number };

type CustomJwtProvider = Extract<AuthProvider, { type: "customJwt" }>;
type OidcProvider = Exclude<AuthProvider, { type: "customJwt" }>;

/** What an ID token may be signed with; a custom JWT's provider says it. */
const ID_TOKEN_ALGORITHMS = ["RS256", "EdDSA"];
/** By how much the clocks of a custom JWT's issuer and of this host may differ. */
const CUSTOM_JWT_TOLERANCE_SECONDS = 5;

const isCustom = (provider: AuthProvider): provider is CustomJwtProvider => "type" in provider;
const issuerOf = (provider: AuthProvider): string => (isCustom(provider) ? provider.issuer : provider.domain);
/** Some providers print their address without the slash that their tokens have. */
const isSameIssuer = (left: string, right: string): boolean =>
  left.replace(/\/+$/, "") === right.replace(/\/+$/, "");
const audiencesOf = ({ aud }: JWTPayload): string[] => (aud === undefined ? [] : [aud].flat());

export class TokenVerifier {
  constructor(
    readonly providers: readonly AuthProvider[],
    private readonly keySets: KeySets,
    private readonly now: () => number,
  ) {}

  /** The user whom a token names. Throws a `TokenError` for a token that proves nothing. */
  async verify(token: string): Promise<VerifiedIdentity> {
    const provider = this.#providerOf(unverifiedClaims(token));
    const claims = isCustom(provider)
      ? await this.#verifyCustomJwt(token, provider)
      : await this.#verifyIdToken(token, provider);
    const identity = isCustom(provider) ? identityOfCustomJwt(claims) : identityOfIdToken(claims);
    return { identity, expiresAt: claims.exp! * 1000 }; // required by both
  }

  // Nothing is proven yet: this only says whose keys to try.
  #providerOf(claims: JWTPayload & { iss: string }): AuthProvider {
    const audiences = audiencesOf(claims);
    const found = this.providers.find(
      (provider) =>
        isSameIssuer(issuerOf(provider), claims.iss) &&
        (provider.applicationID === undefined || audiences.includes(provider.applicationID)),
    );
    if (found !== undefined) return found;
    const known = this.providers.map(
      (provider) => `${issuerOf(provider)} with the audience ${provider.applicationID ?? "any"}`,
    );
    throw new TokenError(
      "NoAuthProvider",
      `No auth provider matches the token's issuer and audience; auth.config.ts names ${known.join(", ") || "none"}`,
    );
  }

  async #verifyIdToken(token: string, { applicationID }: OidcProvider): Promise<JWTPayload> {
    const { iss: issuer } = unverifiedClaims(token);
    const claims = await this.#verified(token, await this.keySets.ofIssuer(issuer), {
      algorithms: ID_TOKEN_ALGORITHMS,
      issuer,
      audience: applicationID,
      requiredClaims: ["exp", "iat", "sub"],
    });
    // A token for several apps at once is none that a user signed in to this one with.
    if (audiencesOf(claims).length === 1) return claims;
    throw new TokenError("Unauthenticated", "The token was issued for other audiences too");
  }

  async #verifyCustomJwt(token: string, provider: CustomJwtProvider): Promise<JWTPayload> {
    const { kid } = decodeProtectedHeader(token);
    if (kid === undefined)
      throw new TokenError("InvalidAuthHeader", `The token does not say which key signed it ("kid")`);
    const { iss: issuer } = unverifiedClaims(token);
    return await this.#verified(token, this.keySets.at(provider.jwks), {
      algorithms: [provider.algorithm],
      issuer,
      audience: provider.applicationID,
      requiredClaims: ["exp", "sub"],
      clockTolerance: CUSTOM_JWT_TOLERANCE_SECONDS,
    });
  }

  async #verified(token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, keys, { ...options, currentDate: new Date(this.now()) });
      if (typeof payload.sub === "string" && payload.sub !== "") return payload;
    } catch (error) {
      if (error instanceof TokenError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new TokenError("Unauthenticated", `The token could not be verified: ${reason}`);
    }
    throw new TokenError("Unauthenticated", "The token names no user");
  }
}

function unverifiedClaims(token: string): JWTPayload & { iss: string } {
  let claims: JWTPayload;
  try {
    claims = decodeJwt(token);
    decodeProtectedHeader(token); // its header is read later, where nothing is refused any more
  } catch {
    throw new TokenError("InvalidAuthHeader", "Could not parse the token: it is not a JWT");
  }
  if (typeof claims.iss === "string") return { ...claims, iss: claims.iss };
  throw new TokenError("InvalidAuthHeader", "Could not parse the token: it names no issuer");
}
