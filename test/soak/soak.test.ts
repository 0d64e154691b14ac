// The soak in its short form: scenes of most kinds, hosts that die, mutations that conflict.
import { expect, test } from "vitest";
import { runSoak } from "../../soak/soak.js";

test("nothing is lost, paid twice or left over when hosts die", async () => {
  const said: string[] = [];
  const only = [
    "answer",
    "approval",
    "nested",
    "steering",
    "pausing",
    "flaky",
    "removal",
    "budget",
    "budgetWait",
  ];
  const options = { runs: 12, kill: 3, conflicts: 0.2, seed: 4, only };
  const soak = { ...options, tell: (line: string) => said.push(line) };
  const { result, findings } = await runSoak(soak);
  expect(findings, said.join("\n")).toEqual([]);
  const { conflicts, repeatedCalls, ...counted } = result;
  expect(counted).toEqual({
    ok: true,
    runs: 12,
    kills: 3,
    lostSteps: 0,
    duplicateSteps: 0,
    doublePaidCalls: 0,
    stuckRuns: 0,
    orphanStreams: 0,
    usageMismatches: 0,
  });
  expect(conflicts).toBeGreaterThan(20);
  expect(repeatedCalls).toBeGreaterThanOrEqual(0);
}, 300_000);
