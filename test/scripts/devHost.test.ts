// The host of `npm run dev` while its sources change.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { HostKeeper } from "../../scripts/dev/hostKeeper.js";
import { watchSources } from "../../scripts/dev/sources.js";
import { eventually } from "../host/fixtureHost.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PATIENCE_MS = 30_000;
/** What changes within 200 ms is one change. */
const LONGER_THAN_A_CHANGE_MS = 500;

let folder: string;
let app: string;
let keeper: HostKeeper;
const told: string[] = [];
let isPrepared = true;
/** How often something changed, and the restart that came of the last change. */
let preparations = 0;
let restarted = Promise.resolve();
let stopWatching: () => void;

const says = (word: string) => writeFileSync(join(app, "word.ts"), functionThatSays(word));
const functionThatSays = (word: string) => `
  import { queryGeneric } from "convex/server";
  export const get = queryGeneric({ args: {}, handler: async () => ${word} });`;

async function ask(): Promise<unknown> {
  try {
    const body = JSON.stringify({ path: "word:get", args: {} });
    const answer = await fetch(`${keeper.url}/api/query`, { method: "POST", body });
    return ((await answer.json()) as { value?: unknown }).value;
  } catch {
    return "down";
  }
}
const becomes = (word: string) => eventually(ask, (answer) => answer === word, PATIENCE_MS);
const isPreparedTimes = (times: number) =>
  eventually(
    () => preparations,
    (count) => count === times,
    PATIENCE_MS,
  );
const tells = (part: string) =>
  eventually(
    () => told.join("\n"),
    (all) => all.includes(part),
    PATIENCE_MS,
  );

beforeAll(async () => {
  mkdirSync(".cache", { recursive: true });
  folder = mkdtempSync(".cache/dev-app-"); // in the project: its functions import convex
  app = join(folder, "convex");
  mkdirSync(app);
  says('"one"');
  const settings = { appDirectory: app, databaseFile: join(folder, "host.sqlite"), port: 0 };
  keeper = await HostKeeper.start(settings, (line) => told.push(line));
  const prepare = async () => {
    preparations++;
    return Promise.resolve(isPrepared);
  };
  stopWatching = watchSources([app], () => {
    restarted = keeper.restart(prepare);
  });
});
afterAll(async () => {
  stopWatching();
  await keeper.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a function that changes is the new one soon, at the same address", async () => {
  await becomes("one");
  says('"two"');
  await becomes("two");
  await tells("started again");
});

test("a function that cannot be loaded is told, and mended by the next change", async () => {
  says('"three');
  await tells("starts again at the next change");
  expect(await ask()).toBe("down");
  says('"three"');
  await becomes("three");
});

test("a package that cannot be built leaves the host as it is", async () => {
  const before = preparations;
  isPrepared = false;
  says('"four"');
  await isPreparedTimes(before + 1);
  await restarted;
  expect(await ask()).toBe("three");
  isPrepared = true;
  says('"five"');
  await becomes("five");
});

test("what codegen writes starts nothing", async () => {
  const before = preparations;
  mkdirSync(join(app, "_generated"));
  writeFileSync(join(app, "_generated", "api.js"), "export const api = {};");
  await new Promise((resolve) => setTimeout(resolve, LONGER_THAN_A_CHANGE_MS)); // else it would count with the next
  expect(await ask()).toBe("five");
  says('"six"');
  await becomes("six");
  expect(preparations).toBe(before + 1);
});
