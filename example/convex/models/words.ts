/** Words that nearly every text has and that tell none apart. */
const STOP_WORDS = new Set(
  (
    "a about after again all also am an and any are as at be because been before being between both but by can " +
    "could d did do does doing don down during each for from further get got had has have having he her here hers " +
    "him his how i if in into is it its itself just let ll m may me might more most must my myself no nor not now " +
    "of off on once only or other our ours out over own please re s same shall she should so some such t tell than " +
    "that the their them then there these they this those through to too under until up us ve very was way we were " +
    "what when where which while who whom whose why will with would you your yours"
  ).split(" "),
);

/** Letters, digits and marks; an ideograph or kana is a word of its own, as no space parts them. */
const WORD_PATTERN =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}])[\p{L}\p{N}\p{M}])+/gu;

/** The words of a text in lower case, in order. */
export function wordsOf(text: string): string[] {
  return text.normalize("NFKC").toLowerCase().match(WORD_PATTERN) ?? [];
}

/** True for a function word. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

/** The stems of a text's content words, in order, repeats included. */
export function stemsOf(text: string): string[] {
  return wordsOf(text)
    .filter((word) => !isStopWord(word))
    .map(stemOf);
}

/** Endings that go, with the letters that must remain before them and what replaces them. */
const ENDINGS: { ending: string; atLeast: number; becomes: string }[] = [
  { ending: "ies", atLeast: 2, becomes: "y" },
  { ending: "sses", atLeast: 1, becomes: "ss" },
  { ending: "s", atLeast: 3, becomes: "" },
];
const VERB_ENDINGS = ["ing", "ed", "er", "ly", "ment"];

/** A light stemmer for English: plurals, verb endings and a last `e`; other languages pass nearly unchanged. */
export function stemOf(word: string): string {
  const singular = withoutPlural(word);
  let stem = singular;
  const ending = VERB_ENDINGS.find(
    (suffix) => singular.endsWith(suffix) && singular.length - suffix.length >= 3,
  );
  if (ending !== undefined) stem = withoutDouble(singular.slice(0, -ending.length));
  if (stem.length >= 6 && stem.endsWith("tion")) stem = stem.slice(0, -3);
  return stem.length > 3 && stem.endsWith("e") ? stem.slice(0, -1) : stem;
}

function withoutPlural(word: string): string {
  if (/(?:ss|us|is)$/.test(word)) return word;
  for (const { ending, atLeast, becomes } of ENDINGS) {
    if (word.endsWith(ending) && word.length - ending.length >= atLeast)
      return word.slice(0, -ending.length) + becomes;
  }
  return word;
}

/** `stopp` is `stop`, but `call` keeps its letters. */
function withoutDouble(stem: string): string {
  const last = stem.at(-1) ?? "";
  return last === stem.at(-2) && !"lsz".includes(last) ? stem.slice(0, -1) : stem;
}

/** About the tokens that a tokenizer would count: four characters each, an ideograph one. */
export function countTokens(text: string): number {
  let quarters = 0;
  for (let index = 0; index < text.length; index++) quarters += text.charCodeAt(index) < 0x2e80 ? 1 : 4;
  return Math.ceil(quarters / 4);
}
