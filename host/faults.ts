// Faults on purpose: mutations aborted as by a write conflict, and points at which the process kills itself.
import { AsyncLocalStorage } from "node:async_hooks";
import { appendFileSync } from "node:fs";
import type { ExecutionContext } from "./convexTestInternals.js";
import { seededRandom } from "./random.js";

/** Where the process ends itself, and at which time it comes by there, from 1. */
export type KillPoint = { name: string; occurrence: number };

export type FaultOptions = {
  /**
   * The chance with which a mutation that is ready to commit is rolled back, with all it called and scheduled, and
   * run again from the start, as after a write conflict. Default 0.
   */
  conflictProbability?: number;
  /** The same seed aborts the same mutations of one order of calls. Default 1. */
  conflictSeed?: number;
  /**
   * Ends the process with SIGKILL. `before-commit:PATH` and `after-commit:PATH` are the two sides of the commit of a
   * transaction in which the mutation PATH ran (`turns:saveStep`, in whatever component): nothing of it is kept, or
   * all of it while nobody was answered. Any other name is one that a function gives to `reachPoint`.
   */
  killAt?: KillPoint;
  /** Each fault is appended to this file as a line of JSON (`FaultRecord`). */
  logFile?: string;
};

/** One fault that happened. */
export type FaultRecord = { kind: "conflict"; path: string } | { kind: "kill"; point: string };

/** Aborts in a row after which a mutation is let through: Convex would give up and fail the caller. */
const MOST_CONFLICTS = 4;
/** convex-test runs its own bookkeeping, and the host's, under this path. */
const BOOKKEEPING_PATH = "custom";
const KILL_POINT = /^(.+?)(?::([1-9]\d*))?$/;

/** `NAME:N`, or `NAME` for the first time. */
export function parseKillPoint(text: string): KillPoint {
  const [, name = text, occurrence = "1"] = KILL_POINT.exec(text) ?? [];
  return { name, occurrence: Number(occurrence) };
}

/** The transactions, as far as faults need them. */
export type FaultedTransactions = {
  /** Transactions that are open one in the other: 1 in a mutation that was not called by another. */
  depth: number;
  /** Rolls the open transaction back, lets those that wait go first, and begins it anew. */
  restart(): Promise<void>;
};

export class Faults {
  readonly #options: FaultOptions;
  readonly #random: () => number;
  /** The mutations that ran in the open transaction. */
  readonly #entered = new Set<string>();
  #passed = 0;

  constructor(
    options: FaultOptions,
    private readonly transactions: FaultedTransactions,
  ) {
    this.#options = options;
    this.#random = seededRandom(options.conflictSeed ?? 1);
  }

  /** Runs a function; a mutation of its own may be run several times. */
  run(context: ExecutionContext, attempt: () => unknown): unknown {
    if (context.udfType !== "mutation" || context.udfPath === BOOKKEEPING_PATH) return attempt();
    if (this.transactions.depth > 1) {
      this.#entered.add(context.udfPath);
      return attempt();
    }
    return this.#runUntilCommit(context, attempt);
  }

  async #runUntilCommit(context: ExecutionContext, attempt: () => unknown): Promise<unknown> {
    for (let conflicts = 0; ; conflicts++) {
      this.#entered.add(context.udfPath);
      const value = await attempt();
      if (conflicts === MOST_CONFLICTS || !this.#drawConflict()) return value;
      this.#record({ kind: "conflict", path: context.udfPath });
      await this.transactions.restart();
      context.paginatedQueries = 0;
    }
  }

  #drawConflict(): boolean {
    const { conflictProbability = 0 } = this.#options;
    return conflictProbability > 0 && this.#random() < conflictProbability;
  }

  beforeCommit(): void {
    for (const path of this.#entered) this.reach(`before-commit:${path}`);
  }

  afterCommit(): void {
    for (const path of this.#entered) this.reach(`after-commit:${path}`);
  }

  transactionEnded(): void {
    this.#entered.clear();
  }

  /** Ends the process when it is to end here. */
  reach(name: string): void {
    const { killAt } = this.#options;
    if (killAt?.name !== name || ++this.#passed !== killAt.occurrence) return;
    this.#record({ kind: "kill", point: name });
    process.kill(process.pid, "SIGKILL");
    for (;;); // the signal is on its way: nothing may happen in between
  }

  #record(record: FaultRecord): void {
    const { logFile } = this.#options;
    if (logFile !== undefined) appendFileSync(logFile, `${JSON.stringify(record)}\n`);
  }
}

/** The faults of the host whose function is running. */
export const currentFaults = new AsyncLocalStorage<Faults>();

/**
 * For functions of an app that is tested: names a point at which a host may be told to kill itself. Does nothing
 * otherwise.
 *
 * @example reachPoint("inside-tool");
 */
export function reachPoint(name: string): void {
  currentFaults.getStore()?.reach(name);
}
