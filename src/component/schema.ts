import { defineSchema } from "convex/server";
import { contextsTables } from "./tables/contexts.js";
import { documentsTables } from "./tables/documents.js";
import { knowledgeTables } from "./tables/knowledge.js";
import { ledgerTables } from "./tables/ledger.js";
import { recallTables } from "./tables/recall.js";
import { runsTables } from "./tables/runs.js";
import { threadsTables } from "./tables/threads.js";
import { upkeepTables } from "./tables/upkeep.js";

/**
 * Who writes, reads and deletes each table stands beside it in `tables/`. Scopes are the strings of
 * `src/shared/scope.ts`; times are ms since the epoch; `metadata` is JSON text.
 */
export default defineSchema({
  ...threadsTables,
  ...runsTables,
  ...contextsTables,
  ...recallTables,
  ...knowledgeTables,
  ...documentsTables,
  ...ledgerTables,
  ...upkeepTables,
});
