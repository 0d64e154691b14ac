// What the host's syscalls share: the function that is calling, and the parts of the host they reach.
import type { CapturedInternals, DatabaseInternals, ExecutionContext } from "./convexTestInternals.js";
import type { Files } from "./files.js";
import type { IndexStore } from "./indexStore.js";
import type { JobQueue } from "./jobs.js";
import type { ReadInterval } from "./readSets.js";
import type { SpanRecorder } from "./spans.js";

export type SyscallDependencies = {
  internals: CapturedInternals;
  stores: Map<string, IndexStore>;
  files: Files;
  jobs: JobQueue;
  spans: SpanRecorder;
  onRead: (read: ReadInterval) => void;
  /** Base of file URLs. */
  origin: () => string;
};

export type AsyncSyscall = (operation: string, json: string) => Promise<string>;
/** Answers one operation; `next` is convex-test's own answer. */
export type Handler = (json: string, next: AsyncSyscall) => Promise<string>;

function currentContext({ internals }: SyscallDependencies): ExecutionContext | undefined {
  return internals.executionContext.getStore();
}

export function currentComponent(dependencies: SyscallDependencies): string {
  return currentContext(dependencies)?.componentPath ?? "";
}

export function currentDatabase(dependencies: SyscallDependencies): DatabaseInternals {
  return dependencies.internals.global.components[currentComponent(dependencies)]!.db;
}

/** The context of an action, which runs outside every transaction; null inside one. */
export function actionContext(dependencies: SyscallDependencies): ExecutionContext | null {
  const context = currentContext(dependencies);
  return context?.udfType === "action" || context?.udfType === "http" ? context : null;
}
