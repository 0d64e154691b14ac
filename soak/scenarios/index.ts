import { approval } from "./approvals.js";
import { inAction, pausing } from "./actions.js";
import { answer, conversation } from "./answers.js";
import { brief } from "./briefs.js";
import { cancel, interrupt } from "./cancels.js";
import { budget } from "./budgets.js";
import { broken, flaky } from "./faults.js";
import { moved } from "./moves.js";
import { nested, nestedCancel } from "./nested.js";
import { queue } from "./queues.js";
import { budgetWait, rateLimit } from "./waits.js";
import { removal } from "./removals.js";
import { appointment } from "./appointments.js";
import type { Random, Scenario, Scene } from "./scenario.js";
import { steering } from "./steering.js";

/** Everything that is played. */
export const scenarios: Scenario[] = [
  answer,
  conversation,
  cancel,
  interrupt,
  queue,
  steering,
  approval,
  nested,
  nestedCancel,
  brief,
  inAction,
  pausing,
  flaky,
  broken,
  appointment,
  removal,
  budget,
  budgetWait,
  rateLimit,
  moved,
];

export type Planned = Scene & { kind: string; key: string };

/** So many runs, of all kinds in turn by their weights: the same for one seed. */
export function planScenes(runs: number, random: Random, kinds: readonly Scenario[] = scenarios): Planned[] {
  const planned: Planned[] = [];
  const deck = kinds.flatMap((scenario) => Array.from({ length: scenario.weight }, () => scenario));
  for (let left = runs; left > 0;) {
    const fitting = deck.filter((scenario) => scenario.runs <= left);
    // Each kind once before chance decides.
    const unseen = kinds.filter(({ kind }) => planned.every((scene) => scene.kind !== kind));
    const next = unseen.filter((scenario) => scenario.runs <= left)[0] ?? pickFrom(fitting, random);
    const key = `${next.kind}${planned.length}`;
    planned.push({ kind: next.kind, key, ...next.make(key, random) });
    left -= next.runs;
  }
  return planned;
}

function pickFrom(fitting: Scenario[], random: Random): Scenario {
  const picked = fitting[Math.floor(random() * fitting.length)];
  if (picked === undefined) throw new TypeError("No scene has so few runs as are left: ask for others");
  return picked;
}
