/**
 * Everything that must hold before a change is done, besides the tests: `npm run check [name …]`.
 * All checks run, two at a time; the exit code is 1 when any failed.
 */
import { checks, type Check } from "./check/checks.js";

interface Outcome {
  name: string;
  passed: boolean;
  seconds: number;
}

/** Two cores: more at once only makes each slower. */
const LANES = 2;

async function perform({ name, run }: Check): Promise<Outcome> {
  const startedAt = performance.now();
  const { passed, output } = await run();
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`${passed ? "ok    " : "FAILED"}  ${name} (${seconds.toFixed(1)} s)`);
  if (!passed) console.log(`\n${output.trimEnd()}\n`);
  return { name, passed, seconds };
}

/** Takes the next check as soon as a lane is free. */
async function performAll(selected: Check[]): Promise<Outcome[]> {
  const waiting = [...selected];
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      outcomes.push(await perform(next));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return selected.flatMap(({ name }) => outcomes.filter((outcome) => outcome.name === name));
}

function printSummary(outcomes: Outcome[], seconds: number): void {
  const width = Math.max(...outcomes.map(({ name }) => name.length));
  console.log("");
  for (const outcome of outcomes) {
    const result = outcome.passed ? "ok" : "FAILED";
    console.log(`${outcome.name.padEnd(width)}  ${outcome.seconds.toFixed(1).padStart(6)} s  ${result}`);
  }
  const failed = outcomes.filter(({ passed }) => !passed).length;
  console.log(`check: ${outcomes.length - failed} ok, ${failed} failed, ${seconds.toFixed(0)} s`);
}

const wanted = process.argv.slice(2);
const selected = checks.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (selected.length === 0) {
  console.error(`Known checks: ${checks.map(({ name }) => name).join(", ")}`);
  process.exitCode = 2;
} else {
  const startedAt = performance.now();
  const outcomes = await performAll(selected);
  printSummary(outcomes, (performance.now() - startedAt) / 1000);
  process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
}
