import { v } from "convex/values";

/**
 * Parts at a door. Opaque on purpose: the union inlined at every door would be most of the generated API.
 * The model checks each part against `vPart` before it is written.
 */
export const vOpaqueParts = v.array(v.any());
