// One turn: in a new thread, with recall, after much history.
import type { Host } from "../../host/index.js";
import { measure, withHost } from "../benchHost.js";
import type { Counts } from "../counts.js";
import { makePrompt, PAYLOAD_BYTES } from "../material/turn.js";
import { createThread, ours, seedThread, threadArgs, USER_ID, type Side } from "../sides.js";

/** A turn of any kind on a thread. */
async function play(
  host: Host,
  side: Side,
  asked: { action: string; threadId: string; prompt?: number },
): Promise<void> {
  const prompt = makePrompt(asked.prompt ?? 0);
  await host.call("action", `${side.name}:${asked.action}`, { ...threadArgs(side, asked.threadId), prompt });
}

/** What our side shows of the user in every turn; the peer has no such thing. */
async function keepBlock(host: Host, { name }: Side): Promise<void> {
  if (name === "ours")
    await host.call("mutation", "ours:keepBlock", { userId: USER_ID, value: makePrompt(2) });
}

/** The turn in a new thread, of an agent that has answered before: what it is was kept then. */
export function measureTurn(side: Side, action: "turn" | "hybridTurn"): Promise<Counts> {
  return withHost(async (host) => {
    await keepBlock(host, side);
    await play(host, side, { action, threadId: await createThread(host, side), prompt: 1 });
    const threadId = await createThread(host, side);
    return await measure(host, side, () => play(host, side, { action, threadId }));
  });
}

export const LONG_THREAD_SIZES = [10, 100, 1_000, 10_000];

/** The turn after so many messages. */
export function measureLongTurn(side: Side, messages: number): Promise<Counts> {
  return withHost(async (host) => {
    const threadId = await seedThread(host, side, messages);
    const action = side === ours ? "unabridgedTurn" : "turn";
    return await measure(host, side, () => play(host, side, { action, threadId }));
  });
}

/** The turn after so many messages, most of which a summary stands for, with a block of the user's. */
export function measureSummaryTurn(messages: number): Promise<Counts> {
  return withHost(async (host) => {
    await keepBlock(host, ours);
    const threadId = await seedThread(host, ours, messages);
    await host.call("action", "ours:compact", threadArgs(ours, threadId));
    return await measure(host, ours, () => play(host, ours, { action: "turn", threadId }));
  });
}

/** A thread that was written turn by turn. */
export async function playTurns(host: Host, side: Side, turns: number): Promise<string> {
  const threadId = await createThread(host, side);
  for (let prompt = 0; prompt < turns; prompt++) await play(host, side, { action: "turn", threadId, prompt });
  return threadId;
}

export type Stored = { bytesStored: number; payloadBytes: number; ratio: number };

/** What a turn leaves in the tables of messages. */
export function measureStored(side: Side): Promise<Stored> {
  return withHost(async (host) => {
    const threadId = await createThread(host, side);
    await play(host, side, { action: "turn", threadId });
    const tables = host.tables().filter(({ componentPath }) => componentPath === side.component);
    const bytesStored = tables
      .filter(({ table }) => side.messageTables.includes(table))
      .reduce((sum, { bytes }) => sum + bytes, 0);
    return { bytesStored, payloadBytes: PAYLOAD_BYTES, ratio: bytesStored / PAYLOAD_BYTES };
  });
}
