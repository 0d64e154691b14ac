// What a built page may load and whom it may talk to. It shows what models and documents say, so nothing in it may run:
// should a tag slip through, there is no inline script, and no picture of another server is asked for.
import type { Plugin } from "vite";

type Environment = Readonly<Record<string, string | undefined>>;

/** A local host keeps its files at its own port of this machine. */
const LOOPBACK = ["http://127.0.0.1:*", "http://localhost:*"];

/**
 * The policy of a build. `VITE_CONVEX_URL`: the deployment, which keeps the files too; without one, this machine.
 * `VITE_OIDC_AUTHORITY`: the identity provider, which may renew a sign-in in a frame. `VITE_CONNECT_TO`: more origins that
 * the page may ask, where the provider has its tokens elsewhere, with spaces between.
 */
export function policyOf(environment: Environment): string {
  const deployment = environment["VITE_CONVEX_URL"];
  const hosts = deployment === undefined || deployment === "" ? LOOPBACK : [new URL(deployment).origin];
  const sockets = hosts.map((host) => host.replace(/^http/, "ws"));
  const authority = environment["VITE_OIDC_AUTHORITY"] ?? "";
  const provider = URL.canParse(authority) ? [new URL(authority).origin] : [];
  const others = [...provider, ...(environment["VITE_CONNECT_TO"] ?? "").split(/\s+/).filter(isOrigin)];
  const rules: Record<string, string[]> = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    // Components set styles as they are drawn; styles run nothing.
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:", ...hosts],
    "media-src": ["'self'", "blob:", ...hosts],
    "font-src": ["'self'"],
    "connect-src": ["'self'", "blob:", ...hosts, ...sockets, ...others],
    "frame-src": provider.length === 0 ? ["'none'"] : provider,
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "object-src": ["'none'"],
  };
  return Object.entries(rules)
    .map(([name, sources]) => [name, ...sources].join(" "))
    .join("; ");
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

/** Writes the policy into a build; the development server needs scripts of its own. */
export const contentPolicy = (environment: Environment): Plugin => ({
  name: "content-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: policyOf(environment) },
      injectTo: "head-prepend",
    },
  ],
});
