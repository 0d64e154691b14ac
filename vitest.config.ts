import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The package by its own name, as the example, the host and the bench import it: from source, so tests need no build. */
const entryPoints = {
  "convex-agent-memory": "src/client/index.ts",
  "convex-agent-memory/ai": "src/ai/index.ts",
  "convex-agent-memory/react": "src/react/index.ts",
  "convex-agent-memory/parts": "src/parts/index.ts",
  "convex-agent-memory/prices": "src/prices/index.ts",
  "convex-agent-memory/test": "src/test.ts",
  "convex-agent-memory/convex.config": "src/component/convex.config.ts",
  "convex-agent-memory/convex.config.js": "src/component/convex.config.ts",
};

/**
 * What leaves nothing behind: its files follow each other in one process, and load what they share once. Not what starts a
 * host, which sets the clock, not what makes a document of a browser, and not the agents' own tests, some of which abandon
 * a run on purpose, as a dead host would.
 */
const TOGETHER = ["contract", "docs", "eval", "models", "parts", "property"].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  resolve: {
    alias: Object.entries(entryPoints).map(([name, path]) => ({
      find: new RegExp(`^${name.replaceAll(".", "\\.")}$`),
      replacement: source(path),
    })),
  },
  test: {
    environment: "node",
    // convex-test keeps its engine in a global, and a second copy would steal it: node_modules stays external
    // (Vitest's default), so that each process loads convex-test once.
    pool: "forks",
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: "alone", include: ["test/**/*.test.ts"], exclude: TOGETHER } },
      { extends: true, test: { name: "together", include: TOGETHER, isolate: false } },
    ],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
  },
});
