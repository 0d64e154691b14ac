import type { AuthConfig } from "convex/server";

/** Each test names its own, in the environment that it gives the host. */
export default JSON.parse(process.env["TEST_AUTH_CONFIG"] ?? "{}") as AuthConfig;
