import { ConvexReactClient } from "convex/react";

/** The address of the Convex deployment, or `null` with the local host: this page's own origin hands calls on to it. */
export const deployment = import.meta.env.VITE_CONVEX_URL || null;

export const convex = new ConvexReactClient(deployment ?? window.location.origin);
