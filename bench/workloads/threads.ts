// Reading and removing whole threads.
import type { Host } from "../../host/index.js";
import { measure, withHost } from "../benchHost.js";
import type { Counts } from "../counts.js";
import { seedThread, seedThreads, threadArgs, USER_ID, type Side } from "../sides.js";
import { playTurns } from "./turns.js";

const PAGE_MESSAGES = 20;
const LISTED_THREADS = 50;
const identity = { subject: USER_ID, issuer: "https://bench.invalid" };

/** The newest messages of a long thread, as an interface shows them. */
export function measureFirstPage(side: Side, messages: number): Promise<Counts> {
  return withHost(async (host) => {
    const threadId = await seedThread(host, side, messages);
    const page =
      side.name === "ours"
        ? { path: "ours:listMessages", args: { threadId, cursor: null, limit: PAGE_MESSAGES } }
        : {
            path: "peer:firstPage",
            args: { threadId, paginationOpts: { cursor: null, numItems: PAGE_MESSAGES } },
          };
    return await measure(host, side, () => host.call("query", page.path, page.args, identity));
  });
}

/** Fifty of many threads with the words of their last messages. */
export function measureThreadList(side: Side, threads: number): Promise<Counts> {
  return withHost(async (host) => {
    await seedThreads(host, side, threads);
    const args = side.name === "ours" ? { cursor: null, limit: LISTED_THREADS } : { userId: USER_ID };
    return await measure(host, side, async () => {
      const found = await host.call("query", `${side.name}:listThreads`, args, identity);
      const list = (Array.isArray(found) ? found : (found as { page: unknown[] }).page) as {
        preview?: unknown;
      }[];
      const shown = list.filter(({ preview }) => preview !== undefined && preview !== "").length;
      if (shown !== LISTED_THREADS) throw new Error(`The list shows ${shown} threads with a preview`);
    });
  });
}

export type DeleteCounts = Counts & { rowsRemoved: number; readsPerRow: number };

/** Removing a thread that was written in large appends, until no row of it is left. */
export function measureDelete(side: Side, messages: number): Promise<DeleteCounts> {
  return withHost(async (host) => remove(host, side, await seedThread(host, side, messages)));
}

/** The same for a thread that was written turn by turn. */
export function measureDeleteOfTurns(side: Side, turns: number): Promise<DeleteCounts> {
  return withHost(async (host) => remove(host, side, await playTurns(host, side, turns)));
}

async function remove(host: Host, side: Side, threadId: string): Promise<DeleteCounts> {
  const rowsBefore = rowsOf(host, side);
  const counts = await measure(host, side, async () => {
    await host.call("mutation", `${side.name}:deleteThread`, threadArgs(side, threadId));
    await host.idle();
  });
  const left = tablesOf(host, side).filter(({ table, rows }) => rows > 0 && !side.keptTables.includes(table));
  if (left.length > 0) throw new Error(`Rows are left of a removed thread: ${JSON.stringify(left)}`);
  const rowsRemoved = rowsBefore - rowsOf(host, side);
  return { ...counts, rowsRemoved, readsPerRow: counts.documentsRead / rowsRemoved };
}

/** The component's own tables: those of Convex itself keep what was scheduled a while. */
const tablesOf = (host: Host, { component }: Side) =>
  host.tables().filter(({ componentPath, table }) => componentPath === component && !table.startsWith("_"));

const rowsOf = (host: Host, side: Side): number =>
  tablesOf(host, side).reduce((sum, { rows }) => sum + rows, 0);
