// Each auditor finds the fault that is planted, and nothing where all is sound.
import { describe, expect, test } from "vitest";
import type { Evidence } from "../../soak/audit/evidence.js";
import { lostSteps } from "../../soak/audit/lostSteps.js";
import { doublePaidCalls, repeatedCalls } from "../../soak/audit/modelCalls.js";
import { stuckRuns } from "../../soak/audit/stuckRuns.js";
import { usageMismatches } from "../../soak/audit/usage.js";
import { judge } from "../../soak/audit/verdict.js";
import { auditors, message, planted, started } from "./plantedFaults.js";
import { soundEvidence } from "./soundEvidence.js";

test("every auditor has its faults", () => {
  expect(planted.map(({ auditor }) => auditor).sort()).toEqual(Object.keys(auditors).sort());
});

test.each(Object.keys(auditors))("%s finds nothing where all is sound", (name) => {
  expect(auditors[name]!(soundEvidence())).toEqual([]);
});

describe.each(planted)("$auditor finds", ({ auditor, plants }) => {
  test.each(plants)("%s", (_what, spoil, finds) => {
    const evidence = soundEvidence();
    spoil(evidence);
    expect(auditors[auditor]!(evidence).join("\n")).toMatch(finds);
  });
});

describe("a run that was steered", () => {
  const steer = (evidence: Evidence, places: number) => {
    const [run] = evidence.runs;
    Object.assign(run!, { nextStep: 6, steered: { places } });
    evidence.heads[0]!.messages = 5;
    message(evidence, "answer").step = 5;
    const said = { type: "text", text: "Mind answer0" };
    evidence.messages.push({
      ...message(evidence, "prompt"),
      _id: "said",
      step: 3,
      runId: "run",
      parts: [said],
    });
    evidence.expected[0]!.heard = [said.text];
  };

  test("has places that it did not write itself", () => {
    const evidence = soundEvidence();
    steer(evidence, 2);
    for (const auditor of Object.values(auditors)) expect(auditor(evidence)).toEqual([]);
  });

  test("has no more of them than it counts", () => {
    const evidence = soundEvidence();
    steer(evidence, 1);
    expect(lostSteps(evidence).join()).toMatch(/no message at step 3, 4/);
  });
});

test("a run may be asked again behind a failure of the provider, by the same host", () => {
  const evidence = soundEvidence();
  evidence.calls.unshift(started(0, 700), { ...started(0, 750), event: "failed" });
  expect(doublePaidCalls(evidence)).toEqual([]);
  expect(repeatedCalls(evidence)).toEqual([]);
});

test("a call that failed after it had spent stands beside the one that gave the step", () => {
  const evidence = soundEvidence();
  const [run] = evidence.runs;
  evidence.usage.push({
    ...evidence.usage[0]!,
    _id: "failed",
    isFailed: true,
    inputTokens: 1,
    outputTokens: 0,
  });
  Object.assign(run!.totals!, { calls: 3, inputTokens: run!.totals!.inputTokens + 1 });
  const beside = usageMismatches(evidence).filter((finding) => !finding.startsWith("usageRollups"));
  expect(beside).toEqual([]);
  expect(doublePaidCalls(evidence)).toEqual([]);
});

test("the workflow component notes once for each run whose module was renamed that nobody could be told", () => {
  const evidence = soundEvidence();
  Object.assign(evidence.expected[0]!, { ends: ["failed"], code: "RUN_CODE_MOVED" });
  evidence.leftOver.push({ table: "onCompleteFailures", row: { error: "Could not find module" } });
  expect(stuckRuns(evidence)).toEqual([]);
});

test("what an agent used that was asked is in the totals of the one that asked", () => {
  const evidence = soundEvidence();
  const [run] = evidence.runs;
  const spent = { inputTokens: 5, outputTokens: 1 };
  evidence.runs.push({ ...run!, _id: "child", parentRunId: "run", steps: 1, turn: 9, totals: spent });
  evidence.usage.push({
    ...evidence.usage[0]!,
    _id: "childUsage",
    runId: "child",
    parentRunId: "run",
    step: 0,
    ...spent,
  });
  const ofRuns = () => usageMismatches(evidence).filter((finding) => finding.startsWith("runs "));
  expect(ofRuns().join()).toMatch(/runs run: inputTokens should be/);
  run!.totals = {
    calls: 3,
    inputTokens: run!.totals!.inputTokens + 5,
    outputTokens: run!.totals!.outputTokens + 1,
  };
  expect(ofRuns()).toEqual([]);
});

describe("the verdict", () => {
  const course = { kills: 2, conflicts: 9, problems: [] };
  const zero = {
    lostSteps: 0,
    duplicateSteps: 0,
    doublePaidCalls: 0,
    repeatedCalls: 0,
    stuckRuns: 0,
    orphanStreams: 0,
    usageMismatches: 0,
  };

  test("is good where all is sound, and where calls were repeated", () => {
    const evidence = soundEvidence();
    evidence.calls.push(started(0, 800));
    const counts = { ...zero, runs: 1, kills: 2, conflicts: 9, repeatedCalls: 1 };
    expect(judge(evidence, course).result).toEqual({ ok: true, ...counts });
  });

  const faults = planted.filter(({ auditor }) => auditor !== "repeatedCalls");
  test.each(faults)("is bad for what $auditor finds", ({ auditor, plants }) => {
    const evidence = soundEvidence();
    plants[0]![1](evidence);
    const { result, findings } = judge(evidence, course);
    expect(result.ok).toBe(false);
    expect(findings).not.toEqual([]);
    if (auditor in zero) expect(result[auditor as keyof typeof zero]).toBeGreaterThan(0);
  });

  test("is bad when the course was", () => {
    const { result, findings } = judge(soundEvidence(), { ...course, problems: ["answer0: Still null"] });
    expect(result.ok).toBe(false);
    expect(findings).toEqual([{ fault: "course", finding: "answer0: Still null" }]);
  });
});
