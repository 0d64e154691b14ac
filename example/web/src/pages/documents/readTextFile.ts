import { formatBytes } from "../../shell/formats.js";

/** What is taken: texts by the ending of their name, as systems disagree about the media type of Markdown. */
export const TEXT_ENDINGS = [".md", ".mdx", ".markdown", ".txt"] as const;
/** Bytes of one file: it travels whole as an argument of one call. */
export const FILE_MAX_BYTES = 5 * 1024 * 1024;

/** A file that was chosen, under the name by which its folder knows it. */
export type ChosenFile = { key: string; file: File };
/** Its text, or why it is not taken, in words for people. */
export type ReadFile = { kind: "text"; text: string } | { kind: "refused"; reason: string };

/** Files as they were chosen or dropped: those of a folder keep their path, from the folder on. */
export function chosenFiles(files: readonly File[]): ChosenFile[] {
  return files.map((file) => ({ key: pathOf(file).replace(/^(\.?\/)+/, ""), file }));
}

function pathOf(file: File & { path?: string }): string {
  // Empty, or not there, where no folder was chosen.
  return file.webkitRelativePath || file.path || file.name;
}

/** Why a file is refused before anything of it is read; null when it is not. */
export function refusalOf({ key, file }: ChosenFile): string | null {
  const name = key.toLowerCase();
  if (!TEXT_ENDINGS.some((ending) => name.endsWith(ending)))
    return `This is not a Markdown or text file. Files that end in ${TEXT_ENDINGS.join(", ")} are taken.`;
  if (file.size > FILE_MAX_BYTES)
    return `This file has ${formatBytes(file.size)}; at most ${formatBytes(FILE_MAX_BYTES)} are taken. Split it into several files.`;
  return null;
}

/** Reads a file as UTF-8. */
export async function readTextFile(chosen: ChosenFile): Promise<ReadFile> {
  const reason = refusalOf(chosen);
  if (reason !== null) return { kind: "refused", reason };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await chosen.file.arrayBuffer());
    if (!text.includes("\0")) return { kind: "text", text };
  } catch (error) {
    if (!(error instanceof TypeError))
      return { kind: "refused", reason: "This file could not be read. Is it still where it was?" };
  }
  return { kind: "refused", reason: "This file holds no text in UTF-8. Save it as UTF-8 and drop it again." };
}
