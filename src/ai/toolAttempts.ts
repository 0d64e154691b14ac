import type { AgentTool } from "./tool.js";

type Attempt = (abortSignal: AbortSignal) => unknown;

/**
 * What one tool gives: in its time, and tried again as it says when it throws. Throws what its last attempt threw, or
 * the reason of the abort: a tool that does not listen must not hold up a canceled run.
 */
export async function attempt(
  { timeoutMs, retry }: Pick<AgentTool, "timeoutMs" | "retry">,
  abortSignal: AbortSignal,
  run: Attempt,
): Promise<unknown> {
  const { maxAttempts, initialBackoffMs, base } = retry ?? { maxAttempts: 1, initialBackoffMs: 0, base: 1 };
  for (let tried = 1; ; tried++) {
    try {
      return await inTime(timeoutMs, abortSignal, run);
    } catch (error) {
      if (tried >= maxAttempts || abortSignal.aborted) throw error;
      await unlessAborted(pause(initialBackoffMs * base ** (tried - 1)), abortSignal);
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function inTime(
  timeoutMs: number | undefined,
  abortSignal: AbortSignal,
  run: Attempt,
): Promise<unknown> {
  abortSignal.throwIfAborted(); // too late for what it would do
  if (timeoutMs === undefined) return await unlessAborted(run(abortSignal), abortSignal);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new ToolTimeout(timeoutMs)), timeoutMs);
  const either = AbortSignal.any([abortSignal, limit.signal]);
  try {
    return await unlessAborted(run(either), either);
  } finally {
    clearTimeout(timer);
  }
}

class ToolTimeout extends Error {
  override readonly name = "TimeoutError";

  constructor(timeoutMs: number) {
    super(`The tool took longer than ${timeoutMs} ms and was stopped; it may or may not have had an effect.`);
  }
}

async function unlessAborted(work: unknown, abortSignal: AbortSignal): Promise<unknown> {
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(abortSignal.reason as Error);
    abortSignal.addEventListener("abort", stop, { once: true });
    if (abortSignal.aborted) stop(); // by the tool itself, before it gave a promise
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    abortSignal.removeEventListener("abort", stop);
  }
}
