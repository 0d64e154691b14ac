/** A token that lets nobody in: `code` and message go to the client that sent it. */
export class TokenError extends Error {
  constructor(
    readonly code: "AuthProviderDiscoveryFailed" | "InvalidAuthHeader" | "NoAuthProvider" | "Unauthenticated",
    message: string,
  ) {
    super(message);
  }
}
