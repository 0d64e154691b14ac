// Runs scheduled functions: mutations exactly once, actions at most once, as Convex promises.
import type { CapturedInternals, FunctionAddress, RegisteredFunction } from "./convexTestInternals.js";
import { JobCancelledError, type FunctionRequest, type JobKey } from "./execution.js";
import { JOBS_TABLE, stateOfJob, type Job, type JobState } from "./jobs.js";

/** The engine, as far as scheduled functions need it. */
export type JobEngine = {
  internals: CapturedInternals;
  clock: { now(): number };
  track<T>(work: () => Promise<T>): Promise<T>;
  findFunction(address: FunctionAddress): Promise<RegisteredFunction | null>;
  run(request: FunctionRequest): Promise<{ ok: true } | { ok: false; error: unknown }>;
  transact<T>(componentPath: string, work: () => T): Promise<T>;
};

export class JobRunner {
  readonly #engine: JobEngine;

  constructor(engine: JobEngine) {
    this.#engine = engine;
  }

  async run(job: Job): Promise<void> {
    try {
      await this.#engine.track(() => this.#runTracked(job));
    } catch (error) {
      console.error(`The host could not run the scheduled function ${job.target.udfPath}:`, error);
    }
  }

  /** An action that was running when the process ended may have done anything: it fails and is not repeated. */
  async failInterrupted(job: JobKey): Promise<void> {
    await this.#setState(job, { kind: "failed", error: "Transient error while executing action" });
  }

  async #runTracked(job: Job): Promise<void> {
    const { componentPath, id, target, args } = job;
    const registered = await this.#engine.findFunction(target);
    if (registered?.isMutation) {
      const outcome = await this.#engine.run({
        kind: "mutation",
        address: target,
        args,
        job: { componentPath, id },
      });
      if (!outcome.ok && !(outcome.error instanceof JobCancelledError)) await this.#fail(job, outcome.error);
      return;
    }
    if (!registered?.isAction) {
      await this.#fail(job, new Error(`There is no mutation or action ${target.udfPath} to run`));
      return;
    }
    const started = await this.#setState(job, { kind: "inProgress" });
    if (!started) return;
    const outcome = await this.#engine.run({ kind: "action", address: target, args });
    if (outcome.ok) await this.#setState(job, { kind: "success" });
    else await this.#fail(job, outcome.error);
  }

  async #fail(job: Job, error: unknown): Promise<void> {
    console.error(`Scheduled function ${job.target.udfPath} failed:`, error);
    await this.#setState(job, {
      kind: "failed",
      error: error instanceof Error ? error.message : String(error),
    });
  }

  /** False when the job was cancelled or deleted in the meantime. */
  #setState({ componentPath, id }: JobKey, state: JobState): Promise<boolean> {
    const engine = this.#engine;
    return engine.transact(componentPath, () => {
      const { db } = engine.internals.global.components[componentPath]!;
      const row = db.get(JOBS_TABLE, id);
      if (row === null || stateOfJob(row).kind === "canceled") return false;
      const isFinal = state.kind !== "inProgress";
      db.patch(JOBS_TABLE, id, { state, ...(isFinal ? { completedTime: engine.clock.now() } : {}) });
      return true;
    });
  }
}
