/**
 * What each signal of `recallSignals.ts` adds to a candidate's score. Fitted on conversations between people and
 * between users and assistants by a listwise softmax, rounded to .05, then frozen: one configuration for all.
 * `vector` is set by hand, for a full list: the first place is worth about one matched rare term.
 */
export const RECALL_WEIGHTS = {
  window: 1.85,
  coverage: 2.9,
  lead: 1.35,
  prefix: 1.75,
  session: 2.5,
  speaker: 0.5,
  answersQuestion: 2.15,
  asks: -0.45,
  answerKind: 1.6,
  date: 3.75,
  expansion: 1.25,
  standing: 2.25,
  standingMatch: 0.65,
  agentAsked: 0.7,
  replyWindow: -1.95,
  long: -2.35,
  firstPerson: 0.8,
  vector: 2,
} as const;

export type SignalName = keyof typeof RECALL_WEIGHTS;
export const SIGNAL_NAMES = Object.keys(RECALL_WEIGHTS) as SignalName[];
