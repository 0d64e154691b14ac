import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { contentPolicy } from "./contentPolicy.js";

/** Where the functions run while nothing else is said: the page asks its own origin, which hands it on to the host. */
const host = process.env["HOST_URL"] ?? "http://127.0.0.1:3210";
const proxy = {
  "/api": { target: host, ws: true },
  "/local-auth": { target: host },
};

/** What a policy in the page itself cannot say; whoever serves the build elsewhere sends these too. */
const PREVIEW_HEADERS = {
  "content-security-policy": "frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: source("."),
  plugins: [react(), contentPolicy(process.env)],
  // Only what the command that runs this sets: a .env.local of a deployment says nothing to the local host.
  envDir: false,
  // The package from its source, so that a change of it shows at once.
  resolve: { alias: { "convex-agent-memory/react": source("../../src/react/index.ts") } },
  server: { host: "127.0.0.1", proxy },
  preview: { host: "127.0.0.1", proxy, headers: PREVIEW_HEADERS },
  build: {
    outDir: source("../../.cache/web"),
    emptyOutDir: true,
    target: "es2022",
    // Browsers that know light-dark() themselves: what stands in for it elsewhere does not see Mantine's colour scheme.
    cssTarget: ["chrome123", "edge123", "firefox120", "safari17.5"],
    chunkSizeWarningLimit: 800,
  },
});
