import type { AuthConfig } from "convex/server";

/**
 * Whom this app lets in: users of one OpenID Connect provider. The embedded host names its own here, with which the demo
 * users sign in; on a deployment, `npx convex env set AUTH_ISSUER https://…` and `AUTH_CLIENT_ID` name yours.
 */
export default {
  providers: [{ domain: process.env.AUTH_ISSUER!, applicationID: process.env.AUTH_CLIENT_ID! }],
} satisfies AuthConfig;
