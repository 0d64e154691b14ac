// A running Convex host: loads an app, restores its data, serves clients and answers in-process callers.
import { getDocumentSize, type Value } from "convex/values";
import { authEnvironment, createAuthentication } from "./authentication.js";
import { HostClock, pause } from "./clock.js";
import { CronError, type CronStatus } from "./crons.js";
import type { FunctionAddress, FunctionKind } from "./convexTestInternals.js";
import { Engine } from "./engine.js";
import type { Identity } from "./execution.js";
import type { FaultOptions } from "./faults.js";
import { HostServer } from "./http.js";
import { JOBS_TABLE, stateOfJob } from "./jobs.js";
import type { LocalIssuer, LocalUser } from "./localIssuer.js";
import { AppDirectoryError, loadApp, type ComponentSource } from "./modules.js";
import { DatabaseFileError, Persistence } from "./persistence.js";
import type { Span } from "./spans.js";
import type { SubscriptionStats } from "./subscriptions.js";

export type HostOptions = {
  /** The folder of the app's functions, for example `example/convex`. */
  appDirectory: string;
  /** Default: what the app's `convex.config` installs. */
  components?: ComponentSource[];
  /** Default: memory only. */
  databaseFile?: string;
  /** Default 0: any free port of 127.0.0.1. */
  port?: number;
  /** Default true; false for in-process use only. */
  listen?: boolean;
  /** How far the host's clock runs ahead of the machine's. Default 0. */
  clockShiftMs?: number;
  /** Record spans from the start. Default false. */
  spans?: boolean;
  /** What goes wrong on purpose. Default: nothing. */
  faults?: FaultOptions;
  /** Environment variables for the app's functions. */
  environment?: Record<string, string>;
  /** Who can sign in at `/local-auth/`. Default: Ada, an admin, and Ben. */
  users?: readonly LocalUser[];
};

export type TableSummary = { componentPath: string; table: string; rows: number; bytes: number };
export type ScheduledJob = { componentPath: string; name: string; dueAt: number; state: string };

export type Host = {
  /** Where clients connect, or null when the host does not listen. */
  url: string | null;
  /** Runs any function of the app, internal ones too; throws what the function threw. */
  call: (
    ...call: [kind: FunctionKind, path: string, args?: Record<string, unknown>, identity?: Identity | null]
  ) => Promise<unknown>;
  /**
   * A token for a user, signed by the host's own issuer: what clients of tests and benchmarks send. Claims beside
   * `subject` arrive in `getUserIdentity`. Lives an hour unless `lifetimeMs` says otherwise.
   */
  makeToken: (user: LocalUser, lifetimeMs?: number) => Promise<string>;
  /** Runs any function of a component. */
  callComponent: (
    ...call: [componentPath: string, kind: FunctionKind, functionPath: string, args?: Record<string, unknown>]
  ) => Promise<unknown>;
  /** Committed rows of a table; "" is the app. */
  readTable(componentPath: string, table: string): Promise<Record<string, unknown>[]>;
  tables(): TableSummary[];
  spans: { start(): void; stop(): Span[] };
  subscriptionStats(): SubscriptionStats;
  /** Resolves when nothing runs and no scheduled function is due; rejects after `timeoutMs` (default 60,000). */
  idle(timeoutMs?: number): Promise<void>;
  scheduledJobs(): ScheduledJob[];
  /** The crons of the app and its components, with when each runs next (ms since the epoch). */
  crons(): CronStatus[];
  /** Moves time forward; scheduled functions that became due run. */
  shiftClock(ms: number): Promise<void>;
  /** Cuts every client's connection, as a network failure would. */
  dropConnections(): void;
  close(): Promise<void>;
};

/** Stands in file URLs of a host that does not listen. */
const NO_ORIGIN = "http://host.invalid";
const DEFAULT_IDLE_TIMEOUT_MS = 60_000;
/** Functions that take longer than this after `close` find their host gone. */
const CLOSE_TIMEOUT_MS = 1000;
const IDLE_POLL_MS = 5;

