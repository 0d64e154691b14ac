import type { ActionCtx, BoundMemory } from "../client/index.js";
import { CANCEL_POLL_MS, CANCEL_UNASKED_MS } from "../shared/runLimits.js";
import { isMemoryError } from "../validators/errors.js";

export type Watched = {
  ctx: ActionCtx;
  memory: BoundMemory;
  runId: string;
  /** Of an action: how often the run had been taken up when it came to it. */
  takeUps?: number;
  /** Aborted when the run turns out to have ended. */
  abort: AbortController;
};

/**
 * While work for a run is under way, asks every two seconds whether the run goes on, and aborts the work if not: a
 * model that is silent and a tool that is slow would not notice otherwise. What is done sooner costs no call. A
 * question that fails is asked again.
 */
export class CancelWatch {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: Promise<void> = Promise.resolve();
  #isOver = false;
  #seenAt = Date.now();

  constructor(private readonly watched: Watched) {
    this.#wait();
  }

  /** The run has just been seen alive, so that there is nothing to ask for a while. */
  seenAlive = (): void => {
    this.#seenAt = Date.now();
    this.#wait();
  };

  /** Asks before something is paid for, unless the run was seen alive just now. Throws when it has ended. */
  async check(): Promise<void> {
    if (Date.now() - this.#seenAt >= CANCEL_UNASKED_MS) await this.#ask();
    this.watched.abort.signal.throwIfAborted();
  }

  /** Ends the watch, once a question in flight is answered: an action must not leave one behind. */
  async stop(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#asking;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#asking = this.#ask();
    }, CANCEL_POLL_MS);
  }

  async #ask(): Promise<void> {
    const { ctx, memory, runId, takeUps, abort } = this.watched;
    const asked = takeUps === undefined ? { runId } : { runId, takeUps };
    const isActive = await memory.runs.isActive(ctx, asked).catch(isNotGone);
    if (isActive) this.seenAlive();
    else if (!this.#isOver) abort.abort(new RunEnded());
  }
}

/** A run that is gone went with its thread. Of any other error nothing follows. */
const isNotGone = (error: unknown): boolean => !isMemoryError(error, "RUN_NOT_FOUND");

/** Does work for a run while it is watched. */
export async function whileActive<Value>(
  watched: Watched,
  work: (watch: CancelWatch) => Promise<Value>,
): Promise<Value> {
  const watch = new CancelWatch(watched);
  try {
    return await work(watch);
  } finally {
    await watch.stop();
  }
}

/** Why work was stopped: nobody waits for it any more. */
export class RunEnded extends Error {
  override readonly name = "AbortError";
  override readonly message = "The run ended while it was at work.";
}
