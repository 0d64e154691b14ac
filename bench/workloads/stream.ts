// An answer in 120 deltas while three clients watch it.
import type { Host } from "../../host/index.js";
import { spansOf, withHost } from "../benchHost.js";
import { countSpans, type Counts } from "../counts.js";
import { ANSWER, makePrompt } from "../material/turn.js";
import { setGate } from "../pace.js";
import { seedThread, threadArgs, USER_ID, type Side } from "../sides.js";
import { OurWatcher } from "../watchers/ourWatcher.js";
import { PeerWatcher } from "../watchers/peerWatcher.js";
import { settle, type PageWatcher } from "../watchers/watcher.js";

const PRIOR_MESSAGES = 20;
const WATCHERS = 3;

export type StreamCounts = Counts & {
  /** Application queries run for three loaded watchers of one identity, and of three. */
  watcherQueryRuns: number;
  watcherQueryRunsDistinct: number;
};

/** The counts are those of the action that streams; the watchers' queries are counted apart. */
export async function measureStream(side: Side): Promise<StreamCounts> {
  const together = await stream(side, Array<string>(WATCHERS).fill(USER_ID));
  const apart = await stream(side, [USER_ID, "grace", "alan"]);
  return {
    ...together.counts,
    watcherQueryRuns: together.queryRuns,
    watcherQueryRunsDistinct: apart.queryRuns,
  };
}

function stream(side: Side, userIds: string[]): Promise<{ counts: Counts; queryRuns: number }> {
  return withHost(
    async (host) => {
      const threadId = await seedThread(host, side, PRIOR_MESSAGES);
      await shareWith(host, side, { threadId, userIds });
      const watchers = userIds.map((userId) => openWatcher(host, side, { threadId, userId }));
      try {
        await settle(host, watchers, "");
        return await play(host, side, { threadId, watchers });
      } finally {
        setGate(null);
        for (const watcher of watchers) await watcher.close();
      }
    },
    { listen: true },
  );
}

type Watching = { threadId: string; watchers: PageWatcher[] };

async function play(
  host: Host,
  side: Side,
  { threadId, watchers }: Watching,
): Promise<{ counts: Counts; queryRuns: number }> {
  const before = host.subscriptionStats().queryRuns;
  setGate((said) => settle(host, watchers, said));
  const spans = await spansOf(host, async () => {
    await host.call("action", `${side.name}:streamTurn`, {
      ...threadArgs(side, threadId),
      prompt: makePrompt(0),
    });
    setGate(null);
    await settle(host, watchers, ANSWER);
  });
  const queryRuns = host.subscriptionStats().queryRuns - before;
  const action = spans.find(({ functionPath }) => functionPath === `${side.name}:streamTurn`);
  const own = new Set([action?.id]);
  // Spans come in the order in which they began, so a parent is known before its children.
  for (const span of spans) if (span.parentId !== null && own.has(span.parentId)) own.add(span.id);
  const counts = countSpans(
    spans.filter(({ id }) => own.has(id)),
    side.component,
  );
  return { counts, queryRuns };
}

async function shareWith(
  host: Host,
  side: Side,
  { threadId, userIds }: { threadId: string; userIds: string[] },
): Promise<void> {
  if (side.name === "peer") return; // it checks no reader
  for (const reader of new Set(userIds))
    if (reader !== USER_ID) await host.call("mutation", "ours:share", { userId: USER_ID, threadId, reader });
}

function openWatcher(host: Host, side: Side, watching: { threadId: string; userId: string }): PageWatcher {
  const address = { url: host.url ?? "", ...watching };
  return side.name === "ours" ? new OurWatcher(address) : new PeerWatcher(address);
}
