// `npm run bench`: what each workload costs here and on `@convex-dev/agent`, counted in the same run.
import { parseArgs } from "node:util";
import { missedOf, renderTable, summarize } from "./report.js";
import { linesOf } from "./targets.js";
import { workloadNames, workloads, type Results, type WorkloadName } from "./workloads/index.js";

const MISSED_EXIT_CODE = 1;
const USAGE_EXIT_CODE = 2;
const NOTE =
  "Counted as convex-test accounts for them: rows returned, document sizes without indexes. Not Convex billing.";

/** A mistake of whoever typed the command. */
class UsageError extends Error {}

type Options = { names: WorkloadName[]; json: boolean };

function readOptions(): Options {
  const { values } = parseArgs({ options: { only: { type: "string" }, json: { type: "boolean" } } });
  const asked = values.only?.split(",").map((name) => name.trim()) ?? workloadNames;
  const names = asked.map((name) => workloadNames.find((known) => known === name) ?? unknownName(name));
  return { names, json: values.json === true };
}

function unknownName(name: string): never {
  throw new UsageError(`There is no workload "${name}". Workloads: ${workloadNames.join(", ")}`);
}

async function runInto<Name extends WorkloadName>(results: Partial<Results>, name: Name): Promise<void> {
  const startedAt = performance.now();
  process.stderr.write(`${name} … `);
  const result: Results[Name] | null = await workloads[name]();
  if (result !== null) results[name] = result;
  process.stderr.write(`${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`);
}

async function main(): Promise<void> {
  const { names, json } = readOptions();
  // Functions under test log as they please; standard output is the report's.
  console.log = console.info = console.debug = () => {};
  const results: Partial<Results> = {};
  for (const name of names) await runInto(results, name);
  const lines = linesOf(results);
  if (missedOf(lines).length > 0) process.exitCode = MISSED_EXIT_CODE;
  const report = `\n${renderTable(lines)}\n\n${summarize(lines)}\n${NOTE}\n`;
  if (!json) process.stdout.write(report);
  else {
    process.stderr.write(report);
    process.stdout.write(`${JSON.stringify(results)}\n`);
  }
}

main().catch((error: unknown) => {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && "code" in error);
  console.error(isUsage ? error.message : error);
  process.exitCode = isUsage ? USAGE_EXIT_CODE : 1;
});
