// A text as a typical model streams it: tokens of five characters.
export const DELTAS_PER_SECOND = 60;
const LETTERS = "etaoinshrdlucmwfgypbvk";
const DELTA_CHARACTERS = 5;

/** The tokens of so many seconds; every fourth ends a word. */
export function pacedDeltas(seconds: number): string[] {
  return Array.from({ length: Math.round(seconds * DELTAS_PER_SECOND) }, (_, index) => {
    const letters = Array.from(
      { length: DELTA_CHARACTERS - 1 },
      (_letter, place) => LETTERS[(index * 7 + place * 3) % LETTERS.length],
    );
    return `${letters.join("")}${index % 4 === 3 ? " " : "e"}`;
  });
}
