// Durable runs on hosts that are killed, with mutations that conflict; then the tables are read.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startHost, type FaultRecord, type Host } from "../host/index.js";
import { seededRandom } from "../host/random.js";
import { mismatchText } from "../audit/mismatch.js";
import { recount } from "../audit/recount.js";
import { readLedger } from "../audit/rows.js";
import { groupBy, MEMORY, readEvidence } from "./audit/evidence.js";
import { judge, type Verdict } from "./audit/verdict.js";
import { CALL_LOG_VARIABLE, readLines, type CallEntry } from "./callLog.js";
import { Cast } from "./cast.js";
import { Desk } from "./desk.js";
import { planKills } from "./killPlan.js";
import { CLOCK_SHIFT_MS, liveThrough, type Lives } from "./lives.js";
import { writeMovedApp } from "./movedApp.js";
import { planScenes, scenarios, type Planned } from "./scenarios/index.js";

export type SoakOptions = {
  runs: number;
  /** Hosts that are killed. */
  kill: number;
  /** The chance with which a mutation is aborted and run again. */
  conflicts: number;
  /** Runs, kills and conflicts are drawn by it. */
  seed: number;
  /** The kinds of scenes that are played; all unless told. */
  only?: readonly string[];
  /** Told while it goes on, in lines for people. */
  tell: (line: string) => void;
};

const APP = "soak/app";
const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const USER_ID = "user_soak";
/** Named points that a soak of many kills must have come by. */
const LEAST_POINTS = 8;
/** So many kills that the points are bound to be among them. */
const MANY_KILLS = 12;
/** Runs that wait for a budget go on the next day; the one behind it some later. */
const DAY_SHIFTS_MS = [1, 2, 3, 4].map(() => 24 * 60 * 60_000);
/** How far the clock is moved when all is over, again and again, so that what is due later is done. */
const SWEEP_SHIFTS_MS = [1, 2, 3, 4].map(() => 11 * 60_000);

/** Runs the whole soak in a folder of its own, which goes with it. */
export async function runSoak(options: SoakOptions): Promise<Verdict> {
  const folder = join(PROJECT, ".cache", `soak-${process.pid}-${options.seed}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    return await soakIn(folder, options);
  } finally {
    if (process.env["SOAK_KEEP"] === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function soakIn(folder: string, options: SoakOptions): Promise<Verdict> {
  const random = seededRandom(options.seed);
  const { only = [] } = options;
  const kinds = only.length === 0 ? scenarios : scenarios.filter(({ kind }) => only.includes(kind));
  const scenes = planScenes(options.runs, random, kinds);
  const databaseFile = join(folder, "soak.sqlite");
  const callLogFile = join(folder, "calls.jsonl");
  const faultLogFile = join(folder, "faults.jsonl");
  const desk = new Desk(USER_ID);
  const cast = new Cast(scenes, desk);
  const environment = { [CALL_LOG_VARIABLE]: callLogFile };
  const movedApp = writeMovedApp(join(PROJECT, APP), join(folder, "moved"));
  const lives = await liveThrough({
    settings: { appDirectory: APP, databaseFile, environment },
    conflictProbability: options.conflicts,
    seed: options.seed,
    faultLogFile,
    kills: planKills(options.kill, random),
    onUrl: (url) => (desk.url = url),
    onLife: async (life) => {
      if (life === 0) await desk.prepare();
      await cast.allow(Math.ceil((scenes.length * (life + 1)) / (options.kill + 1)));
    },
    moved: { appDirectory: movedApp, onMoved: () => cast.playMoved() },
    tell: options.tell,
  });
  const told = {
    expected: scenes.flatMap(({ runs }) => runs),
    removed: scenes.flatMap(({ removed = [] }) => removed),
  };
  const { read: evidence, early } = await afterwards({ databaseFile, environment, lives }, (host, now) =>
    readEvidence(host, { ...told, now, calls: readLines<CallEntry>(callLogFile) }),
  );
  const faults = readLines<FaultRecord>(faultLogFile);
  const conflicts = faults.flatMap((fault) => (fault.kind === "conflict" ? [fault.path] : []));
  tellCourse(options, { scenes, lives, conflicts });
  const problems = [...lives.problems, ...cast.problems, ...courseProblems(options, lives), ...early];
  return judge(evidence, { kills: lives.kills, conflicts: conflicts.length, problems });
}

type After = { databaseFile: string; environment: Record<string, string>; lives: Lives };

/** A host without faults on the same database: whatever is due later is done before the tables are read. */
async function afterwards<T>(
  { databaseFile, environment, lives }: After,
  read: (host: Host, now: number) => Promise<T>,
): Promise<{ read: T; early: string[] }> {
  const clockShiftMs = lives.clockShiftMs + CLOCK_SHIFT_MS;
  const appDirectory = join(PROJECT, APP);
  const host = await startHost({ appDirectory, databaseFile, environment, clockShiftMs, listen: false });
  try {
    await host.idle();
    const now = Date.now() + clockShiftMs;
    const early = await earlyMismatches(host, now);
    let shiftedMs = 0;
    for (const ms of [...DAY_SHIFTS_MS, ...SWEEP_SHIFTS_MS]) {
      await host.shiftClock(ms);
      await host.idle();
      shiftedMs += ms;
    }
    return { read: await read(host, Date.now() + clockShiftMs + shiftedMs), early };
  } finally {
    await host.close();
  }
}

/** What does not add up on the day of the soak, whose budgets begin anew with the next one. */
async function earlyMismatches(host: Host, now: number): Promise<string[]> {
  const rows = await readLedger((table) => host.readTable(MEMORY, table));
  return recount(rows, now).map(mismatchText);
}

function courseProblems({ kill }: SoakOptions, { kills, points }: Lives): string[] {
  const named = new Set(points).size;
  return [
    ...(kills === kill ? [] : [`${kills} of ${kill} hosts were killed`]),
    ...(kill >= MANY_KILLS && named < LEAST_POINTS ? [`only ${named} named points were come by`] : []),
  ];
}

type Told = { scenes: Planned[]; lives: Lives; conflicts: string[] };

function tellCourse({ tell }: SoakOptions, { scenes, lives, conflicts }: Told): void {
  tell(`played: ${tally(scenes.map(({ kind }) => kind))}`);
  tell(`aborted: ${tally(conflicts)}`);
  tell(
    `killed at ${new Set(lives.points).size} named points: ${[...new Set(lives.points)].sort().join(", ")}`,
  );
}

/** How often each is there: "2 answer, 1 brief". */
const tally = (names: readonly string[]): string =>
  [...groupBy(names, (name) => name)].map(([name, { length }]) => `${length} ${name}`).join(", ");
