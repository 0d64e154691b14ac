// Every function, also nested and scheduled ones, enters convex-test's execution context: spans open there, and
// there a mutation's result is known before it commits.
import { AsyncLocalStorage } from "node:async_hooks";
import type { ExecutionContext } from "./convexTestInternals.js";
import { currentRoot } from "./execution.js";
import { currentFaults } from "./faults.js";
import type { SpanRecorder } from "./spans.js";

/** The recorder of the host whose function is running; convex-test shares its contexts between hosts. */
export const currentRecorder = new AsyncLocalStorage<SpanRecorder>();

type Enter = (context: ExecutionContext, work: () => unknown) => unknown;

const watched = new WeakSet<AsyncLocalStorage<ExecutionContext>>();

/** Starts watching function entries; once per process, whatever the number of hosts. */
export function watchFunctions(storage: AsyncLocalStorage<ExecutionContext>): void {
  if (watched.has(storage)) return;
  watched.add(storage);
  // Looked up at each call: capturing a further host's internals patches the prototype for a moment.
  const enter: Enter = (context, work) => AsyncLocalStorage.prototype.run.call(storage, context, work);
  const enterWatched: Enter = (context, work) => {
    const enterAndKeep = () => keepResult(context, enter(context, work));
    const recorder = currentRecorder.getStore();
    const attempt = () => (recorder === undefined ? enterAndKeep() : recorder.run(context, enterAndKeep));
    const faults = currentFaults.getStore();
    return faults === undefined ? attempt() : faults.run(context, attempt);
  };
  Object.assign(storage, { run: enterWatched });
}

// The outermost mutation settles last, so its result is the one that stays.
function keepResult(context: ExecutionContext, result: unknown): unknown {
  const root = currentRoot.getStore();
  const isWanted = context.udfType === "mutation" && root?.request.requestKey !== undefined;
  if (!isWanted || !(result instanceof Promise)) return result;
  return result.then((value: unknown) => {
    if (typeof value === "string") root.result = value;
    return value;
  });
}
