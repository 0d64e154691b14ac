// What is played, and where hosts die: all of it from one seed.
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../host/random.js";
import { planKills, POINTS, RARE_POINTS } from "../../soak/killPlan.js";
import { planScenes, scenarios } from "../../soak/scenarios/index.js";
import type { ExpectedRun } from "../../soak/scenarios/scenario.js";
import { promptOf, scriptIn, type Script } from "../../soak/script.js";

const isCounted = ({ isOptional }: ExpectedRun): boolean => isOptional !== true;

describe("the scenes", () => {
  test.each([1, 2, 7, 50, 200])("are %i runs, no more and no less", (runs) => {
    const scenes = planScenes(runs, seededRandom(runs));
    expect(scenes.flatMap((scene) => scene.runs.filter(isCounted))).toHaveLength(runs);
  });

  test("hold every kind, each run under a key of its own", () => {
    const scenes = planScenes(60, seededRandom(3));
    expect(new Set(scenes.map(({ kind }) => kind))).toEqual(new Set(scenarios.map(({ kind }) => kind)));
    const keys = scenes.flatMap((scene) => scene.runs.filter(isCounted).map(({ script }) => script.key));
    expect(new Set(keys).size).toBe(60);
  });

  test("are the same for one seed", () => {
    const runsOf = (seed: number) => planScenes(20, seededRandom(seed)).flatMap((scene) => scene.runs);
    expect(runsOf(5)).toEqual(runsOf(5));
    expect(runsOf(5)).not.toEqual(runsOf(6));
  });

  test.each(scenarios)("of $kind have as many runs as is said", ({ make, runs }) => {
    expect(make("some", seededRandom(1)).runs.filter(isCounted)).toHaveLength(runs);
  });
});

describe("the kills", () => {
  test("come by every named point before one comes again, and by chance in between", () => {
    const kills = planKills(5 * RARE_POINTS.length, seededRandom(9));
    const named = kills.flatMap((kill) => (kill.kind === "point" ? [kill.killAt.name] : []));
    expect(new Set(named)).toEqual(new Set([...POINTS, ...RARE_POINTS].map(({ name }) => name)));
    expect(kills.filter(({ kind }) => kind === "outside")).toHaveLength(RARE_POINTS.length);
  });

  test("are eight points at least in a soak of fifteen", () => {
    const named = planKills(15, seededRandom(1)).filter(({ kind }) => kind === "point");
    expect(named.length).toBeGreaterThanOrEqual(8);
  });
});

test("a script goes through a prompt unchanged", () => {
  const script: Script = { key: "answer1", steps: [["look", "note"], ["boom"]], words: 9 };
  expect(scriptIn(promptOf(script))).toEqual(script);
  expect(scriptIn("Good morning")).toBeNull();
});
