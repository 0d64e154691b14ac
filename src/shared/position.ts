import { STEP_MAX_TOOL_CALLS } from "./limits.js";

/** A message's place in its thread. Every listing is in this order. */
export type Position = { turn: number; step: number };

/** The prompt of a turn stands at step 0; what a run writes follows. */
export const PROMPT_STEP = 0;

/** Negative when `a` stands before `b`, 0 for the same place. */
export const comparePositions = (a: Position, b: Position): number => a.turn - b.turn || a.step - b.step;

/** The places of one saved step: the message, then one for the result of each call, reserved at once. */
export function reservePlaces(
  nextStep: number,
  calls: number,
): { message: number; results: number[]; nextStep: number } {
  const results = Array.from({ length: calls }, (_, index) => nextStep + 1 + index);
  return { message: nextStep, results, nextStep: nextStep + 1 + calls };
}

/** The places of messages that a run has not read yet: from `from`, before `next`. */
export type UnreadPlaces = { from: number; next: number };

/**
 * Where a message stands that comes while a run is under way: behind everything that the call of the model in flight
 * may still write, and behind those that came before it. So its place is final, and never parts a call from its results.
 */
export function placeSteering(
  nextStep: number,
  unread?: UnreadPlaces,
): { step: number; unread: UnreadPlaces } {
  const { from, next: step } = unread ?? startAt(nextStep + 1 + STEP_MAX_TOOL_CALLS);
  return { step, unread: { from, next: step + 1 } };
}

const startAt = (step: number): UnreadPlaces => ({ from: step, next: step });

/**
 * The places of messages that are appended together: a prompt opens a turn at step 0, what follows it stands in the
 * same turn. What no prompt opens stands in a turn of its own. Turns before `nextTurn` are never touched.
 */
export function appendPlaces(
  roles: readonly string[],
  nextTurn: number,
): { places: Position[]; nextTurn: number } {
  const places: Position[] = [];
  let turn = nextTurn - 1;
  let step = PROMPT_STEP;
  for (const [index, role] of roles.entries()) {
    const opens = index === 0 || role === "user";
    turn = opens ? turn + 1 : turn;
    step = opens ? PROMPT_STEP : step + 1;
    places.push({ turn, step });
  }
  return { places, nextTurn: turn + 1 };
}
