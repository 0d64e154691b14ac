import { splitSentences } from "./sentences.js";
import { wordsOf } from "./words.js";

/** Something that a prompt asks to keep. `instruction` and `preference` say how the user wants things to be. */
export type Told = { text: string; kind: "fact" | "instruction" | "preference" };

/** One prompt may tell so much: a page that is pasted into it is no list of things to remember. */
const MOST_TOLD = 5;
const LEAST_WORDS = 2;

const COURTESY = /^(?:(?:and|also|please|ok|okay)[,\s]+)+/i;
/** "Remember that …", "Note: …"; what follows is kept. */
const ASKS_TO_KEEP =
  /^(?:remember|note|keep in mind|bear in mind|do(?:n['’]t| not) forget|memori[sz]e)\b(?:\s+(?:that|this|down)\b)?[\s:,]+/i;
/** After those words these ask for something: "Remember when we …", "Note how …". */
const ASKS_BACK = /^(?:how|if|what|when|where|whether|which|who|why)\b/i;
const STANDING = /^(?:from (?:now|today) on|in (?:the )?future|always|never|to\b)/i;
const PREFERS = /^(?:(?:I|we)\s+(?:\w+\s+)?prefer\b|call me\b|my name is\b)/i;

/** What a prompt tells to keep, sentence by sentence, and the rest of it, which may ask something. */
export function toldIn(prompt: string): { told: Told[]; rest: string } {
  const told: Told[] = [];
  const lines = prompt.split("\n").map((line) =>
    splitSentences(line)
      .filter((sentence) => {
        const found = told.length < MOST_TOLD ? readTold(sentence.trim()) : null;
        if (found !== null) told.push(found);
        return found === null;
      })
      .join(" "),
  );
  return { told, rest: lines.join("\n").trim() };
}

function readTold(sentence: string): Told | null {
  if (/[?？]["'”’)]*$/.test(sentence)) return null;
  const plain = sentence.replace(COURTESY, "");
  const cue = ASKS_TO_KEEP.exec(plain)?.[0] ?? "";
  const content = plain.slice(cue.length);
  if (wordsOf(content).length < LEAST_WORDS || ASKS_BACK.test(content)) return null;
  const kind = kindOf(content);
  if (kind === "fact" && cue === "") return null;
  // "Remember to …" makes no sense without its first word.
  return { kind, text: asSentence(/^to\b/i.test(content) ? plain : content) };
}

function kindOf(content: string): Told["kind"] {
  if (STANDING.test(content)) return "instruction";
  return PREFERS.test(content) ? "preference" : "fact";
}

function asSentence(words: string): string {
  const opened = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!。！…]["'”’)]*$/.test(opened) ? opened : `${opened}.`;
}
