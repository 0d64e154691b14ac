import { seededRandom } from "../../host/random.js";

const SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu"];

/** Words of a made-up language, between `shortest` and `longest` letters, the same for the same seed. */
export function wordMaker(seed: number, [shortest, longest]: [number, number]): () => string {
  const random = seededRandom(seed);
  return () => {
    const letters = shortest + Math.floor(random() * (longest - shortest + 1));
    let word = "";
    while (word.length < letters) word += SYLLABLES[Math.floor(random() * SYLLABLES.length)];
    return word.slice(0, letters);
  };
}

/** As many words, separated by spaces. */
export const makeText = (words: number, nextWord: () => string): string =>
  Array.from({ length: words }, nextWord).join(" ");

/** A text of exactly so many words and bytes: the last words are stretched or cut. */
export function makeTextOfBytes(
  { words, bytes }: { words: number; bytes: number },
  nextWord: () => string,
): string {
  const letters = bytes - (words - 1);
  const made = Array.from({ length: words }, nextWord);
  let surplus = made.join("").length - letters;
  for (let index = words - 1; surplus !== 0; index = index === 0 ? words - 1 : index - 1) {
    const word = made[index]!;
    if (surplus < 0) made[index] = `${word}a`;
    else if (word.length > 1) made[index] = word.slice(0, -1);
    else continue;
    surplus += surplus < 0 ? 1 : -1;
  }
  return made.join(" ");
}
