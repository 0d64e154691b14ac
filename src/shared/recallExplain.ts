import type { RankedRow } from "./recallRank.js";
import type { SignalName } from "./recallWeights.js";

/** Signals in the order in which they are told, with what they say. */
const SAYINGS: Partial<Record<SignalName, string>> = {
  coverage: "it or the turns around it share words with the question",
  prefix: "it has words of the same beginning",
  session: "its session or document is about the question",
  speaker: "the question names its speaker",
  answersQuestion: "it follows a question like this one",
  answerKind: "it holds the kind of thing that is asked for",
  date: "it is of the time that is asked about",
  expansion: "it shares words with the best matches",
  standing: "it is a standing instruction",
  agentAsked: "the question is about what the agent said",
  vector: "its vector is near",
};
/** Contributions below this share of the largest are left out of the sentence. */
const TELLING_SHARE = 0.1;

/** Places of an entry in the lists, from 1; absent where a list lacks it. */
export type ListRanks = { lexical?: number; human?: number; vector?: number; standing?: number };

/** Why a hit stands where it does: its rank in each list, what each signal added, and the same in words. */
export function explainRow(
  { contributions, multiplier, linearRank, humanRank }: RankedRow,
  lists: ListRanks,
): { lists: Record<string, number>; signals: Record<string, number>; multiplier: number; because: string } {
  const fused = { ranked: linearRank, ...(humanRank === undefined ? {} : { ofHumans: humanRank }) };
  const largest = Math.max(0, ...Object.values(contributions));
  const told = (Object.keys(SAYINGS) as SignalName[]).flatMap((name) => {
    const added = contributions[name] ?? 0;
    return added > 0 && added >= largest * TELLING_SHARE ? (SAYINGS[name] ?? []) : [];
  });
  const given = Object.entries({ ...lists, ...fused }).flatMap(([list, rank]) =>
    rank === undefined ? [] : [[list, rank] as const],
  );
  const signals = Object.entries(contributions).map(([name, added]) => [name, round(added)] as const);
  return {
    lists: Object.fromEntries(given),
    signals: Object.fromEntries(signals),
    multiplier: round(multiplier),
    because: told.length === 0 ? "it stands beside what was found" : told.join("; "),
  };
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
