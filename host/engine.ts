// The Convex engine: convex-test with indexes, persistence, spans, limits and a scheduler of the host's own.
import { pause, type HostClock } from "./clock.js";
import {
  captureInternals,
  type CapturedInternals,
  type ComponentRegistration,
  type FunctionAddress,
  type RegisteredFunction,
  type TestAccessor,
} from "./convexTestInternals.js";
import { tableOfId, type DocumentWrite, type StoredDocument } from "./documents.js";
import { CronRunner } from "./crons.js";
import { currentRoot, newRoot, type FunctionRequest, type Root } from "./execution.js";
import { Files } from "./files.js";
import { currentFaults, Faults, type FaultOptions } from "./faults.js";
import { installIndexStore } from "./indexedDatabase.js";
import type { IndexStore } from "./indexStore.js";
import { JobQueue, unfinishedJobs } from "./jobs.js";
import { JobRunner } from "./jobRunner.js";
import type { LoadedApp } from "./modules.js";
import type { Persistence } from "./persistence.js";
import type { ReadInterval } from "./readSets.js";
import { currentRecorder, watchFunctions } from "./functionEntry.js";
import { outsideSpans, SpanRecorder } from "./spans.js";
import { installSyscalls } from "./syscalls.js";
import { Transactions, type Commit, type RequestReceipt } from "./transactions.js";

const SETTLE_POLL_MS = 5;

export type EngineOptions = {
  app: LoadedApp;
  clock: HostClock;
  persistence: Persistence | null;
  /** Base of file URLs. */
  origin: () => string;
  faults?: FaultOptions;
};

export type Outcome = { root: Root } & ({ ok: true; value: unknown } | { ok: false; error: unknown });
export type CommitListener = (writes: DocumentWrite[]) => void;

export class Engine {
  readonly spans = new SpanRecorder();
  readonly stores = new Map<string, IndexStore>();
  readonly files: Files;
  readonly jobs: JobQueue;
  readonly transactions: Transactions;
  /** Mutations of earlier processes that clients may resend. */
  receipts: RequestReceipt[] = [];
  readonly crons: CronRunner;
  readonly #runner: JobRunner;
  readonly #faults: Faults | null;
  readonly #listeners = new Set<CommitListener>();
  #running = 0;

