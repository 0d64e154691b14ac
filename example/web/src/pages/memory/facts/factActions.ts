import type { FactActions as Actions } from "convex-agent-memory/react";
import type { api } from "../../../api.js";

/** What can be done about a fact, as `useFacts` gives it. */
export type FactActions = Actions<typeof api.knowledge>;
