/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** The address of a Convex deployment; without one, this page's own origin hands calls on to the local host. */
  readonly VITE_CONVEX_URL?: string;
}
