// A month of usage, written call by call and added up by the component itself as its days go by.
import type { Host } from "../../host/index.js";
import { spansOf, withHost } from "../benchHost.js";
import { ours } from "../sides.js";
import { totalCounts } from "../../host/index.js";

export type MonthCounts = {
  /** Documents that the summary of a tenant's month reads. */
  summaryDocumentsRead: number;
  /** What that tenant's usage is told apart by: agent, provider, model and purpose. */
  groups: number;
  /** Events behind the mark when the month is added up. */
  tail: number;
};

const DAYS = 30;
/** On one day more comes at once than one fold takes in. */
const BURST = { day: 14, share: 0.15 };
const DAY_MS = 24 * 60 * 60 * 1_000;
/** A fold is due a minute after it was armed; a little later it has run, with all that it went on with at once. */
const FOLDED_MS = 2 * 60_000;

const TENANT_ID = "acme";
const USERS = ["olga", "wendy", "per", "ada", "bo"];
const AGENTS = ["scribe", "helper"];
const CALLS = [
  { provider: "lab.chat", model: "large", purpose: "answer" },
  { provider: "lab.chat", model: "small", purpose: "answer" },
  { provider: "lab.embedding", model: "words", purpose: "embedding" },
  { provider: "other.messages", model: "middle", purpose: "compaction" },
] as const;

/** The month is summed up with the events of its last day still behind the mark. */
export function measureMonth(events: number): Promise<MonthCounts> {
  return withHost(async (host) => {
    await host.shiftClock(untilNextMonth(Date.now()));
    const runs = await beginRuns(host);
    const burst = Math.round(events * BURST.share);
    let written = 0;
    for (let day = 0; day < DAYS; day++) {
      const left = events - written - (day < BURST.day ? burst : 0);
      const daysLeft = DAYS - day - (day < BURST.day ? 1 : 0);
      const count = day === BURST.day ? burst : Math.round(left / daysLeft);
      for (let event = 0; event < count; event++) await record(host, runs, written + event);
      written += count;
      if (day === DAYS - 1) break;
      for (const ms of [FOLDED_MS, FOLDED_MS, DAY_MS - 2 * FOLDED_MS]) {
        await host.shiftClock(ms);
        await host.idle();
      }
    }
    return await sumUp(host, written);
  });
}

/** To a minute after midnight, so that the month's first day is whole. */
function untilNextMonth(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1, 0, 1) - now;
}

type Run = { caller: object; runId: string };

/** One of each agent for each user. */
async function beginRuns(host: Host): Promise<Run[]> {
  const runs: Run[] = [];
  for (const userId of USERS)
    for (const agentName of AGENTS) {
      const caller = { tenantId: TENANT_ID, userId };
      const { threadId } = (await door(host, "threads:create", { caller })) as { threadId: string };
      const prompt = [{ type: "text", text: "How much?" }];
      const begin = { caller, threadId, agentName, engine: "durable", prompt };
      runs.push({ caller, ...((await door(host, "turns:begin", begin)) as { runId: string }) });
    }
  return runs;
}

async function record(host: Host, runs: readonly Run[], number: number): Promise<void> {
  const { caller, runId } = runs[number % runs.length]!;
  const call = CALLS[Math.floor(number / runs.length) % CALLS.length]!;
  const usage = { ...call, inputTokens: 900 + (number % 100), outputTokens: 40 + (number % 7), ms: 800 };
  await door(host, "usage:record", { caller, runId, usage });
}

const door = (host: Host, path: string, args: Record<string, unknown>) =>
  host.callComponent(ours.component, "mutation", path, args);

async function sumUp(host: Host, events: number): Promise<MonthCounts> {
  const question = { caller: "system", tenantId: TENANT_ID, period: "month" };
  let calls = 0;
  const spans = await spansOf(host, async () => {
    const summary = await host.callComponent(ours.component, "query", "usage:summary", question);
    ({ calls } = summary as { calls: number });
  });
  if (calls !== events) throw new Error(`The month has ${calls} of ${events} calls`);
  const rows = (table: string) => host.readTable(ours.component, table);
  const [mark] = (await rows("usageMarks")) as { commitTs: bigint }[];
  const tail = ((await rows("usageEvents")) as { commitTs: bigint }[]).filter(
    ({ commitTs }) => commitTs > (mark?.commitTs ?? 0n),
  );
  const folded = ((await rows("usageRollups")) as (Record<string, unknown> & { subject: string })[]).filter(
    ({ subject }) => subject === `t:${TENANT_ID}`,
  );
  const groups = new Set(
    folded.map(({ agentName, provider, model, purpose }) =>
      JSON.stringify([agentName, provider, model, purpose]),
    ),
  );
  return {
    summaryDocumentsRead: totalCounts(spans).documentsRead,
    groups: groups.size,
    tail: tail.length,
  };
}
