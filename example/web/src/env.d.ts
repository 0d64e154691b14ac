/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** The address of a Convex deployment; without one, this page's own origin hands calls on to the local host. */
  readonly VITE_CONVEX_URL?: string;
  /** The OpenID Connect provider that signs people in; without one, the local host does. */
  readonly VITE_OIDC_AUTHORITY?: string;
  /** What this app is called there. */
  readonly VITE_OIDC_CLIENT_ID?: string;
  /** What to ask the provider for. Default: "openid profile email". */
  readonly VITE_OIDC_SCOPE?: string;
}
