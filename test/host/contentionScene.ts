// Users with threads in which everything that writes can be rehearsed from one snapshot.
import { conflictsBetween, footprintOf, type Conflict, type Footprint, type Host } from "../../host/index.js";
import { call, result, said, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";

export type Caller = { tenantId: string; userId: string };

/** Two users of one tenant, and one of another who has the same name. */
export const OLGA: Caller = { tenantId: "acme", userId: "olga" };
export const WENDY: Caller = { tenantId: "acme", userId: "wendy" };
export const OTHER: Caller = { tenantId: "other", userId: "olga" };
/** A call of one of the component's doors. */
type DoorCall = { door: string; args: Record<string, unknown> };
export type Plays = Record<string, DoorCall>;
export type Footprints = Record<string, Footprint>;

/** Calls a door for good. */
export const callDoor = (host: Host, { door, args }: DoorCall) =>
  host.callComponent("agentMemory", "mutation", door.replace(".", ":"), args);

/** What a call read and wrote; it is taken back, so that the next one starts from the same snapshot. */
async function rehearse(host: Host, play: DoorCall): Promise<Footprint & { failed: boolean }> {
  host.spans.start();
  await host.call("mutation", "rehearsal:rehearse", play).catch(() => null);
  const span = host.spans
    .stop()
    .find(({ parentId, componentPath }) => parentId !== null && componentPath !== "");
  if (span === undefined) throw new TypeError(`${play.door} was not called.`);
  return { ...footprintOf(span), failed: span.failed };
}

/** The footprints of calls that all start from the state as it is; `mayFail` names those that are refused in it. */
export async function rehearseAll(host: Host, plays: Plays, mayFail: string[] = []): Promise<Footprints> {
  const footprints: Footprints = {};
  for (const [name, play] of Object.entries(plays)) {
    const { failed, ...footprint } = await rehearse(host, play);
    if (failed !== mayFail.includes(name))
      throw new TypeError(`${name} was ${failed ? "refused" : "not refused"}.`);
    footprints[name] = footprint;
  }
  return footprints;
}

/** The rows that two writers of one thread share; where they meet there, it does not matter where else. */
const SHARED = ["threadHeads", "runs", "streams", "toolCalls"];

/** Where two transactions meet: the tables in which one wrote what the other read; "" where they do not. */
function meetingOf(first: Footprint, second: Footprint): string {
  const tables = conflictsBetween(first, second).map(({ write }: Conflict) => write.table);
  return SHARED.find((table) => tables.includes(table)) ?? [...new Set(tables)].sort().join(" ");
}

/** Every pair that meets, as `first × second`; a pair of two names is named once, in the order of the names. */
export function meetings(rows: Footprints, columns: Footprints): Record<string, string> {
  const order = [...new Set([...Object.keys(rows), ...Object.keys(columns)])];
  const found: Record<string, string> = {};
  for (const [row, first] of Object.entries(rows)) {
    for (const [column, second] of Object.entries(columns)) {
      const tables = meetingOf(first, second);
      const names = [row, column].sort((left, right) => order.indexOf(left) - order.indexOf(right));
      if (tables !== "") found[names.join(" × ")] = tables;
    }
  }
  return found;
}

/** What writes into a thread that has no run. */
export function playsOfIdleThread(caller: Caller, threadId: string): Plays {
  const question = { caller, threadId, agentName: "scribe", prompt: [text("a question")] };
  const messages = [said("user", "a note"), said("assistant", "noted")];
  return {
    begin: { door: "turns.begin", args: { ...question, engine: "durable", stream: true, recall: true } },
    "append a message": { door: "messages.append", args: { caller, threadId, messages } },
    "append it once": {
      door: "messages.append",
      args: { caller, threadId, messages, operationId: "append" },
    },
  };
}

/** A new thread; with an operation, a message was appended to it under that id. */
export async function anIdleThread(
  host: Host,
  caller: Caller,
  { operationId }: { operationId?: string } = {},
): Promise<string> {
  const created = await callDoor(host, { door: "threads.create", args: { caller } });
  const { threadId } = created as { threadId: string };
  const append = { caller, threadId, messages: [said("user", "hello")], operationId };
  if (operationId !== undefined) await callDoor(host, { door: "messages.append", args: append });
  return threadId;
}

export type BusyThread = { threadId: string; runId: string; streamId: string; entryId: string };

/** A durable run in the middle: the calls of its first step are open, its second step streams. */
export async function aBusyThread(host: Host, caller: Caller, more: object = {}): Promise<BusyThread> {
  const threadId = await anIdleThread(host, caller);
  const { door, args } = playsOfIdleThread(caller, threadId)["begin"]!;
  const begin = { door, args: { ...args, ...more } };
  const { runId, promptEntryId } = (await callDoor(host, begin)) as BusyThread & { promptEntryId: string };
  const parts = [call("one"), call("two")];
  const asks = { caller, runId, step: 0, message: { parts }, results: [], usage: used, finish: false };
  await callDoor(host, { door: "turns.saveStep", args: asks });
  const open = { caller, runId, step: 1, stream: true };
  const { streamId } = (await callDoor(host, { door: "turns.open", args: open })) as BusyThread;
  return { threadId, runId, streamId, entryId: promptEntryId };
}

/** A durable run whose first step waits: for two decisions, and for a result from outside. */
export async function aWaitingThread(host: Host, caller: Caller): Promise<{ runId: string }> {
  const threadId = await anIdleThread(host, caller);
  const begin = { caller, threadId, agentName: "scribe", engine: "action", prompt: [text("a question")] };
  const begun = await callDoor(host, { door: "turns.begin", args: begin });
  const { runId } = begun as { runId: string };
  const parts = [call("held"), call("other"), call("late"), call("free")];
  const waits = [
    { callId: "held", runs: true, approvalTimeoutMs: 60_000 },
    { callId: "other", runs: true, approvalTimeoutMs: 60_000 },
    { callId: "late", runs: false, answerTimeoutMs: 60_000 },
  ];
  const asks = { caller, runId, step: 0, message: { parts }, results: [], usage: used, finish: false, waits };
  await callDoor(host, { door: "turns.saveStep", args: asks });
  return { runId };
}

/** What people and tools do for a run that waits. */
export function playsOfWaitingThread(caller: Caller, { runId }: { runId: string }): Plays {
  const decide = (decisions: object[]) => ({ door: "runs.decide", args: { caller, runId, decisions } });
  const free = { caller, runId, callId: "free", part: result("free"), failed: false, ms: 1 };
  return {
    approve: decide([{ callId: "held", kind: "approve", input: "{}" }]),
    deny: decide([{ callId: "other", kind: "deny" }]),
    "decide all": decide(["held", "other"].map((callId) => ({ callId, kind: "approve" }))),
    answer: {
      door: "runs.answer",
      args: { caller, runId, callId: "late", answer: { outputKind: "text", output: "x" } },
    },
    "save a free result": { door: "turns.saveResult", args: free },
    "let go": { door: "turns.pause", args: { caller, runId } },
  };
}

/** What writes for a run that is under way, and beside it into its thread. */
export function playsOfBusyThread(caller: Caller, { threadId, runId, streamId, entryId }: BusyThread): Plays {
  const idle = playsOfIdleThread(caller, threadId);
  const answer = { parts: [text("an answer"), call("three")] };
  const step = { caller, runId, step: 1, message: answer, results: [], usage: used };
  const saved = (callId: string) => ({ caller, runId, callId, part: result(callId), failed: false, ms: 1 });
  const chunk = (seq: number) => ({ caller, streamId, seq, deltas: "[]" });
  const vectors = [{ entryId, vector: [1, 0, 0] }];
  return {
    "begin (refused)": idle["begin"]!,
    "begin (queued)": { door: "turns.begin", args: { ...idle["begin"]!.args, whileRunning: "queue" } },
    "append a message": idle["append a message"]!,
    "save a step": { door: "turns.saveStep", args: { ...step, finish: false } },
    "save the last step": { door: "turns.saveStep", args: { ...step, finish: true } },
    "steer the run": {
      door: "runs.steer",
      args: { caller, runId, prompt: [text("steered")] },
    },
    "cancel the run": { door: "runs.cancel", args: { caller, runId } },
    "start tool one": { door: "turns.startTool", args: { caller, runId, callId: "one", idempotent: true } },
    "save result one": { door: "turns.saveResult", args: saved("one") },
    "save result two": { door: "turns.saveResult", args: saved("two") },
    "append chunk 0": { door: "streams.append", args: chunk(0) },
    "append chunk 1": { door: "streams.append", args: chunk(1) },
    "store a vector": { door: "embeddings.store", args: { caller, embedder: "hashed", vectors } },
    "record usage": { door: "usage.record", args: { caller, runId, usage: used } },
  };
}

/** A page of a document; the last page makes it count. */
export function writeOf(
  caller: Caller,
  { key, scope = "user", final = true }: { key: string; scope?: string; final?: boolean },
): DoorCall {
  const text = `About ${key}.`;
  const chunks = [{ heading: key, text, tokens: 3 }];
  const total = { chunks: final ? 1 : 2, bytes: text.length };
  return {
    door: "documents.write",
    args: { caller, scope, key, contentHash: key, bytes: 10, total, offset: 0, chunks, final },
  };
}

/** Prints how many pairs meet, and which, where `CONFLICT_MATRIX` is set; all of them as a table where it is "tables". */
export function show(title: string, rows: Footprints, columns: Footprints): void {
  const wanted = process.env["CONFLICT_MATRIX"];
  if (wanted === undefined) return;
  const pairs = Object.keys(rows).length * Object.keys(columns).length;
  const met = Object.entries(meetings(rows, columns)).map(([pair, table]) => `  ${pair}: ${table}`);
  const figures = [`${title}: ${pairs} pairs, ${met.length || "none"} meet`, ...met].join("\n");
  console.log(wanted === "tables" ? `${asTable(title, rows, columns)}\n${figures}` : figures);
}

/** The pairs as a table: each row met with each column, with the tables in which they meet. */
function asTable(title: string, rows: Footprints, columns: Footprints): string {
  const names = Object.keys(columns);
  const lines = Object.entries(rows).map(([name, first]) => [
    name,
    ...names.map((column) => meetingOf(first, columns[column]!).replaceAll(" ", ",") || "·"),
  ]);
  const table = [["", ...names], ...lines];
  const widths = table[0]!.map((_, index) => Math.max(...table.map((line) => line[index]!.length)));
  const drawn = table.map((line) =>
    line
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join("  ")
      .trimEnd(),
  );
  return [title, ...drawn].join("\n");
}
