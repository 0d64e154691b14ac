// Crons: functions that run by a schedule. Mutations exactly once a run, actions at most once, never two runs of one
// cron at once; what falls due meanwhile, or while the host is down, is run once and not made up for.
import type { CronJob, Crons } from "convex/server";
import { jsonToConvex } from "convex/values";
import { cancelTimer, type HostClock, type Timer } from "./clock.js";
import type { FunctionAddress, ModuleMap, RegisteredFunction } from "./convexTestInternals.js";
import type { CronAdvance, CronKey, FunctionRequest } from "./execution.js";
import { CronExpressionError, nextRunAfter, nextRunAt } from "./cronSchedule.js";

/** What the database file keeps of a cron. `spec`: a cron that was changed starts anew. */
export type CronRow = CronAdvance;

export type CronStatus = CronKey & { nextAt: number; isRunning: boolean };

/** A `crons.ts` that names what cannot be run. */
export class CronError extends Error {}

type OwnCron = CronRow & { job: CronJob; target: FunctionAddress };

/** The engine, as far as crons need it. */
export type CronEngine = {
  clock: HostClock;
  findFunction(address: FunctionAddress): Promise<RegisteredFunction | null>;
  track<T>(work: () => Promise<T>): Promise<T>;
  run(request: FunctionRequest): Promise<{ ok: true } | { ok: false; error: unknown }>;
};

/** Where rows are kept; without a file they live in memory. */
export type CronStore = { putCron(row: CronRow): void; deleteCron(key: CronKey): void };

const keyOf = ({ componentPath, name }: CronKey): string => `${componentPath}|${name}`;

/** The crons that a component's `crons.ts` exports. */
async function exportedCrons(modules: ModuleMap): Promise<[string, CronJob][]> {
  const path = Object.keys(modules).find((name) => /^\.\/crons\.[cm]?[jt]s$/.test(name));
  if (path === undefined) return [];
  const crons = (await modules[path]!())["default"] as Partial<Crons> | undefined;
  if (crons?.isCrons !== true)
    throw new CronError("`crons` must export what `cronJobs()` made as its default");
  return Object.entries(crons.crons ?? {});
}

export class CronRunner {
  readonly #engine: CronEngine;
  readonly #store: CronStore | null;
  readonly #crons = new Map<string, OwnCron>();
  #timer: Timer | null = null;
  #stopped = false;

  constructor(engine: CronEngine, store: CronStore | null) {
    this.#engine = engine;
    this.#store = store;
  }

  /**
   * Takes the crons of an app and its components, and goes on where a restored file left them. Throws `CronError` for
   * one that could never run, as a deploy would.
   */
  async load(components: { path: string; modules: ModuleMap }[], restored: CronRow[]): Promise<void> {
    const before = new Map(restored.map((row) => [keyOf(row), row]));
    for (const { path, modules } of components)
      for (const [name, job] of await exportedCrons(modules)) {
        const cron = await this.#checked({ componentPath: path, name }, job);
        this.#crons.set(keyOf(cron), cron);
        const known = before.get(keyOf(cron));
        if (known?.spec === cron.spec) Object.assign(cron, { nextAt: known.nextAt });
        if (known?.spec === cron.spec && known.isRunning) this.#failInterrupted(cron);
        else this.#store?.putCron(rowOf(cron));
      }
    for (const [key, row] of before) if (!this.#crons.has(key)) this.#store?.deleteCron(row);
    this.recheck();
  }

  async #checked(key: CronKey, job: CronJob): Promise<OwnCron> {
    const { componentPath, name } = key;
    const target = { componentPath, udfPath: job.name };
    const found = await this.#engine.findFunction(target);
    if (!found?.isMutation && !found?.isAction)
      throw new CronError(
        `The cron "${name}" runs ${job.name}, which is no mutation or action of its component`,
      );
    const now = this.#engine.clock.now();
    try {
      const nextAt = nextRunAt({ name, schedule: job.schedule }, null, now);
      return { ...key, job, target, spec: JSON.stringify(job), nextAt, isRunning: false };
    } catch (error) {
      if (error instanceof CronExpressionError) throw new CronError(`The cron "${name}": ${error.message}`);
      throw error;
    }
  }

  list(): CronStatus[] {
    return [...this.#crons.values()].map(({ componentPath, name, nextAt, isRunning }) => ({
      componentPath,
      name,
      nextAt,
      isRunning,
    }));
  }

  /** Looks at the clock again, after it was moved or a run ended. */
  recheck(): void {
    cancelTimer(this.#timer);
    this.#timer = null;
    const waiting = [...this.#crons.values()].filter(({ isRunning }) => !isRunning);
    if (this.#stopped || waiting.length === 0) return;
    const { clock } = this.#engine;
    const delayMs = Math.max(0, Math.min(...waiting.map(({ nextAt }) => nextAt)) - clock.now());
    this.#timer = clock.after(delayMs, () => this.#fire());
  }

  hasDue(): boolean {
    const now = this.#engine.clock.now();
    return !this.#stopped && [...this.#crons.values()].some((cron) => !cron.isRunning && cron.nextAt <= now);
  }

  stop(): void {
    this.#stopped = true;
    cancelTimer(this.#timer);
  }

  #fire(): void {
    const now = this.#engine.clock.now();
    for (const cron of this.#crons.values()) if (!cron.isRunning && cron.nextAt <= now) void this.#run(cron);
    this.recheck();
  }

  async #run(cron: OwnCron): Promise<void> {
    cron.isRunning = true;
    try {
      await this.#engine.track(() => this.#runTracked(cron));
    } catch (error) {
      console.error(`The host could not run the cron ${cron.name}:`, error);
    }
    cron.isRunning = false;
    cron.nextAt = this.#rowAfter(cron).nextAt;
    if (this.#stopped) return; // the file may be closed by now: a run of an action that ends later counts as interrupted
    this.#store?.putCron(rowOf(cron));
    this.recheck();
  }

  async #runTracked(cron: OwnCron): Promise<void> {
    const { target, job } = cron;
    const args = jsonToConvex((job.args as Parameters<typeof jsonToConvex>[0][])[0] ?? {}) as Record<
      string,
      unknown
    >;
    const registered = await this.#engine.findFunction(target);
    const kind = registered?.isMutation ? "mutation" : "action";
    // A mutation's next run is written in the commit of its effects; an action is marked before it starts.
    const request = kind === "mutation" ? { cronRow: () => this.#rowAfter(cron) } : {};
    if (kind === "action") this.#store?.putCron(rowOf(cron));
    const outcome = await this.#engine.run({ kind, address: target, args, ...request });
    if (!outcome.ok) console.error(`The cron ${cron.name} failed:`, outcome.error);
  }

  /** An action that was running when the process ended may have done anything: it is not repeated. */
  #failInterrupted(cron: OwnCron): void {
    console.error(`The cron ${cron.name} failed: it was running when the host ended`);
    Object.assign(cron, { nextAt: this.#rowAfter(cron).nextAt });
    this.#store?.putCron(rowOf(cron));
  }

  /** The row once the run that is due has ended. */
  #rowAfter(cron: OwnCron): CronRow {
    const { nextAt } = nextRunAfter(
      { name: cron.name, schedule: cron.job.schedule },
      cron.nextAt,
      this.#engine.clock.now(),
    );
    return { ...rowOf(cron), nextAt, isRunning: false };
  }
}

const rowOf = ({ componentPath, name, spec, nextAt, isRunning }: OwnCron): CronRow => ({
  componentPath,
  name,
  spec,
  nextAt,
  isRunning,
});
