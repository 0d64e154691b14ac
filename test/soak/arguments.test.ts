import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parseArguments, UsageError } from "../../soak/arguments.js";

const project = fileURLToPath(new URL("../..", import.meta.url));

test("the defaults are those of the acceptance", () => {
  expect(parseArguments([])).toEqual({
    runs: 50,
    kill: 15,
    conflicts: 0.2,
    seed: 1,
    only: [],
    json: false,
    help: false,
  });
});

test("every option is read", () => {
  const argv = [
    "--runs",
    "200",
    "--kill",
    "60",
    "--conflicts",
    "0",
    "--seed",
    "7",
    "--only",
    "nested,answer",
    "--json",
  ];
  const options = {
    runs: 200,
    kill: 60,
    conflicts: 0,
    seed: 7,
    only: ["nested", "answer"],
    json: true,
    help: false,
  };
  expect(parseArguments(argv)).toEqual(options);
});

describe("what makes no sense is told in one line:", () => {
  test.each([
    [["--runs", "0"], "--runs must be from 1"],
    [["--only", "nested,juggling"], 'There is no kind of scene "juggling"'],
    [["--runs", "many"], "--runs must be a whole number"],
    [["--runs", "1.5"], "--runs must be a whole number"],
    [["--runs", "99999"], "--runs must be from 1"],
    [["--runs", ""], "--runs must be a whole number"],
    [["--runs", "5", "--kill", "6"], "--kill must not be more than --runs"],
    [["--kill=-1"], "--kill must be a whole number"],
    [["--conflicts", "1"], "--conflicts must be from 0 to below 1"],
    [["--conflicts=-0.1"], "--conflicts must be from 0 to below 1"],
    [["--conflicts", "often"], "--conflicts must be from 0 to below 1"],
    [["--conflicts", " "], "--conflicts must be from 0 to below 1"],
    [["--seed", "x"], "--seed must be a whole number"],
    [["--colour"], "Unknown option '--colour'"],
    [["more"], "Unexpected argument 'more'"],
  ])("%j", (argv, words) => {
    const read = () => parseArguments(argv);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(words);
    expect(read).not.toThrow("\n");
  });
});

test("the command ends with 2 and says why", async () => {
  const argv = ["--import", "tsx", "soak/main.ts", "--runs", "none"];
  const { code, stderr, stdout } = await new Promise<{ code: unknown; stderr: string; stdout: string }>(
    (resolve) =>
      execFile(process.execPath, argv, { cwd: project }, (error, stdout, stderr) =>
        resolve({ code: error?.code, stderr, stdout }),
      ),
  );
  expect(stderr.trim()).toBe('soak: --runs must be a whole number, not "none".');
  expect(stdout).toBe("");
  expect(code).toBe(2);
});
