// `npm run eval -- --data FILE [--json] [--one-user]`: how well recall finds what the questions of a file ask for.
import { parseArgs } from "node:util";
import { DataError, readDataset } from "./conversations.js";
import { evaluate } from "./evaluate.js";
import { score, scoreByCategory } from "./metrics.js";
import { renderReport, type Report } from "./report.js";
import { ASKED, EMBEDDER_WEIGHT } from "./settings.js";

const USAGE = "Usage: npm run eval -- --data FILE [--json] [--one-user]";
const USAGE_EXIT_CODE = 2;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { data: { type: "string" }, json: { type: "boolean" }, "one-user": { type: "boolean" } },
  });
  if (values.data === undefined) throw new DataError(USAGE);
  const dataset = readDataset(values.data);
  // Functions under test log as they please; standard output is the report's.
  console.log = console.info = console.debug = () => {};
  const oneUser = values["one-user"] === true;
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  const { ranked, cost } = await evaluate(dataset, { oneUser, onProgress });
  const report: Report = {
    dataset: dataset.name,
    ...score(ranked),
    byCategory: scoreByCategory(ranked),
    config: { scope: oneUser ? "user" : "thread", embedderWeight: EMBEDDER_WEIGHT, ...ASKED, cost },
  };
  (values.json === true ? process.stderr : process.stdout).write(`\n${renderReport(report)}\n\n`);
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

main().catch((error: unknown) => {
  const isUsage = error instanceof DataError || (error instanceof TypeError && "code" in error);
  console.error(isUsage ? error.message : error);
  process.exitCode = isUsage ? USAGE_EXIT_CODE : 1;
});
