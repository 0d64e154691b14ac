import type { BlockActions as Actions } from "convex-agent-memory/react";
import type { api } from "../../../api.js";

/** What can be done about blocks, as `useBlocks` gives it. */
export type BlockActions = Actions<typeof api.knowledge>;