function applyEnvironment(environment: Record<string, string>): () => void {
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

class RunningHost implements Host {
  url: string | null = null;
  readonly spans: Host["spans"];

  constructor(
    readonly engine: Engine,
    readonly server: HostServer,
    readonly parts: { issuer: LocalIssuer; release: () => void },
  ) {
    this.spans = { start: () => engine.spans.start(), stop: () => engine.spans.stop() };
  }

  call: Host["call"] = (...[kind, path, args = {}, identity = null]) =>
    this.#run(kind, { componentPath: "", udfPath: path }, { args, identity });

  makeToken: Host["makeToken"] = (user, lifetimeMs) => this.parts.issuer.sign(user, lifetimeMs);

  callComponent: Host["callComponent"] = (...[componentPath, kind, udfPath, args = {}]) =>
    this.#run(kind, { componentPath, udfPath }, { args, identity: null });

  async #run(
    kind: FunctionKind,
    address: FunctionAddress,
    call: { args: Record<string, unknown>; identity: Identity | null },
  ): Promise<unknown> {
    const outcome = await this.engine.run({ kind, address, ...call });
    if (!outcome.ok) throw outcome.error;
    return outcome.value;
  }

  readTable: Host["readTable"] = async (componentPath, table) =>
    Promise.resolve(this.engine.committedRows(componentPath, table));

  tables(): TableSummary[] {
    return [...this.engine.stores].flatMap(([componentPath, store]) =>
      store.tableNames().map((table) => {
        const rows = this.engine.committedRows(componentPath, table);
        const bytes = rows.reduce(
          (sum, row) => sum + getDocumentSize(row as unknown as Record<string, Value>),
          0,
        );
        return { componentPath, table, rows: rows.length, bytes };
      }),
    );
  }

  subscriptionStats(): SubscriptionStats {
    return this.server.sync.stats();
  }

  async idle(timeoutMs = DEFAULT_IDLE_TIMEOUT_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    // Two quiet looks in a row: between a function's end and its next step nothing seems to run.
    for (let quiet = 0; quiet < 2;) {
      quiet = this.engine.busy ? 0 : quiet + 1;
      if (quiet < 2) await pause(IDLE_POLL_MS);
      if (performance.now() > deadline) throw new Error(`The host was still busy after ${timeoutMs} ms`);
    }
  }

  scheduledJobs(): ScheduledJob[] {
    return [...this.engine.stores.keys()].flatMap((componentPath) =>
      this.engine.committedRows(componentPath, JOBS_TABLE).map((row) => ({
        componentPath,
        name: row["name"] as string,
        dueAt: row["scheduledTime"] as number,
        state: stateOfJob(row).kind,
      })),
    );
  }

  crons(): CronStatus[] {
    return this.engine.crons.list();
  }

  async shiftClock(ms: number): Promise<void> {
    this.engine.clock.advance(ms);
    this.engine.jobs.recheck();
    this.engine.crons.recheck();
    await pause(0);
  }

  dropConnections(): void {
    this.server.sync.dropConnections();
  }

  async close(): Promise<void> {
    this.engine.jobs.stop();
    this.engine.crons.stop();
    if (this.url !== null) await this.server.close();
    await this.engine.settle(CLOSE_TIMEOUT_MS);
    this.engine.options.persistence?.close();
    this.parts.release();
  }
}

/** True for what `startHost` throws and its caller can mend, told in one line; a port in use is node's own error. */
export const isStartProblem = (error: unknown): error is Error =>
  [AppDirectoryError, CronError, DatabaseFileError].some((kind) => error instanceof kind);

/**
 * Starts a host.
 *
 * Throws `CronError` for a cron that could never run, `AppDirectoryError` for a missing app or an `auth.config.ts` that
 * Convex would refuse, `DatabaseFileError` for a damaged file, and node's `EADDRINUSE` error for a port in use.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const releaseEnvironment = applyEnvironment({ ...authEnvironment(), ...options.environment });
  let persistence: Persistence | null = null;
  try {
    const app = await loadApp(options.appDirectory, options.components);
    persistence = options.databaseFile === undefined ? null : new Persistence(options.databaseFile);
    const clock = new HostClock(options.clockShiftMs ?? 0);
    let url: string | null = null;
    const { faults } = options;
    const auth = await createAuthentication({
      appDirectory: options.appDirectory,
      users: options.users,
      keyStore: persistence?.setting("localKey") ?? null,
      now: () => clock.now(),
    });
    const engine = await Engine.create({ app, clock, persistence, faults, origin: () => url ?? NO_ORIGIN });
    if (options.spans) engine.spans.start();
    const server = new HostServer(engine, auth);
    const { issuer } = auth.local;
    const host = new RunningHost(engine, server, { issuer, release: releaseEnvironment });
    if (options.listen !== false) host.url = url = await server.listen(options.port ?? 0);
    return host;
  } catch (error) {
    persistence?.close();
    releaseEnvironment();
    throw error;
  }
}
