import type { UseBlocksResult } from "convex-agent-memory/react";
import type { api } from "../../../api.js";

/** What can be done about blocks, as `useBlocks` gives it. */
export type BlockActions = Pick<
  UseBlocksResult<typeof api.knowledge>,
  "create" | "update" | "restore" | "remove"
>;
