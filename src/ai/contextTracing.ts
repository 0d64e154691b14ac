import type { ContextGiven } from "../client/index.js";
import type { ContextPlan } from "../shared/contextPlan.js";
import type { PruneOptions } from "../shared/contextPruning.js";
import { encodeLeftOut, encodePlaces, type ContextTrace, type ShownLong } from "../shared/contextTrace.js";
import type { Recollection } from "./recollection.js";

type Traced = {
  planned: ContextPlan<ContextGiven["blocks"][number], unknown>;
  recalled: readonly Recollection[];
  given: ContextGiven;
  pruning: PruneOptions;
  hash: string;
  agentHash: string;
  long: readonly ShownLong[];
  turn: number;
  /** The agent's `prepareStep` changed what was rendered. */
  isChanged: boolean;
};

/** What a call was shown: ids, counts and hashes. */
export function traceOf({
  planned,
  recalled,
  given,
  pruning,
  hash,
  agentHash,
  long,
  turn,
  isChanged,
}: Traced): ContextTrace {
  const { messages, blocks, leftOut, tokens, hasSummary } = planned;
  const { summary, prunedTo, tokenFactor = 1 } = given;
  const isShown = ([step]: ShownLong) =>
    messages.some((message) => message.turn === turn && message.step === step);
  const shownLong = long.filter(isShown);
  return {
    agent: agentHash,
    hash,
    ...(tokenFactor === 1 ? {} : { factor: tokenFactor }),
    places: encodePlaces(messages),
    tokens,
    ...(blocks.length === 0 ? {} : { blocks: blocks.map(({ blockId, version }) => [blockId, version]) }),
    ...(hasSummary && summary !== undefined ? { summary: summary.summaryId } : {}),
    ...(prunedTo === undefined ? {} : { prunedTo: [prunedTo.turn, prunedTo.step], pruning }),
    ...(recalled.length === 0
      ? {}
      : {
          recalled: recalled.map(({ kind, sourceId, ranks, tokens: size, hash: of }) => [
            kind,
            sourceId,
            ranks,
            size,
            of,
          ]),
        }),
    ...(isChanged ? { prepared: true } : {}),
    ...(shownLong.length === 0 ? {} : { long: shownLong }),
    ...(leftOut.length === 0 ? {} : { leftOut: encodeLeftOut(leftOut) }),
  };
}
