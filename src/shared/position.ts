/** A message's place in its thread. Every listing is in this order. */
export type Position = { turn: number; step: number };

/** The prompt of a turn stands at step 0; what a run writes follows. */
export const PROMPT_STEP = 0;

/** Negative when `a` stands before `b`, 0 for the same place. */
export const comparePositions = (a: Position, b: Position): number => a.turn - b.turn || a.step - b.step;

/** The places of one saved step: the message, then one for the result of each call, reserved at once. */
export function reservePlaces(nextStep: number, calls: number): { message: number; results: number[]; nextStep: number } {
  const results = Array.from({ length: calls }, (_, index) => nextStep + 1 + index);
  return { message: nextStep, results, nextStep: nextStep + 1 + calls };
}
