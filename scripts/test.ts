/**
 * Runs the tests (arguments go to `vitest run`) and ends with one line, `N passed, N failed`.
 * A file that cannot be loaded, or an error outside any test, counts as one failure.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./processes.js";
import { root } from "./setup/environment.mjs";

/** The part of Vitest's JSON report that is counted. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

const reportFile = join(root, ".cache", `test-report-${process.pid}.json`);

function readReport(): Report | null {
  try {
    return JSON.parse(readFileSync(reportFile, "utf8")) as Report; // written by Vitest just now
  } catch {
    return null;
  }
}

function countFailures(report: Report | null, exitCode: number): number {
  const brokenFiles = (report?.testResults ?? []).filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((assertion) => assertion.status !== "failed"),
  );
  const failures = (report?.numFailedTests ?? 0) + brokenFiles.length;
  return exitCode !== 0 ? Math.max(1, failures) : failures;
}

mkdirSync(join(root, ".cache"), { recursive: true });
const exitCode = await runTool("vitest", [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${reportFile}`,
  ...process.argv.slice(2),
]);
const report = readReport();
rmSync(reportFile, { force: true });
const failed = countFailures(report, exitCode);
console.log(`${report?.numPassedTests ?? 0} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
