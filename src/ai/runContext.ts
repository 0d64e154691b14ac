import type { ContextGiven, Message } from "../client/index.js";
import type { ContextTrace, ShownLong } from "../shared/contextTrace.js";
import type { Recollection } from "./recollection.js";

/** The context of a run: the snapshot of its start, what was recalled for its prompt, and the thread up to here. */
export type RunContext = {
  runId: string;
  threadId: string;
  turn: number;
  given: ContextGiven;
  recalled: Recollection[];
  /** The thread from its summary on, and the run's prompt, with the steps of the run. */
  history: readonly Message[];
  /** Long parts that are shown further than their rows hold them. */
  long: readonly ShownLong[];
  /** Of the run's first call, once it is known. */
  first: ContextTrace | null;
  /** Where files can be fetched; asked once each. */
  urls: Map<string, string | null>;
};
