import type { Identity } from "./execution.js";
import type { ClientMessage } from "./protocol.js";
import { TokenError } from "./tokenError.js";
import type { TokenVerifier, VerifiedIdentity } from "./tokenVerifier.js";

/** Who is at the other end of a connection: nobody until a token says so, and as long as that token holds. */
export class Caller {
  #verified: VerifiedIdentity | null = null;

  constructor(
    private readonly verifier: TokenVerifier,
    private readonly now: () => number,
  ) {}

  get identity(): Identity | null {
    return this.#verified?.identity ?? null;
  }

  get isExpired(): boolean {
    return this.#verified !== null && this.now() >= this.#verified.expiresAt;
  }

  /** Takes on who a client says it is. Throws a `TokenError` where it cannot prove that. */
  async become({ tokenType, value }: Extract<ClientMessage, { type: "Authenticate" }>): Promise<void> {
    if (tokenType === "Admin") throw new TokenError("InvalidAuthHeader", "This host has no admin keys");
    this.#verified = tokenType === "User" ? await this.verifier.verify(value ?? "") : null;
  }
}
