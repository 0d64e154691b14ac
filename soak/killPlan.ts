// Where the hosts die, one after the other.
import type { KillPoint } from "../host/faults.js";
import { shuffled } from "../host/random.js";
import type { Random } from "./scenarios/scenario.js";

/** The mutations around whose commits hosts die, and how often one is passed at most before: some seconds of a host's life. */
const COMMITS = {
  "turns:begin": 2,
  "turns:open": 8,
  "turns:saveStep": 8,
  "turns:startTool": 6,
  "turns:saveResult": 6,
  "turns:end": 2,
  "streams:append": 25,
  "solo:settle": 2,
  "journal:startSteps": 10,
  "complete:complete": 8,
};
/** Points that the app names. */
const INSIDE = { "inside-model-call": 8, "inside-stream": 60, "inside-tool": 6, "after-effect": 2 };

/** Every named point, with the most occurrences that are waited for. */
export const POINTS: readonly KillPoint[] = [
  ...Object.entries(COMMITS).flatMap(([path, occurrence]) =>
    ["before-commit", "after-commit"].map((side) => ({ name: `${side}:${path}`, occurrence })),
  ),
  ...Object.entries(INSIDE).map(([name, occurrence]) => ({ name, occurrence })),
];

/** One kill in so many comes from outside, at any moment. */
const FROM_OUTSIDE = 5;
const OUTSIDE = { leastMs: 400, moreMs: 2_000 };

export type Kill = { kind: "point"; killAt: KillPoint } | { kind: "outside"; afterMs: number };

/** So many kills: every named point comes before one comes again. */
export function planKills(kills: number, random: Random): Kill[] {
  let deck: KillPoint[] = [];
  return Array.from({ length: kills }, (_, place): Kill => {
    if (place % FROM_OUTSIDE === FROM_OUTSIDE - 1)
      return { kind: "outside", afterMs: OUTSIDE.leastMs + random() * OUTSIDE.moreMs };
    if (deck.length === 0) deck = shuffled(POINTS, random);
    const { name, occurrence } = deck.pop()!;
    return { kind: "point", killAt: { name, occurrence: 1 + Math.floor(random() * occurrence) } };
  });
}
