// The production build of the example's page, made once for all test files and kept until a source changes.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { withLock } from "../../../scripts/setup/lock.mjs";
import { filesUnder, hashFiles, readStamp, writeStamp } from "../../../scripts/setup/stamps.mjs";

const STAMP = ".cache/web.stamp";
const SOURCES = [
  "example/web",
  "example/convex/_generated",
  "src/react",
  "src/parts",
  "src/shared",
  "src/validators",
  "package-lock.json",
];
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const WEB = join(ROOT, "example/web");

/** Builds the page unless that is done; test files that start together wait for each other. */
export async function ensurePageBuilt(): Promise<void> {
  await withLock(async () => {
    const sources = hashFiles(filesUnder(SOURCES));
    if (readStamp(STAMP) === sources && existsSync(join(ROOT, ".cache/web/index.html"))) return;
    await build({ root: WEB, configFile: join(WEB, "vite.config.ts"), mode: "production", logLevel: "warn" });
    writeStamp(STAMP, sources);
  });
}
