import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { runNode } from "../processes.js";

const require = createRequire(import.meta.url);

/** Runs `convex codegen` in a checkout; resolves to its exit code. */
export async function runConvexCodegen(project: string, args: string[]): Promise<number> {
  const command = join(dirname(require.resolve("convex/package.json")), "bin/main.js");
  const { exitCode } = await runNode([command, "codegen", ...args], {
    cwd: project,
    env: { ...process.env, CI: "1" },
  });
  return exitCode ?? 1;
}
