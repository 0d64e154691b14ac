// The hosts of one soak, one after the other on the same database, each killed but the last.
import { HostProcess, type HostSettings } from "../host/hostProcess.js";
import { pause } from "./desk.js";
import type { Kill } from "./killPlan.js";

/** Workpool takes an action for lost after 5 minutes, and looks once a minute. */
export const CLOCK_SHIFT_MS = 7 * 60_000;
/** A point that no host came by within this time is left: the host is killed from outside. */
const POINT_PATIENCE_MS = 8_000;

export type LivesOptions = {
  settings: Omit<HostSettings, "port" | "clockShiftMs" | "faults">;
  conflictProbability: number;
  seed: number;
  faultLogFile: string;
  kills: Kill[];
  /** A host answers at this address from now on; null: it is down. */
  onUrl: (url: string | null) => void;
  /** A life began: so many were before. Resolves when all that is to be done in it, and before, is over. */
  onLife: (life: number) => Promise<void>;
  /** The folder of the app with a module renamed, and what is done there when all else is over. */
  moved: { appDirectory: string; onMoved: () => Promise<void> };
  tell: (line: string) => void;
};

/** How the lives went. */
export type Lives = { kills: number; points: string[]; clockShiftMs: number; problems: string[] };

/** Lives through all kills; the last host is ended in order, when all is over. */
export async function liveThrough(options: LivesOptions): Promise<Lives> {
  const lives: Lives = { kills: 0, points: [], clockShiftMs: 0, problems: [] };
  let port = 0;
  for (const [life, kill] of options.kills.entries()) {
    const host = await startHost(options, { life, port, clockShiftMs: lives.clockShiftMs, kill });
    const startedAt = performance.now();
    ({ port } = host);
    const killed = await liveOnce(options, { host, life, kill });
    if (killed.isKilled) lives.kills++;
    else lives.problems.push(`host ${life} ended, and not by SIGKILL`);
    lives.points.push(...killed.points);
    options.tell(`host ${life} died ${killed.how}, after ${secondsSince(startedAt)} s`);
    lives.clockShiftMs += CLOCK_SHIFT_MS;
  }
  const life = options.kills.length;
  const start = { life, port, clockShiftMs: lives.clockShiftMs, kill: null };
  await liveInPeace(options, start, () => options.onLife(life));
  const { appDirectory, onMoved } = options.moved;
  const settings = { ...options.settings, appDirectory };
  await liveInPeace({ ...options, settings }, { ...start, life: life + 1 }, onMoved);
  return lives;
}

/** A life that ends in order, when all that is to be done in it is over. */
async function liveInPeace(options: LivesOptions, start: Start, live: () => Promise<void>): Promise<void> {
  const host = await startHost(options, start);
  options.onUrl(host.url);
  const startedAt = performance.now();
  await Promise.race([live(), host.died]).finally(() => host.stop());
  options.onUrl(null);
  options.tell(`host ${start.life} had all done after ${secondsSince(startedAt)} s`);
}

const secondsSince = (startedAt: number): string => ((performance.now() - startedAt) / 1_000).toFixed(1);

type Start = { life: number; port: number; clockShiftMs: number; kill: Kill | null };

function startHost(options: LivesOptions, { life, port, clockShiftMs, kill }: Start): Promise<HostProcess> {
  const { settings, conflictProbability, seed, faultLogFile } = options;
  return HostProcess.start({
    ...settings,
    port,
    clockShiftMs,
    faults: {
      conflictProbability,
      conflictSeed: seed + life,
      killAt: kill?.kind === "point" ? kill.killAt : undefined,
      logFile: faultLogFile,
    },
  });
}

type Killed = { isKilled: boolean; points: string[]; how: string };

async function liveOnce(
  { onUrl, onLife }: LivesOptions,
  { host, life, kill }: { host: HostProcess; life: number; kill: Kill },
): Promise<Killed> {
  onUrl(host.url);
  const ended = host.ended().then((isKilled) => ({ isKilled }));
  const over = onLife(life).then(() => null);
  const patience = pause(kill.kind === "outside" ? kill.afterMs : POINT_PATIENCE_MS).then(() => null);
  const first = await Promise.race(kill.kind === "outside" ? [ended, patience] : [ended, over, patience]);
  onUrl(null);
  if (first !== null && kill.kind === "point") {
    const { name, occurrence } = kill.killAt;
    return { ...first, points: [name], how: `at ${name}, the ${occurrence}. time` };
  }
  const how = kill.kind === "outside" ? "from outside" : `from outside: nothing came by ${kill.killAt.name}`;
  return { isKilled: await host.kill(), points: [], how };
}
