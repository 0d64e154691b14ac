/**
 * Rewrites test/schema.snapshot.json from src/component/schema.ts.
 *
 *   npm run snapshot:schema
 *   npm run snapshot:schema -- --decision docs/decisions/0007-shorter-scopes.md
 *
 * A change that old rows would not fit is refused, unless a decision record tells how they are widened, migrated
 * and narrowed.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import schema from "../src/component/schema.js";
import { compactSchema, type CompactSchema } from "./schema/compactSchema.js";
import { narrowings } from "./schema/widening.js";

const file = new URL("../test/schema.snapshot.json", import.meta.url);
const { values } = parseArgs({ options: { decision: { type: "string" } } });

function readSnapshot(): CompactSchema {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as CompactSchema) : {}; // our own file
}

function main(): number {
  const current = compactSchema(schema);
  const refused = narrowings(readSnapshot(), current);
  const decided = values.decision !== undefined && existsSync(values.decision);
  if (refused.length > 0 && !decided) {
    console.error("Rows that apps have stored would not fit this schema:");
    console.error(refused.map((line) => `  ${line}`).join("\n"));
    console.error(
      "Widen, migrate and narrow, and name the decision record: --decision docs/decisions/NNNN-title.md",
    );
    return 1;
  }
  writeFileSync(file, `${JSON.stringify(current, null, 1)}\n`);
  console.log(`test/schema.snapshot.json: ${Object.keys(current).length} tables`);
  return 0;
}

process.exitCode = main();
