import { wrongCounts } from "./counts.js";
import { wrongDecisions } from "./decisions.js";
import { duplicateSteps } from "./duplicateSteps.js";
import { matchRuns, type Evidence, type Finding } from "./evidence.js";
import { lostSteps } from "./lostSteps.js";
import { doublePaidCalls, repeatedCalls } from "./modelCalls.js";
import { orphanStreams } from "./orphanStreams.js";
import { unremoved } from "./removals.js";
import { stuckRuns, wrongEnds, wrongOrder } from "./stuckRuns.js";
import { usageMismatches } from "./usage.js";

/** The last line of the command. */
export type SoakResult = {
  /** Everything held: what is counted below as a fault is zero, and every run ended as it was meant to. */
  ok: boolean;
  runs: number;
  kills: number;
  conflicts: number;
  lostSteps: number;
  duplicateSteps: number;
  /** Calls of the model that were repeated after their step was saved. */
  doublePaidCalls: number;
  /** Calls of the model that were under way at a kill and made again: no fault. */
  repeatedCalls: number;
  stuckRuns: number;
  orphanStreams: number;
  usageMismatches: number;
};

/** What happened around the tables. */
export type Course = { kills: number; conflicts: number; problems: Finding[] };

export type Verdict = { result: SoakResult; findings: { fault: string; finding: Finding }[] };

/** Those that were asked for and are there. */
const countRuns = (evidence: Evidence): number =>
  matchRuns(evidence)
    .filter(({ isOptional }) => isOptional !== true)
    .flatMap(({ rows }) => rows).length;

/** Reads the evidence once for each kind of fault. */
export function judge(evidence: Evidence, { kills, conflicts, problems }: Course): Verdict {
  const counted = {
    lostSteps: lostSteps(evidence),
    duplicateSteps: duplicateSteps(evidence),
    doublePaidCalls: doublePaidCalls(evidence),
    stuckRuns: stuckRuns(evidence),
    orphanStreams: orphanStreams(evidence),
    usageMismatches: usageMismatches(evidence),
  };
  const decision = wrongDecisions(evidence);
  const others = {
    decision,
    end: wrongEnds(evidence),
    order: wrongOrder(evidence),
    count: wrongCounts(evidence),
    removal: unremoved(evidence),
    course: problems,
  };
  const findings = Object.entries({ ...counted, ...others }).flatMap(([fault, found]) =>
    found.map((finding) => ({ fault, finding })),
  );
  return {
    result: {
      ok: findings.length === 0,
      runs: countRuns(evidence),
      kills,
      conflicts,
      lostSteps: counted.lostSteps.length,
      duplicateSteps: counted.duplicateSteps.length,
      doublePaidCalls: counted.doublePaidCalls.length,
      repeatedCalls: repeatedCalls(evidence).length,
      stuckRuns: counted.stuckRuns.length,
      orphanStreams: counted.orphanStreams.length,
      usageMismatches: counted.usageMismatches.length,
    },
    findings,
  };
}
