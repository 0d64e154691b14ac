/**
 * Writes Convex's generated code, with the real `convex codegen`.
 *
 *   tsx scripts/codegen.ts component   src/component/_generated
 *   tsx scripts/codegen.ts app         example/convex/_generated (imports dist, so build first)
 *   tsx scripts/codegen.ts all         component, build, app
 *   … --cwd <checkout>                 in another copy of the project
 *
 * Without a deployment the command is answered by a loopback server; with one configured it asks the deployment.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { codegenOffline } from "./codegen/offline.js";
import { runConvexCodegen } from "./codegen/convexCommand.js";
import { runTool } from "./processes.js";

const COMPONENT = "./src/component";
const { values, positionals } = parseArgs({ allowPositionals: true, options: { cwd: { type: "string" } } });
const project = resolve(values.cwd ?? ".");

function deploymentIsConfigured(): boolean {
  return process.env["CONVEX_DEPLOYMENT"] !== undefined || existsSync(join(project, ".env.local"));
}

async function generate(target: string): Promise<number> {
  // The check has its own, stricter type checks.
  const args = ["--typecheck", "disable", ...(target === "component" ? ["--component-dir", COMPONENT] : [])];
  return deploymentIsConfigured()
    ? await runConvexCodegen(project, args)
    : await codegenOffline(project, args);
}

async function main(target: string): Promise<number> {
  switch (target) {
    case "component":
    case "app":
      return await generate(target);
    case "all":
      return (
        (await generate("component")) ||
        (await runTool("tsc", ["-p", "tsconfig.build.json"], { cwd: project })) ||
        (await generate("app"))
      );
    default:
      console.error("usage: codegen.ts component|app|all [--cwd <checkout>]");
      return 2;
  }
}

process.exitCode = await main(positionals[0] ?? "");
