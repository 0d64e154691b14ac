import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { createThread, startExample, userOf } from "./exampleApp.js";

type Digest = { day: string; text: string; summaryIds: string[] };

const DAY_MS = 24 * 3_600_000;
const caller = (subject: string) => ({ tenantId: "demo", userId: `https://issuer.invalid|${subject}` });
/** More than a page of the cron looks at. */
const OTHERS = Array.from({ length: 20 }, (_, index) => `user-${index}`);

let host: Host;
/** The day on which everything was said. */
let day: string;
/** How far the host's clock runs ahead. */
let shiftedMs = 0;

const digestsOf = (subject: string) => userOf(host, subject).query<Digest[]>("digests:list");
const door = <Result>(kind: "query" | "mutation", path: string, args: Record<string, unknown>) =>
  host.callComponent("agentMemory", kind, path, args) as Promise<Result>;

/** A summary over the next turn of a thread, as compaction writes it. */
async function summarise(subject: string, threadId: string, text: string): Promise<string> {
  const place = { caller: caller(subject), threadId };
  const said = (role: string, words: string) => ({ role, parts: [{ type: "text", text: words }] });
  const messages = [said("user", "Hello?"), said("assistant", "Hello.")];
  const { places } = await door<{ places: { turn: number }[] }>("mutation", "messages:append", {
    ...place,
    messages,
  });
  const { head } = await door<{ head: object }>("query", "summaries:listUncovered", {
    ...place,
    after: null,
  });
  const { turn } = places[0]!;
  const summary = { from: { turn, step: 0 }, to: { turn, step: 1 }, text };
  const committed = await door<{ committed: boolean; head: { summaryId: string } }>(
    "mutation",
    "summaries:commit",
    {
      ...place,
      expected: head,
      summary,
    },
  );
  expect(committed.committed).toBe(true);
  return committed.head.summaryId;
}

/** Lets the cron run at its next time, and everything that it schedules. */
async function untilCron(): Promise<void> {
  const [cron] = host.crons();
  const ms = cron!.nextAt - (Date.now() + shiftedMs) + 1_000;
  shiftedMs += ms;
  await host.shiftClock(ms);
  await host.idle();
}

beforeAll(async () => {
  host = await startExample();
  // Noon of some day, so that no midnight falls into what follows.
  shiftedMs = DAY_MS * 1.5 - (Date.now() % DAY_MS);
  await host.shiftClock(shiftedMs);
  await host.idle();
  day = new Date(Date.now() + shiftedMs).toISOString().slice(0, 10);
});
afterAll(() => host.close());

describe("the digest of a day", () => {
  test("is written from the day's summaries, for each user once, and for nobody without any", async () => {
    const [ann, quiet] = [userOf(host, "ann"), userOf(host, "quiet")];
    const [ferries, taxes] = [await createThread(ann), await createThread(ann)];
    await createThread(quiet);
    await summarise("ann", ferries, "## Goals\n- Book an early ferry");
    const ids = [
      await summarise(
        "ann",
        ferries,
        "## Goals\n- Book a ferry\n\n## Decisions\n- We take the one at 9:30\n\n## Identifiers\nF-77",
      ),
      await summarise("ann", taxes, "A model's own words about taxes."),
    ];
    for (const other of OTHERS)
      await summarise(other, await createThread(userOf(host, other)), `## Goals\n- Goal of ${other}`);
    expect(await digestsOf("ann")).toEqual([]);

    await untilCron();
    const [digest, ...rest] = await digestsOf("ann");
    expect(rest).toEqual([]);
    expect(digest).toEqual({
      day,
      text: "- A model's own words about taxes.\n\n- Book a ferry\n- We take the one at 9:30",
      summaryIds: ids.toReversed(),
    });
    for (const other of OTHERS)
      expect(await digestsOf(other)).toMatchObject([{ day, text: `- Goal of ${other}` }]);
    expect(await digestsOf("quiet")).toEqual([]);
    expect(await host.readTable("", "digests")).toHaveLength(OTHERS.length + 1);
  });

  test("is not written again, and a day without summaries has none", async () => {
    const before = await host.readTable("", "digests");
    await host.call("mutation", "digests:writeNext", { day, cursor: null });
    await host.idle();
    await untilCron();
    expect(await host.readTable("", "digests")).toEqual(before);
  });
});
