import type { Page } from "../validators/page.js";
import type { AgentMemory, BoundMemory, QueryCtx } from "../client/index.js";
import type { WorkerTarget } from "./workerJob.js";

/** Threads that one run of a job looks at unless told otherwise. */
const DEFAULT_THREADS = 50;
const PAGE_THREADS = 50;

/** The memory of the one that a worker works for: everyone's for the app itself. */
export const memoryFor = (memory: AgentMemory, { as }: WorkerTarget): BoundMemory =>
  as === undefined ? memory.asSystem() : memory.as(as);

type Looking = { target: WorkerTarget; maxThreads: number | undefined };
type Thread = { threadId: string; isUnread: boolean };

/** The threads of a worker's target, last active first, and whether facts are still to be found in them. */
export async function* threadsOf(
  ctx: QueryCtx,
  memory: BoundMemory,
  { target, maxThreads = DEFAULT_THREADS }: Looking,
): AsyncGenerator<Thread> {
  if (target.threadId !== undefined) {
    yield { threadId: target.threadId, isUnread: true };
    return;
  }
  let cursor: string | null = null;
  let left = maxThreads;
  do {
    const limit = Math.min(PAGE_THREADS, left);
    const listed: Page<Thread> = await memory.extraction.list(ctx, {
      cursor,
      limit,
    });
    yield* listed.page;
    left -= limit;
    cursor = listed.cursor;
  } while (cursor !== null && left > 0);
}
