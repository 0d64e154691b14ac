import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { readFolder, tellSkipped, type FolderContent } from "./folder.js";
import type { Screen } from "./screen.js";

const MARKDOWN = { endings: [".md", ".mdx", ".markdown"], tellOthers: true };
/** The AI SDK ships its documentation inside its package. */
const AI_DOCUMENTS = { endings: [".mdx"], tellOthers: false };
const SHOWN_SKIPPED = 5;

/** The documents of a folder, or of the installed AI SDK when there is none. Tells what was left out. */
export async function readDocuments(folder: string | null, screen: Screen): Promise<FolderContent> {
  const content =
    folder === null
      ? await readFolder(aiPackage(), AI_DOCUMENTS)
      : await readFolder(resolve(folder), MARKDOWN);
  const bytes = content.files.reduce((sum, file) => sum + file.bytes, 0);
  screen.line(
    `${content.files.length} documents (${(bytes / 1e6).toFixed(1)} MB) in ${folder ?? "the installed AI SDK"}`,
  );
  const { skipped } = content;
  if (skipped.length > 0) screen.line(`skipped ${skipped.length} files: ${tellSkipped(skipped)}`);
  for (const { key, reason } of skipped.slice(0, SHOWN_SKIPPED)) screen.line(`  ${key}: ${reason}`);
  if (skipped.length > SHOWN_SKIPPED) screen.line(`  … and ${skipped.length - SHOWN_SKIPPED} more`);
  return content;
}

const aiPackage = () => dirname(createRequire(import.meta.url).resolve("ai/package.json"));
