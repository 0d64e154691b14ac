// What is known, beside turns: on the embedded host, from one snapshot each.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { said } from "../support/aMemory.js";
import { startApp } from "../support/appHost.js";
import { used } from "../support/turns.js";
import {
  aBusyThread,
  anIdleThread,
  callDoor,
  meetings,
  playsOfBusyThread,
  playsOfIdleThread,
  rehearseAll,
  type Caller,
  type Footprints,
  type Plays,
} from "./contentionScene.js";

const OLGA: Caller = { tenantId: "acme", userId: "olga" };
const inUser = { caller: OLGA, scope: "user" };

const usage = { ...used, purpose: "extraction" };

let host: Host;
beforeAll(async () => {
  host = await startApp({ listen: false });
  await anIdleThread(host, OLGA, { operationId: "arms the sweep of operations" });
  await callDoor(host, { door: "usage.record", args: { caller: OLGA, usage } }); // arms a fold
  await callDoor(host, { door: "blocks.create", args: { ...inUser, label: "human" } });
});
afterAll(() => host.close());

const place = { turn: 0, step: 0 };

/** What writes facts and blocks of the user: an agent's tools in a thread, and an extraction of that thread. */
function playsOfKnowledge(threadId: string, name: string): Plays {
  const commit = { caller: OLGA, threadId, from: null, to: place, readAt: 0, isLast: true, status: "active" };
  return {
    "append a fact": { door: "facts.append", args: { ...inUser, facts: [{ text: `Fact of ${name}` }] } },
    "update a block": {
      door: "blocks.update",
      args: { ...inUser, label: "human", edit: { kind: "append", text: name } },
    },
    "commit an extraction": { door: "extraction.commit", args: { ...commit, facts: [], usage } },
  };
}

async function turns(): Promise<Footprints> {
  const [idle, busy] = [await anIdleThread(host, OLGA), await aBusyThread(host, OLGA)];
  return {
    ...(await rehearseAll(host, playsOfIdleThread(OLGA, idle))),
    ...(await rehearseAll(host, playsOfBusyThread(OLGA, busy), ["begin (refused)"])),
  };
}

async function aTalk(): Promise<string> {
  const threadId = await anIdleThread(host, OLGA);
  const messages = [said("user", "I ski.")];
  await callDoor(host, { door: "messages.append", args: { caller: OLGA, threadId, messages } });
  return threadId;
}

describe("facts, blocks and extractions", () => {
  test("of one user in one thread meet no turn of the same user in another", async () => {
    const knowledge = await rehearseAll(host, playsOfKnowledge(await aTalk(), "one"));
    expect(meetings(knowledge, await turns())).toEqual({});
  });

  test("meet each other where they count for one scope or write one block, and nowhere else", async () => {
    const one = await rehearseAll(host, playsOfKnowledge(await aTalk(), "one"));
    const two = await rehearseAll(host, playsOfKnowledge(await aTalk(), "two"));
    expect(meetings(one, two)).toEqual({
      "append a fact × append a fact": "scopeCounts",
      "update a block × update a block": "blocks",
    });
  });

  test("of one thread: two extractions collide, so that one is told that it is late", async () => {
    const threadId = await aTalk();
    const commit = playsOfKnowledge(threadId, "one")["commit an extraction"]!;
    const plays = { commit };
    expect(meetings(await rehearseAll(host, plays), await rehearseAll(host, plays))).toEqual({
      "commit × commit": "extractions",
    });
    const codes = await Promise.all([callDoor(host, commit), callDoor(host, commit)]);
    expect(codes.map((outcome) => (outcome as { kind: string }).kind).sort()).toEqual(["committed", "stale"]);
  });
});
