import { canonicalJson } from "./canonicalJson.js";
import { SECTIONS, type LeftOut, type LeftOutReason } from "./contextPlan.js";
import type { PruneOptions } from "./contextPruning.js";
import { comparePositions, type Position } from "./position.js";

/** Something recalled: its kind and source, its rank in each list that found it, its tokens, and the hash of its text. */
export type RecalledTrace = [
  kind: string,
  sourceId: string,
  ranks: Record<string, number>,
  tokens: number,
  hash: string,
];
/** A long part of the turn that was shown further than its message's row holds it: how many bytes. */
export type ShownLong = [step: number, part: number, bytes: number];
type LeftOutTrace = [section: number, reason: LeftOutReason, count: number, tokens: number];

/** What one call of a model was shown: ids, counts and hashes, never words. */
export type ContextTrace = {
  /** Of the text that holds the agent's instructions, tools and settings. */
  agent: string;
  /** Of everything as it was rendered. */
  hash: string;
  /** Real tokens for each of the estimate; absent: one. */
  factor?: number;
  /** Where the messages stand, as `encodePlaces` writes them. */
  places: string;
  /** Of each section, in the order of `SECTIONS`. */
  tokens: number[];
  blocks?: [blockId: string, version: number][];
  summary?: string;
  /** Outputs up to here were placeholders; `pruning` says what else decided how they read. */
  prunedTo?: [turn: number, step: number];
  pruning?: PruneOptions;
  recalled?: RecalledTrace[];
  long?: ShownLong[];
  leftOut?: LeftOutTrace[];
  /** The agent's `prepareStep` changed what was rendered: `hash` is of what was sent, which is not kept. */
  prepared?: true;
};

/** The letter under which each field is stored: a trace is written with every call of a model. */
const LETTERS = {
  agent: "a",
  hash: "h",
  factor: "f",
  places: "p",
  tokens: "t",
  blocks: "b",
  summary: "s",
  prunedTo: "u",
  pruning: "g",
  recalled: "r",
  long: "l",
  leftOut: "o",
  prepared: "x",
} as const satisfies Record<keyof ContextTrace, string>;
const FIELDS = Object.entries(LETTERS);

const abbreviate = (trace: Record<string, unknown>): string =>
  JSON.stringify(Object.fromEntries(FIELDS.map(([field, letter]) => [letter, trace[field]])));

function unfold(text: string): Record<string, unknown> {
  const stored = JSON.parse(text) as Record<string, unknown>;
  return Object.fromEntries(
    FIELDS.flatMap(([field, letter]) => (stored[letter] === undefined ? [] : [[field, stored[letter]]])),
  );
}

/** A trace as it is stored. After the first call of a run only what differs from that is kept; null: no more there. */
export function encodeTrace(trace: ContextTrace, first: ContextTrace | null): string {
  if (first === null) return abbreviate(trace);
  const before: Record<string, unknown> = first;
  const now: Record<string, unknown> = trace;
  const changed: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)]))
    if (canonicalJson(before[key]) !== canonicalJson(now[key])) changed[key] = now[key] ?? null;
  changed.places = placesAdded(first.places, trace.places);
  return abbreviate(changed);
}

/** The whole trace again. Throws `SyntaxError` for what was never one. */
export function decodeTrace(text: string, first: ContextTrace | null): ContextTrace {
  // The boundary where stored JSON is a trace again: `encodeTrace` wrote it.
  const told = unfold(text) as ContextTrace;
  if (first === null) return told;
  const merged: Record<string, unknown> = { ...first, ...told };
  for (const [key, value] of Object.entries(told)) if (value === null) delete merged[key];
  // The boundary where fields that were kept apart are a trace again.
  return { ...(merged as ContextTrace), places: joinPlaces(first.places, told.places) };
}

/** A later call's places: how many characters of the first's they begin with, and the rest. */
function placesAdded(first: string, now: string): string {
  let shared = 0;
  while (shared < first.length && first[shared] === now[shared]) shared += 1;
  return `${shared}|${now.slice(shared)}`;
}

function joinPlaces(first: string, added: string): string {
  const bar = added.indexOf("|");
  return first.slice(0, Number(added.slice(0, bar))) + added.slice(bar + 1);
}

/** What was left out, as a trace keeps it. */
export const encodeLeftOut = (leftOut: readonly LeftOut[]): LeftOutTrace[] =>
  leftOut.map(({ section, reason, count, tokens }) => [SECTIONS.indexOf(section), reason, count, tokens]);
/** And back. */
export const decodeLeftOut = (leftOut: readonly LeftOutTrace[] = []): LeftOut[] =>
  leftOut.map(([section, reason, count, tokens]) => ({
    section: SECTIONS[section] ?? "tail",
    reason,
    count,
    tokens,
  }));

/**
 * Places, in order, in few characters: a turn and its steps as ranges (`3:0-2+5`), turns in a row that have the same
 * steps as one (`0~8:0-1`).
 */
export function encodePlaces(places: readonly Position[]): string {
  const turns: { from: number; to: number; steps: string }[] = [];
  for (const [turn, steps] of stepsByTurn(places)) {
    const text = rangesOf(steps);
    const last = turns.at(-1);
    if (last?.to === turn - 1 && last.steps === text) last.to = turn;
    else turns.push({ from: turn, to: turn, steps: text });
  }
  return turns.map(({ from, to, steps }) => `${from === to ? from : `${from}~${to}`}:${steps}`).join(";");
}

function stepsByTurn(places: readonly Position[]): Map<number, number[]> {
  const turns = new Map<number, number[]>();
  for (const { turn, step } of [...places].sort(comparePositions))
    turns.set(turn, [...(turns.get(turn) ?? []), step]);
  return turns;
}

function rangesOf(steps: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const step of steps) {
    const last = ranges.at(-1);
    if (last?.[1] === step - 1) last[1] = step;
    else ranges.push([step, step]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join("+");
}

/** The places again, in order. */
export function decodePlaces(text: string): Position[] {
  if (text === "") return [];
  return text.split(";").flatMap((entry) => {
    const [turns = "", steps = ""] = entry.split(":");
    return numbersOf(turns, "~").flatMap((turn) =>
      steps
        .split("+")
        .flatMap((range) => numbersOf(range, "-"))
        .map((step) => ({ turn, step })),
    );
  });
}

function numbersOf(range: string, sign: string): number[] {
  const [from = NaN, to = from] = range.split(sign).map(Number);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