  private constructor(
    readonly internals: CapturedInternals,
    readonly options: EngineOptions,
  ) {
    this.files = new Files(internals);
    this.#runner = new JobRunner(this);
    this.jobs = new JobQueue(options.clock, (job) => void this.#runner.run(job));
    this.crons = new CronRunner(this, options.persistence);
    this.transactions = new Transactions(internals, {
      persist: (commit) => this.#persist(commit),
      committed: (commit) => this.#committed(commit),
      ended: () => {
        this.files.transactionEnded();
        this.jobs.transactionEnded();
        this.#faults?.transactionEnded();
      },
      now: () => options.clock.now(),
    });
    this.#faults = options.faults === undefined ? null : new Faults(options.faults, this.transactions);
    watchFunctions(internals.executionContext);
    const { stores, files, jobs, spans } = this;
    installSyscalls({
      internals,
      stores,
      files,
      jobs,
      spans,
      onRead: (read) => this.#onRead(read),
      origin: options.origin,
    });
  }

  static async create(options: EngineOptions): Promise<Engine> {
    const { app, clock, persistence } = options;
    const registrations: ComponentRegistration[] = app.components;
    const internals = await clock.run(() => captureInternals(app, registrations));
    const engine = new Engine(internals, options);
    const restored = persistence?.restore(internals, clock.now());
    for (const [path, { db }] of Object.entries(internals.global.components)) {
      const observer = {
        onRead: (read: ReadInterval) => engine.#onRead(read),
        onWrite: (write: DocumentWrite) => engine.spans.onWrite(write),
      };
      engine.stores.set(path, installIndexStore(db, observer));
    }
    if (restored !== undefined) {
      engine.receipts = restored.receipts;
      const { pending, interrupted } = unfinishedJobs(internals, restored.jobTargets);
      for (const job of interrupted) await engine.#runner.failInterrupted(job);
      for (const job of pending) engine.jobs.arm(job);
    }
    await engine.crons.load([{ path: "", modules: app.modules }, ...registrations], restored?.crons ?? []);
    return engine;
  }

  get clock(): HostClock {
    return this.options.clock;
  }

  onCommit(listener: CommitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Work is counted as running until it settles; `busy` tells whether any is. */
  async track<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await this.clock.run(() => currentRecorder.run(this.spans, () => this.#withFaults(work)));
    } finally {
      this.#running--;
    }
  }

  #withFaults<T>(work: () => T): T {
    return this.#faults === null ? work() : currentFaults.run(this.#faults, work);
  }

  /** Waits for running functions to settle, but not longer than given. */
  async settle(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.#running > 0 && performance.now() < deadline) await pause(SETTLE_POLL_MS);
  }

  get busy(): boolean {
    return this.#running > 0 || this.jobs.hasDue() || this.crons.hasDue();
  }

  /** A registered function, or null. */
  async findFunction({ componentPath, udfPath }: FunctionAddress): Promise<RegisteredFunction | null> {
    const [modulePath, exportName = "default"] = udfPath.split(":");
    const component = this.internals.global.components[componentPath];
    if (component === undefined) return null;
    try {
      const found = (await component.modules(modulePath!))[exportName];
      return typeof found === "function" || typeof found === "object" ? found : null;
    } catch {
      return null;
    }
  }

  /** Runs one function as a request of its own. */
  run(request: FunctionRequest): Promise<Outcome> {
    const root = newRoot(request);
    return this.track(() => currentRoot.run(root, () => this.#runRoot(root)));
  }

  async #runRoot(root: Root): Promise<Outcome> {
    const { kind, address, args, identity } = root.request;
    try {
      const accessor = identity ? this.internals.accessor.withIdentity(identity) : this.internals.accessor;
      const value = await callByKind(accessor, kind, { address, args });
      return { ok: true, root, value: value ?? null };
    } catch (error) {
      return { ok: false, root, error };
    }
  }

  /** Runs the host's own work as one transaction of a component. */
  transact<T>(componentPath: string, work: () => T): Promise<T> {
    return this.track(() =>
      outsideSpans(() =>
        this.internals.accessor.runInComponent(componentPath, async () => Promise.resolve(work())),
      ),
    );
  }

  committedRows(componentPath: string, table: string): StoredDocument[] {
    const database = this.internals.global.components[componentPath]?.db;
    if (database === undefined) throw new Error(`The app installs no component "${componentPath}"`);
    return Object.values(database._documents).filter(({ _id }) => tableOfId(_id) === table);
  }

  #onRead(read: ReadInterval): void {
    // A mutation does not depend on what it looks up in a stale snapshot: those races are its own.
    if (this.stores.get("")?.isStashed) return;
    currentRoot.getStore()?.reads?.push(read);
    this.spans.onRead(read);
  }

  #persist(commit: Commit): void {
    const { internals, files, jobs } = this;
    const cron = currentRoot.getStore()?.request.cronRow?.() ?? null;
    this.#faults?.beforeCommit();
    this.options.persistence?.commit(commit, { internals, files, jobs, now: this.clock.now(), cron });
    this.#faults?.afterCommit();
  }

  #committed({ writes }: Commit): void {
    const byComponent = new Map<string, DocumentWrite[]>();
    for (const write of writes) {
      const list = byComponent.get(write.componentPath);
      if (list === undefined) byComponent.set(write.componentPath, [write]);
      else list.push(write);
    }
    for (const [path, list] of byComponent) this.stores.get(path)?.committed(list);
    this.files.committedWrites(writes);
    this.jobs.committed(writes);
    for (const listener of this.#listeners) listener(writes);
  }
}

function callByKind(
  accessor: TestAccessor,
  kind: FunctionRequest["kind"],
  call: { address: FunctionAddress; args: Record<string, unknown> },
): Promise<unknown> {
  switch (kind) {
    case "query":
      return accessor.queryFromPath(call.address, call.args);
    case "mutation":
      return accessor.mutationFromPath(call.address, call.args);
    case "action":
      return accessor.actionFromPath(call.address, call.args);
  }
}
