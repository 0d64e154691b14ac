import type { UseFactsResult } from "convex-agent-memory/react";
import type { api } from "../../../api.js";

/** What can be done about a fact, as `useFacts` gives it. */
export type FactActions = Pick<
  UseFactsResult<typeof api.knowledge>,
  "append" | "supersede" | "update" | "retract" | "forget" | "confirm" | "decline"
>;
