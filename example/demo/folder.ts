import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { DemoError } from "./demoError.js";

/** A document to ingest: `key` is its path in the folder, with slashes. */
export type SourceFile = { key: string; text: string; bytes: number };
/** A file that was left out, and why. */
export type SkippedFile = { key: string; reason: string };
export type FolderContent = { files: SourceFile[]; skipped: SkippedFile[] };

export type FolderOptions = {
  /** Lower-case endings, with the dot, of the files that are documents. */
  endings: string[];
  /** Whether files with other endings are told as skipped. */
  tellOthers: boolean;
};

/** Bytes of one file: its text travels in the arguments of one action, which may have 16 MiB. */
export const FILE_MAX_BYTES = 8 * 1024 * 1024;
/** A text with this byte in its first part is no text. */
const NUL = 0;

/**
 * Reads the documents under a folder, in the order of their keys. A file that is binary, not valid UTF-8, empty, too
 * large or unreadable is skipped and told. Throws a `DemoError` for a missing folder and for one without documents.
 */
export async function readFolder(folder: string, options: FolderOptions): Promise<FolderContent> {
  const content: FolderContent = { files: [], skipped: [] };
  for (const path of await listFiles(folder)) {
    const key = relative(folder, path).split(sep).join("/");
    if (!options.endings.includes(extname(path).toLowerCase())) {
      if (options.tellOthers)
        content.skipped.push({ key, reason: `not a document (${options.endings.join(", ")})` });
      continue;
    }
    const read = await readText(path);
    if (typeof read === "string") content.skipped.push({ key, reason: read });
    else content.files.push({ key, ...read });
  }
  if (content.files.length === 0) throw new DemoError(emptyFolder(folder, content.skipped, options));
  return content;
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    if (!(await stat(folder)).isDirectory()) throw new DemoError(`${folder} is not a folder.`);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if (error instanceof DemoError) throw error;
    throw new DemoError(`The folder ${folder} cannot be read: ${reasonOf(error)}.`);
  }
}

/** The text of a file, or the reason why there is none. */
async function readText(path: string): Promise<{ text: string; bytes: number } | string> {
  try {
    const { size } = await stat(path);
    if (size > FILE_MAX_BYTES) return `larger than ${FILE_MAX_BYTES / 1024 / 1024} MiB`;
    const bytes = await readFile(path);
    if (bytes.includes(NUL)) return "binary";
    const text = decodeUtf8(bytes);
    if (text === null) return "not valid UTF-8";
    return text.trim() === "" ? "empty" : { text, bytes: bytes.length };
  } catch (error) {
    return `unreadable: ${reasonOf(error)}`;
  }
}

/** A byte order mark is no part of the text. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "it does not exist";
  return code === "EACCES" ? "permission denied" : String(code ?? error);
}

function emptyFolder(folder: string, skipped: SkippedFile[], { endings }: FolderOptions): string {
  const counts = skipped.length === 0 ? "" : ` (skipped: ${tellSkipped(skipped)})`;
  return `There is no document (${endings.join(", ")}) in ${folder}${counts}.`;
}

/** How many files were skipped, by reason: `2 binary, 1 empty`. */
export function tellSkipped(skipped: SkippedFile[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).join(", ");
}
