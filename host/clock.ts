// A clock per host that can run ahead of the machine's, so that tests need not wait for timeouts.
import { AsyncLocalStorage } from "node:async_hooks";

// Taken before convex-test replaces the globals with ones that refuse inside transactions.
const RealDate = Date;
const realSetTimeout = setTimeout;
const realClearTimeout = clearTimeout;
const realSetImmediate = setImmediate;

export type Timer = ReturnType<typeof setTimeout>;

const currentClock = new AsyncLocalStorage<HostClock>();
// The context of no function: timers and subscription runs must not inherit the one that caused them.
const outsideFunctions = AsyncLocalStorage.snapshot();
let shiftedDateInstalled = false;

// `Date.now()` and `new Date()` answer with the shift of the host whose function is running.
function installShiftedDate(): void {
  if (shiftedDateInstalled) return;
  shiftedDateInstalled = true;
  const now = () => RealDate.now() + (currentClock.getStore()?.shiftMs ?? 0);
  globalThis.Date = new Proxy(RealDate, {
    get: (target, property, receiver) =>
      property === "now"
        ? now
        : (Reflect.get(target, property, receiver === globalThis.Date ? target : receiver) as unknown),
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
    apply: () => new RealDate(now()).toString(),
  });
}

export class HostClock {
  shiftMs = 0;

  constructor(shiftMs: number) {
    if (shiftMs !== 0) this.advance(shiftMs);
  }

  advance(byMs: number): void {
    installShiftedDate();
    this.shiftMs += byMs;
  }

  now(): number {
    return RealDate.now() + this.shiftMs;
  }

  /** Runs host work outside every Convex function, on this clock. */
  run<T>(work: () => T): T {
    return outsideFunctions(() => currentClock.run(this, work));
  }

  /** A timer whose callback runs outside every function and does not keep the process alive by itself. */
  after(delayMs: number, work: () => void): Timer {
    return this.run(() => realSetTimeout(work, Math.min(delayMs, MAX_TIMER_MS)));
  }

  soon(work: () => void): void {
    this.run(() => realSetImmediate(work));
  }
}

/** Node fires timers longer than this at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function cancelTimer(timer: Timer | null): void {
  if (timer !== null) realClearTimeout(timer);
}

export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => realSetTimeout(resolve, delayMs));
}
