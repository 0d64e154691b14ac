import { ConvexReactClient } from "convex/react";

/** A deployment where one is named, else the origin of this page, which hands `/api` on to the local host. */
const deployment = import.meta.env.VITE_CONVEX_URL ?? window.location.origin;

export const convex = new ConvexReactClient(deployment);
