import type { Evidence, Finding } from "./evidence.js";

/** What is left of threads that were removed: rows, rows that name them or their runs, and timers. */
export function unremoved({ removed, threads, runs, mentions, timers }: Evidence): Finding[] {
  const there = {
    threadId: new Set(threads.map(({ _id }) => _id)),
    runId: new Set(runs.map(({ _id }) => _id)),
  };
  return [
    ...removed.filter((id) => there.threadId.has(id)).map((id) => `thread ${id} is still there`),
    ...mentions
      .filter(({ field, id }) => !there[field].has(id))
      .map(({ table, field, id }) => `a row of ${table} has the ${field} ${id}, which is gone`),
    ...timers.filter((name) => name.startsWith("runs")).map((name) => `a timer is left: ${name}`),
  ];
}
