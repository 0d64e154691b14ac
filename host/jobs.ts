// Scheduled functions: rows of `_scheduled_functions`, armed when their transaction commits.
import type { CapturedInternals, FunctionAddress } from "./convexTestInternals.js";
import { cancelTimer, type HostClock, type Timer } from "./clock.js";
import type { DocumentWrite, StoredDocument } from "./documents.js";
import type { JobKey } from "./execution.js";

export const JOBS_TABLE = "_scheduled_functions";

export type Job = JobKey & { target: FunctionAddress; args: Record<string, unknown>; dueAt: number };
export type JobState = { kind: "pending" | "inProgress" | "success" | "failed" | "canceled"; error?: string };

export function keyOfJob({ componentPath, id }: JobKey): string {
  return `${componentPath}|${id}`;
}

export function stateOfJob(row: StoredDocument): JobState {
  return row["state"] as JobState;
}

/** The pending jobs of one host and the single timer that waits for the next of them. */
export class JobQueue {
  readonly #clock: HostClock;
  readonly #start: (job: Job) => void;
  readonly #armed = new Map<string, Job>();
  // Targets of jobs inserted by the running transaction: the row itself does not hold the component.
  readonly #uncommitted = new Map<string, Job>();
  #timer: Timer | null = null;
  #timerDueAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(clock: HostClock, start: (job: Job) => void) {
    this.#clock = clock;
    this.#start = start;
  }

  /** Remembers where a job scheduled by the running transaction leads. */
  scheduled(job: Job): void {
    this.#uncommitted.set(keyOfJob(job), job);
  }

  /** The target of a job row that is being committed. */
  targetOf(write: DocumentWrite): FunctionAddress | null {
    return this.#uncommitted.get(keyOfJob(write))?.target ?? null;
  }

  committed(writes: DocumentWrite[]): void {
    for (const write of writes) {
      if (write.table !== JOBS_TABLE) continue;
      const key = keyOfJob(write);
      if (write.after === null || stateOfJob(write.after).kind !== "pending") {
        this.#armed.delete(key);
        continue;
      }
      const job = this.#uncommitted.get(key);
      if (job !== undefined) this.arm(job);
    }
  }

  transactionEnded(): void {
    this.#uncommitted.clear();
  }

  arm(job: Job): void {
    this.#armed.set(keyOfJob(job), job);
    if (job.dueAt < this.#timerDueAt) this.#setTimer(job.dueAt);
  }

  /** Looks at the clock again, after it was moved. */
  recheck(): void {
    this.#setTimer(this.#earliest());
  }

  hasDue(): boolean {
    return this.#earliest() <= this.#clock.now();
  }

  stop(): void {
    this.#stopped = true;
    cancelTimer(this.#timer);
  }

  #earliest(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#armed.values()) earliest = Math.min(earliest, dueAt);
    return earliest;
  }

  #setTimer(dueAt: number): void {
    cancelTimer(this.#timer);
    this.#timer = null;
    this.#timerDueAt = dueAt;
    if (this.#stopped || dueAt === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.after(Math.max(0, dueAt - this.#clock.now()), () => this.#fire());
  }

  #fire(): void {
    this.#timer = null;
    this.#timerDueAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    const due = [...this.#armed.values()]
      .filter(({ dueAt }) => dueAt <= now)
      .sort((a, b) => a.dueAt - b.dueAt);
    for (const job of due) {
      this.#armed.delete(keyOfJob(job));
      this.#start(job);
    }
    this.recheck();
  }
}

/** Where a serialized function address leads, seen from a component. */
export function resolveAddress(
  address: { name?: string; reference?: string; functionHandle?: string },
  fromComponentPath: string,
): FunctionAddress {
  if (address.functionHandle !== undefined) {
    const [componentPath, udfPath] = address.functionHandle.slice("function://".length).split(";");
    return { componentPath: componentPath!, udfPath: udfPath! };
  }
  if (address.name !== undefined) return { componentPath: fromComponentPath, udfPath: address.name };
  if (address.reference === undefined) throw new Error("A scheduled function needs an address");
  // "_reference/childComponent/<name>/path/to/file/functionName"
  const [, , child, ...path] = address.reference.split("/");
  const functionName = path.pop()!;
  return {
    componentPath: fromComponentPath === "" ? child! : `${fromComponentPath}/${child!}`,
    udfPath: `${path.join("/")}:${functionName}`,
  };
}

/** The jobs that were waiting or running when the process ended. */
export function unfinishedJobs(
  internals: CapturedInternals,
  targets: Map<string, FunctionAddress>,
): { pending: Job[]; interrupted: JobKey[] } {
  const pending: Job[] = [];
  const interrupted: JobKey[] = [];
  for (const [key, target] of targets) {
    const separator = key.indexOf("|");
    const job = { componentPath: key.slice(0, separator), id: key.slice(separator + 1) };
    const row = internals.global.components[job.componentPath]?.db._documents[job.id];
    if (row === undefined) continue;
    const state = stateOfJob(row).kind;
    if (state === "inProgress") interrupted.push(job);
    if (state !== "pending") continue;
    const args = (row["args"] as Record<string, unknown>[])[0] ?? {};
    pending.push({ ...job, target, args, dueAt: row["scheduledTime"] as number });
  }
  return { pending, interrupted };
}
