import { type Passage } from "./passages.js";
import { subjectStems } from "./questionParts.js";
import { sentencesOf } from "./sentences.js";
import { memoryCitation } from "./shownMemory.js";
import { stemsOf } from "./words.js";

/** A sentence of a source, with what it can be judged by. `order` is its place among all candidates. */
export type Candidate = {
  sentence: string;
  citation: string | null;
  stems: string[];
  headingStems: Set<string>;
  passageRank: number;
  order: number;
};

/** A candidate with its score for one question; `coverage` is the share of the question's words in it. */
type Scored = { candidate: Candidate; score: number; coverage: number };

/** Saturation and length of BM25, and what heading, rank and a sentence's place add to a score between 0 and 1 or so. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.5;
const HEADING_BONUS = 0.35;
const RANK_BONUS = 0.15;
const FIRST_BONUS = 0.05;
/** A sentence that opens with a small letter is likely the rest of one that was cut. */
const FRAGMENT_FACTOR = 0.6;
/** Two sentences that share more of their words than this say the same. */
const SAME_OVERLAP = 0.6;
/** Below this share of the best score a sentence is not worth its place. */
const LEAST_SHARE = 0.5;

/** Sentences and characters that are looked at: an answer must not take long because a tool returned megabytes. */
const MOST_CANDIDATES = 5_000;
const MOST_PASSAGE_CHARACTERS = 500_000;

/** The sentences of passages, best passage first; of passages with a citation only, where any has one. */
export function candidatesFrom(passages: Passage[], leastWords?: number): Candidate[] {
  const cited = passages.filter(({ citation }) => citation !== null);
  const seen = new Set<string>();
  const candidates: Candidate[] = [];
  (cited.length > 0 ? cited : passages).forEach(({ text, citation }, passageRank) => {
    const headingStems = new Set(stemsOf(headingOf(citation)));
    if (candidates.length >= MOST_CANDIDATES) return;
    for (const sentence of sentencesOf(text.slice(0, MOST_PASSAGE_CHARACTERS), leastWords)) {
      if (seen.has(sentence)) continue;
      seen.add(sentence);
      const stems = stemsOf(sentence);
      candidates.push({ sentence, citation, stems, headingStems, passageRank, order: candidates.length });
    }
  });
  return candidates;
}

/** What a citation says about its passage: of memory, the key of a fact or a block's label and no more. */
function headingOf(citation: string | null): string {
  const memory = memoryCitation(citation);
  if (memory === null) return citation ?? "";
  return memory.kind === "message" ? "" : memory.name;
}

/** Up to `most` distinct sentences that bear on a question, best first; none where nothing does. */
export function sentencesFor(question: string, candidates: Candidate[], most: number): Candidate[] {
  const wanted = subjectStems(question);
  const ranked = scoreAll(wanted, candidates).sort(byScore);
  const bearsOn = ranked.filter(({ coverage }) => coverage >= leastCoverage(wanted.size));
  return takeDistinct(bearsOn, most);
}

/** The share of a question's words that some candidates have between them, their headings included. */
export function coverageOf(question: string, candidates: Candidate[]): number {
  const wanted = subjectStems(question);
  const had = new Set(candidates.flatMap(({ stems, headingStems }) => [...stems, ...headingStems]));
  return wanted.size === 0 ? 0 : [...wanted].filter((stem) => had.has(stem)).length / wanted.size;
}

/** Up to `most` sentences that share most with all others, in their order; `topic` words count double. */
export function centralSentences(topic: string, candidates: Candidate[], most: number): Candidate[] {
  const frequency = documentFrequency(candidates);
  const wanted = subjectStems(topic);
  const scored = candidates.map((candidate) => {
    const distinct = [...new Set(candidate.stems)];
    const shared = distinct.reduce(
      (sum, stem) => sum + Math.log(frequency.get(stem) ?? 1) + (wanted.has(stem) ? 1 : 0),
      0,
    );
    return { candidate, score: shared / Math.sqrt(distinct.length + 4), coverage: 1 };
  });
  return takeDistinct(scored.sort(byScore), most).sort((left, right) => left.order - right.order);
}

/** One word of a long question proves nothing: two of them, or a third, must be there. */
function leastCoverage(wantedCount: number): number {
  return wantedCount <= 2 ? 1 / Math.max(1, wantedCount) : Math.max(2 / wantedCount, 1 / 3);
}

function scoreAll(wanted: Set<string>, candidates: Candidate[]): Scored[] {
  const frequency = documentFrequency(candidates);
  const averageLength =
    candidates.reduce((sum, { stems }) => sum + stems.length, 0) / Math.max(1, candidates.length);
  const weightOf = (stem: string) => {
    const holding = frequency.get(stem) ?? 0;
    return Math.log(1 + (candidates.length - holding + 0.5) / (holding + 0.5));
  };
  const weights = new Map([...wanted].map((stem) => [stem, weightOf(stem)]));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0) || 1;
  return candidates.map((candidate, index) => {
    const { stems, headingStems, passageRank } = candidate;
    const damping = SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * stems.length) / (averageLength || 1));
    let [words, heading, covered] = [0, 0, 0];
    for (const [stem, weight] of weights) {
      const count = stems.filter((other) => other === stem).length;
      words += (weight * count * (SATURATION + 1)) / (count + damping);
      if (headingStems.has(stem)) heading += weight;
      if (count > 0 || headingStems.has(stem)) covered++;
    }
    const isFirst = candidates[index - 1]?.passageRank !== passageRank;
    const bonus =
      (HEADING_BONUS * heading) / total + RANK_BONUS / (1 + passageRank) + (isFirst ? FIRST_BONUS : 0);
    const score =
      words === 0 ? 0 : (words / total + bonus) * (isFragment(candidate.sentence) ? FRAGMENT_FACTOR : 1);
    return { candidate, score, coverage: words === 0 ? 0 : covered / Math.max(1, wanted.size) };
  });
}

const isFragment = (sentence: string) => /^[a-z][a-z]*[^A-Za-z]/.test(sentence);

function documentFrequency(candidates: Candidate[]): Map<string, number> {
  const frequency = new Map<string, number>();
  for (const { stems } of candidates) {
    for (const stem of new Set(stems)) frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
  }
  return frequency;
}

function byScore(left: Scored, right: Scored): number {
  return right.score - left.score || left.candidate.order - right.candidate.order;
}

function takeDistinct(ranked: Scored[], most: number): Candidate[] {
  const least = (ranked[0]?.score ?? 0) * LEAST_SHARE;
  const taken: Candidate[] = [];
  for (const { candidate, score } of ranked) {
    if (taken.length === most || score <= 0 || score < least) break;
    if (!taken.some((other) => saysTheSame(other, candidate))) taken.push(candidate);
  }
  return taken;
}

function saysTheSame(left: Candidate, right: Candidate): boolean {
  const [first, second] = [new Set(left.stems), new Set(right.stems)];
  const shared = [...first].filter((stem) => second.has(stem)).length;
  return shared > SAME_OVERLAP * Math.min(first.size, second.size);
}
