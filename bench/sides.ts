// The two sides under the same names: how to play each workload, and where to look afterwards.
import type { Host } from "../host/index.js";
import { HISTORY_BLOCK } from "./material/history.js";

/** The owner of every thread: an identity as long as providers make them. */
export const USER_ID = "user_2vXq7Rk9TnLmPzW4sYbHcJdFgKe";
/** Threads that one seeding transaction makes. */
const THREADS_AT_ONCE = 10;

export type SideName = "ours" | "peer";

export type Side = {
  name: SideName;
  /** Where the component is mounted: its calls are the ones that are counted. */
  component: string;
  /** Tables of what was said, for the bytes stored of a turn. */
  messageTables: string[];
  /** Tables that may hold rows when a thread is gone: the counts of a user, the ledger and the text of an agent, not the thread's own. */
  keptTables: string[];
};

export const ours: Side = {
  name: "ours",
  component: "agentMemory",
  messageTables: ["messages", "payloads"],
  keptTables: ["scopeCounts", "usageEvents", "usageRollups", "usageMarks", "usageFolds", "contextParts"],
};
export const peer: Side = { name: "peer", component: "agent", messageTables: ["messages"], keptTables: [] };

export async function createThread(host: Host, { name }: Side): Promise<string> {
  return (await host.call("mutation", `${name}:createThread`, { userId: USER_ID })) as string;
}

/** Each side's functions take what that side needs: ours who asks, in every call. */
export const threadArgs = ({ name }: Side, threadId: string): Record<string, unknown> =>
  name === "ours" ? { userId: USER_ID, threadId } : { threadId };

/** A thread with the first `count` messages of the history. */
export async function seedThread(host: Host, side: Side, count: number): Promise<string> {
  const threadId = await createThread(host, side);
  for (let written = 0; written < count; written += HISTORY_BLOCK) {
    const page = { block: written / HISTORY_BLOCK, count: Math.min(HISTORY_BLOCK, count - written) };
    await host.call("mutation", `${side.name}Seed:addHistory`, { ...threadArgs(side, threadId), ...page });
  }
  return threadId;
}

/** Threads with one exchange in each. */
export async function seedThreads(host: Host, side: Side, count: number): Promise<void> {
  for (let made = 0; made < count; made += THREADS_AT_ONCE) {
    const page = { userId: USER_ID, count: Math.min(THREADS_AT_ONCE, count - made) };
    await host.call("mutation", `${side.name}Seed:addThreads`, page);
  }
}
