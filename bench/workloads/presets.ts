// What each throttle preset costs for a minute of text: writes and bytes by an agent in real time, and the queries that
// run for watchers when so many chunks are written.
import { STREAM_PRESETS } from "convex-agent-memory/ai";
import type { Host } from "../../host/index.js";
import { spansOf, withHost } from "../benchHost.js";
import { makePrompt } from "../material/turn.js";
import { createThread, ours, threadArgs, USER_ID } from "../sides.js";
import { OurWatcher } from "../watchers/ourWatcher.js";
import { settle } from "../watchers/watcher.js";

export type PresetName = keyof typeof STREAM_PRESETS;
export const PRESET_NAMES = Object.keys(STREAM_PRESETS) as PresetName[];

/** Of a minute of text at 60 deltas a second; a part of it is played and multiplied. */
export type PresetCounts = {
  throttleMs: number;
  writes: number;
  bytesWritten: number;
  /** Application queries run for three watchers of one identity. */
  watcherQueryRuns: number;
};

const WATCHERS = 3;
export const SECONDS_PLAYED = 10;
export const MINUTE_S = 60;

export async function measurePresets(seconds = SECONDS_PLAYED): Promise<Record<PresetName, PresetCounts>> {
  const written = await writesOf(seconds);
  const counts: Partial<Record<PresetName, PresetCounts>> = {};
  for (const [index, name] of PRESET_NAMES.entries()) {
    const { writes, bytesWritten } = written[index]!;
    const watcherQueryRuns = await runsOf(writes);
    const aMinute = (count: number) => Math.round((count * MINUTE_S) / seconds);
    counts[name] = {
      throttleMs: STREAM_PRESETS[name],
      writes: aMinute(writes),
      bytesWritten: aMinute(bytesWritten),
      watcherQueryRuns: aMinute(watcherQueryRuns),
    };
  }
  return counts as Record<PresetName, PresetCounts>;
}

/** The appends of one answer under each preset, in real time: all of them at once, each in a thread of its own. */
export function writesOf(seconds: number): Promise<{ writes: number; bytesWritten: number }[]> {
  return withHost(async (host) => {
    const turns: Record<string, unknown>[] = [];
    for (const name of PRESET_NAMES) {
      const args = threadArgs(ours, await createThread(host, ours));
      turns.push({ ...args, prompt: makePrompt(0), throttleMs: STREAM_PRESETS[name], seconds });
    }
    const spans = await spansOf(host, () =>
      Promise.all(turns.map((asked) => host.call("action", "ours:pacedTurn", asked))),
    );
    // Spans come in the order in which they began.
    return spans
      .filter(({ functionPath }) => functionPath === "ours:pacedTurn")
      .map(({ children }) => {
        const appends = children.filter(({ functionPath }) => functionPath === "streams:append");
        return {
          writes: appends.length,
          bytesWritten: appends.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
        };
      });
  });
}

/** The queries for watchers of a stream of so many chunks, each written when all have seen the one before. */
export function runsOf(writes: number): Promise<number> {
  return withHost(
    async (host) => {
      const threadId = await createThread(host, ours);
      const prompt = [{ type: "text", text: makePrompt(0) }];
      const begin = { threadId, agentName: "paced", engine: "action", prompt, stream: true };
      const { streamId } = (await door(host, "turns:begin", begin)) as { streamId: string };
      const address = { url: host.url ?? "", threadId, userId: USER_ID };
      const watchers = Array.from({ length: WATCHERS }, () => new OurWatcher(address));
      try {
        await settle(host, watchers, "");
        const before = host.subscriptionStats().queryRuns;
        let said = "";
        for (let seq = 0; seq < writes; seq++) {
          said += `${seq} `;
          const deltas = JSON.stringify([{ kind: "text", text: `${seq} ` }]);
          await door(host, "streams:append", { streamId, seq, deltas });
          await settle(host, watchers, said);
        }
        return host.subscriptionStats().queryRuns - before;
      } finally {
        for (const watcher of watchers) await watcher.close();
      }
    },
    { listen: true },
  );
}

const door = (host: Host, path: string, args: Record<string, unknown>) =>
  host.callComponent(ours.component, "mutation", path, { caller: { userId: USER_ID }, ...args });
