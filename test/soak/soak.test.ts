// The soak in its short form: every kind of scene, hosts that die, mutations that conflict.
import { expect, test } from "vitest";
import { runSoak } from "../../soak/soak.js";

test("nothing is lost, paid twice or left over when hosts die", async () => {
  const said: string[] = [];
  const soak = { runs: 8, kill: 3, conflicts: 0.2, seed: 4, tell: (line: string) => said.push(line) };
  const { result, findings } = await runSoak(soak);
  expect(findings, said.join("\n")).toEqual([]);
  const { conflicts, repeatedCalls, ...counted } = result;
  expect(counted).toEqual({
    ok: true,
    runs: 8,
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
