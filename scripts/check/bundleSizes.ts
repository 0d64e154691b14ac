import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "../setup/environment.mjs";
import type { CheckResult } from "./checkResult.js";

/** Bytes that an entry point may have, minified and gzipped, without its peers: it is in each page or module. */
const ENTRIES = [
  { name: ".", folder: "client", limit: 20_000 },
  { name: "./react", folder: "react", limit: 15_000 },
];
const PEERS = ["react", "convex", "convex-helpers", "ai"];

type Entry = (typeof ENTRIES)[number];
type Size = Entry & { minified: number; gzipped: number; sdkFiles: string[] };

async function sizeOf(entry: Entry): Promise<Size> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from "./dist/${entry.folder}/index.js";`, resolveDir: root },
    ...{ bundle: true, write: false, metafile: true, minify: true, logLevel: "silent" },
    ...{ format: "esm", platform: "browser", external: PEERS.flatMap((peer) => [peer, `${peer}/*`]) },
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array();
  const imported = Object.values(metafile.inputs).flatMap((file) => file.imports.map(({ path }) => path));
  const sdkFiles = imported.filter((path) => /^ai(\/|$)|@ai-sdk\//.test(path));
  return { ...entry, minified: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length, sdkFiles };
}

const numberText = (bytes: number): string => bytes.toLocaleString("en-US");

function problemsOf({ name, limit, gzipped, sdkFiles }: Size): string[] {
  return [
    ...(gzipped > limit ? [`${name} is larger than ${numberText(limit)} B gzipped`] : []),
    ...(sdkFiles.length > 0 ? [`${name} imports values of the AI SDK: ${sdkFiles.join(", ")}`] : []),
  ];
}

/** What `.` and `./react` weigh in `dist`, minified by esbuild and gzipped, peers left out; and that no `ai` is in them. */
export async function checkBundleSizes(): Promise<CheckResult> {
  const sizes = await Promise.all(ENTRIES.map(sizeOf));
  const lines = sizes.map(
    ({ name, limit, minified, gzipped }) =>
      `${name.padEnd(8)} ${numberText(gzipped)} B gzipped (${numberText(limit)} at most), ${numberText(minified)} B minified`,
  );
  const problems = sizes.flatMap(problemsOf);
  return { passed: problems.length === 0, output: [...lines, ...problems].join("\n") };
}
