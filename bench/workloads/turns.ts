// One turn: in a new thread, with recall, after much history, and as a durable run.
import type { Host, Span } from "../../host/index.js";
import { measure, spansOf, withHost } from "../benchHost.js";
import { countSpans, type Counts } from "../counts.js";
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

export type DurableCounts = Counts & {
  /** Steps of the workflow that called the memory, and the calls of the busiest. */
  steps: number;
  componentCallsPerStep: number;
};

const RUN_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
/** Scheduled functions further away are clean-up for another day, as in an idle app. */
const SOON_MS = 2_000;

/** The turn as a durable run, until its workflow is cleaned up. */
export function measureDurableTurn(): Promise<DurableCounts> {
  return withHost(async (host) => {
    const threadId = await createThread(host, ours);
    const args = { userId: USER_ID, threadId, prompt: makePrompt(0) };
    const spans = await spansOf(host, async () => {
      await host.call("mutation", "durable:start", args);
      await runEnds(host);
    });
    const calls = stepsOf(spans).map(
      (step) => step.children.filter((span) => span.componentPath === ours.component).length,
    );
    return {
      ...countSpans(spans, ours.component),
      steps: calls.length,
      componentCallsPerStep: Math.max(...calls),
    };
  });
}

const stepsOf = (spans: readonly Span[]): Span[] =>
  spans.filter((span) => span.functionPath === "durable:step");

async function runEnds(host: Host): Promise<void> {
  const deadline = Date.now() + RUN_TIMEOUT_MS;
  for (;;) {
    await host.idle();
    const [run] = await host.readTable(ours.component, "runs");
    const state = (run?.["state"] as { kind: string } | undefined)?.kind;
    if (state === "failed") throw new Error("The durable run failed");
    const soon = host
      .scheduledJobs()
      .some((job) => job.state === "pending" && job.dueAt < Date.now() + SOON_MS);
    if (state === "completed" && !soon) return;
    if (Date.now() > deadline) throw new Error(`The durable run was ${state} after ${RUN_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
