import { groupBy, type Evidence, type Finding } from "./evidence.js";

/** Counts that are kept, where they differ from the rows they count. */
export function wrongCounts({ heads, messages, threads, counts }: Evidence): Finding[] {
  const byThread = groupBy(messages, ({ threadId }) => threadId);
  const byScope = groupBy(threads, ({ scope }) => scope);
  return [
    ...heads.flatMap((head) => {
      const rows = byThread.get(head.threadId) ?? [];
      const nextTurn = Math.max(-1, ...rows.map(({ turn }) => turn)) + 1;
      return [
        ...(head.messages === rows.length
          ? []
          : [`thread ${head.threadId} counts ${head.messages} messages and has ${rows.length}`]),
        ...(head.nextTurn === nextTurn
          ? []
          : [`thread ${head.threadId} goes on with turn ${head.nextTurn}, not ${nextTurn}`]),
      ];
    }),
    ...counts
      .filter(({ scope, threads: counted }) => counted !== (byScope.get(scope)?.length ?? 0))
      .map(({ scope, threads: counted }) => `${scope} counts ${counted} threads and has another number`),
  ];
}
