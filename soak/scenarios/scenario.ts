// A kind of thing that users do, to be played while hosts die.
import type { Desk } from "../desk.js";
import type { Script } from "../script.js";

export type RunEnd = "completed" | "failed" | "canceled";

/** A run that is to be there at the end, found by the key of the script in its prompt. */
export type ExpectedRun = {
  script: Script;
  /** How it may have ended. */
  ends: RunEnd[];
  /** It may not be there at all: what was to ask for it may have been stopped before. It is not counted. */
  isOptional?: boolean;
  /** The key of the run that had to be over before this one began. */
  after?: string;
  /** What was said to it under way and taken in: known when it was played. */
  heard?: string[];
  /** What was decided about its calls, by their ids, and so how each must have ended. */
  decided?: Record<string, CallEnd>;
  /** Of one that must fail: why. */
  code?: string;
  /** When it may begin, by the host's clock, in ms: known when it was played. */
  startAt?: number;
};

/** "expired": nobody decided in time; "unanswered": no result came in time. */
export type CallEnd = "done" | "denied" | "expired" | "unanswered";

/** One play of a scenario. */
export type Scene = {
  runs: ExpectedRun[];
  /** Does what the users do, and waits until all has ended; hosts may die and come back meanwhile. */
  play: (desk: Desk) => Promise<void>;
  /** What the users do when the module of one of its agents was renamed. */
  playMoved?: (desk: Desk) => Promise<void>;
  /** Threads that were removed: known when it was played. */
  removed?: string[];
};

export type Random = () => number;

export type Scenario = {
  kind: string;
  /** How often it is played beside the others. */
  weight: number;
  /** Runs of one play. */
  runs: number;
  make: (key: string, random: Random) => Scene;
};
