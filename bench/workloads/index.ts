// Every workload by its name on the command line.
import type { Counts } from "../counts.js";
import { ours, peer } from "../sides.js";
import { measureDurable, type DurableCounts } from "./durable.js";
import { measureLedger, type LedgerCounts } from "./ledger.js";
import { measurePage, type PageCounts } from "./page.js";
import { measurePresets, type PresetCounts, type PresetName } from "./presets.js";
import { measureRecall, type RecallResult } from "./recall.js";
import { measureStream, type StreamCounts } from "./stream.js";
import {
  measureDelete,
  measureDeleteOfTurns,
  measureFirstPage,
  measureThreadList,
  type DeleteCounts,
} from "./threads.js";
import {
  LONG_THREAD_SIZES,
  measureLongTurn,
  measureStored,
  measureSummaryTurn,
  measureTurn,
  type Stored,
} from "./turns.js";

/** A workload on both sides; `peer` is null where it has no such work. */
export type Pair<Ours, Peer = Ours> = { ours: Ours; peer: Peer };

export type Results = {
  turn: Pair<Counts>;
  hybridTurn: Pair<Counts>;
  /** By the number of messages before the turn; both sides read at most the last 100. */
  longThread: Pair<Record<string, Counts>>;
  /** The turn in a thread of 1,000 messages that was compacted. */
  summaryTurn: Pair<Counts, null>;
  stream: Pair<StreamCounts>;
  /** A minute of text under each throttle preset. */
  streamPresets: Pair<Record<PresetName, PresetCounts>, null>;
  firstPage: Pair<Counts>;
  threadList: Pair<Counts>;
  deleteThread: Pair<DeleteCounts>;
  /** As `deleteThread`, for a thread that was written turn by turn. */
  deleteThreadOfTurns: Pair<DeleteCounts>;
  stored: Pair<Stored>;
  /** Runs whose model is asked 5, 10, 20 and 40 times. */
  durable: Pair<DurableCounts, null>;
  /** What the ledger costs, and its month of 10,000 calls. */
  ledger: Pair<LedgerCounts, null>;
  /** Beside two peers: the search of the agent component, and the component for retrieval alone. */
  recall: RecallResult;
  /** The example's page in a browser, with a thread of 1,000 messages. */
  page: Pair<PageCounts, null>;
};
export type WorkloadName = keyof Results;

/** Messages of the threads that are read and removed, of the one with a summary and of the one that a page shows, and threads in the list. */
export const SIZES = {
  messages: 10_000,
  compacted: 1_000,
  threads: 1_000,
  turns: 250,
  conversations: 60,
  shown: 1_000,
};

async function both<Result>(work: (side: typeof ours) => Promise<Result>): Promise<Pair<Result>> {
  return { ours: await work(ours), peer: await work(peer) };
}

async function bySize(side: typeof ours): Promise<Record<string, Counts>> {
  const counts: Record<string, Counts> = {};
  for (const size of LONG_THREAD_SIZES) counts[size] = await measureLongTurn(side, size);
  return counts;
}

/** What could not be measured here, and has said so, is null. */
export const workloads: { [Name in WorkloadName]: () => Promise<Results[Name] | null> } = {
  turn: () => both((side) => measureTurn(side, "turn")),
  hybridTurn: () => both((side) => measureTurn(side, "hybridTurn")),
  longThread: () => both(bySize),
  summaryTurn: async () => ({ ours: await measureSummaryTurn(SIZES.compacted), peer: null }),
  stream: () => both(measureStream),
  streamPresets: async () => ({ ours: await measurePresets(), peer: null }),
  firstPage: () => both((side) => measureFirstPage(side, SIZES.messages)),
  threadList: () => both((side) => measureThreadList(side, SIZES.threads)),
  deleteThread: () => both((side) => measureDelete(side, SIZES.messages)),
  deleteThreadOfTurns: () => both((side) => measureDeleteOfTurns(side, SIZES.turns)),
  stored: () => both(measureStored),
  durable: async () => ({ ours: await measureDurable(), peer: null }),
  ledger: async () => ({ ours: await measureLedger(), peer: null }),
  recall: () => measureRecall(SIZES.conversations),
  page: async () => {
    const ours = await measurePage(SIZES.shown);
    return ours === null ? null : { ours, peer: null };
  },
};

export const workloadNames = Object.keys(workloads) as WorkloadName[];
