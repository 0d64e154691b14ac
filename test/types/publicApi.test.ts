import { describe, expect, test, vi } from "vitest";
import { runNode } from "../../scripts/processes.js";
import { toolPath } from "../../scripts/setup/environment.mjs";

vi.setConfig({ testTimeout: 120_000 });

/** TypeScript 7, on the package as built. */
async function compile(...args: string[]): Promise<{ exitCode: number | null; output: string }> {
  return await runNode([toolPath("tsc"), "--noEmit", ...args], { capture: true, timeoutMs: 110_000 });
}

function instantiations(output: string): number {
  return Number(/^Instantiations:\s+(\d+)$/m.exec(output)?.[1] ?? Number.NaN);
}

describe("the types of the public API", () => {
  test("infer and refuse what an app relies on, with every declaration checked", async () => {
    expect(await compile("-p", "test/types")).toEqual({ exitCode: 0, output: "" });
  });

  test("cost the example at most 200,000 instantiations", async () => {
    // The libraries' own declarations are left out (zod's alone take 187,000), and one checker counts each type once.
    const { output } = await compile(
      "-p",
      "example/convex",
      "--skipLibCheck",
      "--singleThreaded",
      "--extendedDiagnostics",
    );
    expect(instantiations(output)).toBeGreaterThan(0);
    expect(instantiations(output)).toBeLessThanOrEqual(200_000);
  });

  test("cost a page with all hooks, and all that is told of budgets and usage, at most 75,000", async () => {
    const { output } = await compile(
      ...["-p", "test/types", "--skipLibCheck", "--singleThreaded", "--extendedDiagnostics"],
    );
    expect(instantiations(output)).toBeGreaterThan(0);
    expect(instantiations(output)).toBeLessThanOrEqual(75_000);
  });
});
