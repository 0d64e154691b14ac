// Transactions of all components: a fair lock, and one commit that is written to disk before it is visible.
import type {
  CapturedInternals,
  DatabaseInternals,
  TransactionManagerInternals,
} from "./convexTestInternals.js";
import { tableOfId, withCommitTs, type DocumentWrite, type StoredDocument } from "./documents.js";
import { currentRoot, JobCancelledError, type JobKey, type RequestKey } from "./execution.js";

const JOBS_TABLE = "_scheduled_functions";
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

export type RequestReceipt = RequestKey & { result: string; commitTs: bigint };

export type Commit = { commitTs: bigint; writes: DocumentWrite[]; receipt: RequestReceipt | null };

export type TransactionHooks = {
  /** Called before the commit becomes visible; throwing rolls the transaction back. */
  persist(commit: Commit): void;
  committed(commit: Commit): void;
  /** Called after every top-level transaction, committed or not. */
  ended(): void;
  now(): number;
};

function isPending(job: StoredDocument | null): boolean {
  return job !== null && (job["state"] as { kind: string }).kind === "pending";
}

export class Transactions {
  readonly #internals: CapturedInternals;
  readonly #hooks: TransactionHooks;
  readonly #waiting: (() => void)[] = [];
  /** convex-test's own, which knows no queue. */
  readonly #begin: TransactionManagerInternals["begin"];
  #held = false;
  /** How many commits changed rows; tells a query run whether anything happened meanwhile. */
  commitCount = 0;

  constructor(internals: CapturedInternals, hooks: TransactionHooks) {
    this.#internals = internals;
    this.#hooks = hooks;
    const manager = internals.global.transactionManager;
    this.#begin = manager.begin.bind(manager);
    this.#install();
  }

  get lastCommitTs(): bigint {
    return this.#internals.global.transactionManager._lastCommitTs;
  }

  #databases(): [string, DatabaseInternals][] {
    return Object.entries(this.#internals.global.components).map(([path, { db }]) => [path, db]);
  }

  #install(): void {
    const manager = this.#internals.global.transactionManager;
    const end = manager._endTransaction.bind(manager);
    const commitNested = manager.commit.bind(manager);
    const rollback = manager.rollback.bind(manager);
    manager.begin = async (isNested, limits) => {
      // convex-test wakes every waiter for each transaction that ends; a queue wakes one.
      if (!isNested) await this.#acquire();
      await this.#begin(isNested, limits);
      if (isNested || !this.#jobWasCancelled()) return;
      rollback(false);
      throw new JobCancelledError();
    };
    manager._endTransaction = (isNested) => {
      end(isNested);
      if (isNested) return;
      this.#hooks.ended();
      this.#release();
    };
    manager.commit = (isNested) => (isNested ? commitNested(true) : this.#commit());
  }

  /** Transactions that are open one in the other. */
  get depth(): number {
    return this.#internals.global.components[""]!.db._writes.length;
  }

  /** Rolls the open transaction back, lets those that wait go first, and begins it anew. */
  async restart(): Promise<void> {
    const manager = this.#internals.global.transactionManager;
    manager.rollback(false);
    await this.#acquire();
    await this.#begin(false);
    // Within the new transaction: whoever ran the mutation rolls that back.
    if (this.#jobWasCancelled()) throw new JobCancelledError();
  }

  async #acquire(): Promise<void> {
    if (this.#held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#held = true;
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#held = false;
    else next();
  }

  #jobRow(job: JobKey): StoredDocument | null {
    return this.#internals.global.components[job.componentPath]?.db.get(JOBS_TABLE, job.id) ?? null;
  }

  #ownJob(): JobKey | null {
    return currentRoot.getStore()?.request.job ?? null;
  }

  #jobWasCancelled(): boolean {
    const job = this.#ownJob();
    return job !== null && !isPending(this.#jobRow(job));
  }

  // A scheduled mutation and its own job's end are one commit, so it happens exactly once.
  #finishOwnJob(): void {
    const job = this.#ownJob();
    if (job === null || !isPending(this.#jobRow(job))) return;
    this.#internals.global.components[job.componentPath]!.db.patch(JOBS_TABLE, job.id, {
      state: { kind: "success" },
      completedTime: this.#hooks.now(),
    });
  }

  #commit(): bigint {
    const manager = this.#internals.global.transactionManager;
    this.#finishOwnJob();
    const now = BigInt(Math.floor(this.#hooks.now())) * NANOSECONDS_PER_MILLISECOND;
    const commitTs = now > manager._lastCommitTs ? now : manager._lastCommitTs + 1n;
    const writes = this.#collectWrites(commitTs);
    const commit: Commit = { commitTs, writes, receipt: this.#receipt(commitTs) };
    if (writes.length > 0) this.#hooks.persist(commit);
    for (const [, database] of this.#databases()) database.commit(commitTs);
    manager._lastCommitTs = commitTs;
    manager._metricsTracker?.commit();
    const root = currentRoot.getStore();
    if (root !== undefined) root.commitTs = commitTs;
    if (writes.length > 0) {
      this.commitCount++;
      this.#takeCommittedRows(writes);
      this.#hooks.committed(commit);
    }
    manager._endTransaction(false);
    return commitTs;
  }

  #collectWrites(commitTs: bigint): DocumentWrite[] {
    const writes: DocumentWrite[] = [];
    for (const [componentPath, database] of this.#databases()) {
      for (const [id, pending] of Object.entries(database._writes[0] ?? {})) {
        const before = database._documents[id] ?? null;
        const after = pending === null ? null : (withCommitTs(pending, commitTs) as StoredDocument);
        if (before !== null || after !== null) {
          writes.push({ componentPath, table: tableOfId(id), id, before, after });
        }
      }
    }
    return writes;
  }

  // convex-test resolved commit timestamps into copies of its own: those are the rows from now on.
  #takeCommittedRows(writes: DocumentWrite[]): void {
    for (const write of writes) {
      if (write.after === null) continue;
      write.after =
        this.#internals.global.components[write.componentPath]!.db._documents[write.id] ?? write.after;
    }
  }

  #receipt(commitTs: bigint): RequestReceipt | null {
    const root = currentRoot.getStore();
    if (root?.request.requestKey === undefined || root.result === null) return null;
    return { ...root.request.requestKey, result: root.result, commitTs };
  }
}
