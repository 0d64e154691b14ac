// The example's page as Vite builds it, made once for all test files and kept until a source changes.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { withLock } from "../../../scripts/setup/lock.mjs";
import { filesUnder, hashFiles, readStamp, writeStamp } from "../../../scripts/setup/stamps.mjs";

const SOURCES = [
  "example/web",
  "example/convex/_generated",
  "src/react",
  "src/parts",
  "src/shared",
  "src/validators",
  "tsconfig.base.json",
  "package-lock.json",
];
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const WEB = join(ROOT, "example/web");

/**
 * What is built: `production` as people load it, `test` with the React that warns, so that a warning fails a test. Each has
 * a folder of its own: neither is ever taken for the other.
 */
export type PageBuild = "production" | "test";

/** Where a build lies. */
export const folderOf = (kind: PageBuild): string => join(ROOT, ".cache", `web-${kind}`);

/** Builds the page unless that is done; test files that start together wait for each other. */
export async function ensurePageBuilt(kind: PageBuild): Promise<void> {
  const stamp = `.cache/web-${kind}.stamp`;
  await withLock(async () => {
    const sources = hashFiles(filesUnder(SOURCES));
    if (readStamp(stamp) === sources && existsSync(join(folderOf(kind), "index.html"))) return;
    rmSync(join(ROOT, stamp), { force: true }); // a build that is broken off is none
    await withEnvironment(kind, async () => {
      await build({
        root: WEB,
        configFile: join(WEB, "vite.config.ts"),
        mode: "production",
        logLevel: "warn",
        build: { outDir: folderOf(kind) },
      });
    });
    writeStamp(stamp, sources);
  });
}

/** Vite takes React, and `import.meta.env.PROD`, by NODE_ENV, and what it builds in by names that begin with VITE_. */
async function withEnvironment(kind: PageBuild, work: () => Promise<void>): Promise<void> {
  const before = { ...process.env };
  for (const name of Object.keys(before)) if (name.startsWith("VITE_")) delete process.env[name];
  process.env["NODE_ENV"] = kind;
  try {
    await work();
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
