// Where the hosts die, one after the other.
import type { KillPoint } from "../host/faults.js";
import { shuffled } from "../host/random.js";
import type { Random } from "./scenarios/scenario.js";

/** Mutations around whose commits hosts die, and how often one is passed at most before: some seconds of a host's life. */
const COMMITS = {
  "turns:begin": 2,
  "turns:open": 5,
  "turns:saveStep": 5,
  "turns:startTool": 4,
  "turns:saveResult": 3,
  "turns:end": 2,
  "streams:append": 12,
  "solo:settle": 2,
  "journal:startSteps": 6,
  "complete:complete": 6,
};
/** Those that only some scenes come by: a host that none comes by there is killed from outside. */
const RARE_COMMITS = {
  "turns:takeUp": 1,
  "turns:pause": 1,
  "runs:decide": 3,
  "runs:answer": 2,
  "runs:steer": 2,
  "runs:cancel": 1,
  "runs:expire": 1,
  "runs:startDue": 1,
  "runs:createNestedThread": 2,
  "threads:remove": 1,
  "turns:wait": 2,
  "runs:wakeDue": 1,
  "usage:fold": 1,
};
/** Points that the app names. */
const INSIDE = { "inside-model-call": 6, "inside-stream": 40, "inside-tool": 4, "after-effect": 2 };

const sidesOf = (commits: Record<string, number>): KillPoint[] =>
  Object.entries(commits).flatMap(([path, occurrence]) =>
    ["before-commit", "after-commit"].map((side) => ({ name: `${side}:${path}`, occurrence })),
  );

/** The named points that every run comes by, with the most occurrences that are waited for. */
export const POINTS: readonly KillPoint[] = [
  ...sidesOf(COMMITS),
  ...Object.entries(INSIDE).map(([name, occurrence]) => ({ name, occurrence })),
];
export const RARE_POINTS: readonly KillPoint[] = sidesOf(RARE_COMMITS);

/** One kill in so many comes from outside, at any moment; the one before is at a rare point. */
const FROM_OUTSIDE = 5;
const OUTSIDE = { leastMs: 400, moreMs: 2_000 };

export type Kill = { kind: "point"; killAt: KillPoint } | { kind: "outside"; afterMs: number };

/** So many kills: every named point comes before one comes again. */
export function planKills(kills: number, random: Random): Kill[] {
  const draw = drawFrom(POINTS, random);
  const drawRare = drawFrom(RARE_POINTS, random);
  return Array.from({ length: kills }, (_, place): Kill => {
    const left = FROM_OUTSIDE - 1 - (place % FROM_OUTSIDE);
    if (left === 0) return { kind: "outside", afterMs: OUTSIDE.leastMs + random() * OUTSIDE.moreMs };
    const { name, occurrence } = left === 1 ? drawRare() : draw();
    return { kind: "point", killAt: { name, occurrence: 1 + Math.floor(random() * occurrence) } };
  });
}

/** Draws one after the other, and all anew when none is left. */
function drawFrom(points: readonly KillPoint[], random: Random): () => KillPoint {
  let deck: KillPoint[] = [];
  return () => {
    if (deck.length === 0) deck = shuffled(points, random);
    return deck.pop()!;
  };
}
