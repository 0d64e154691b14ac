import { MOST_FILES, uploads } from "../../../../convex/uploads.js";
import { formatBytes } from "../../shell/formats.js";

/** Types of files that browsers have no name for. */
const BY_ENDING: Readonly<Record<string, string>> = {
  md: "text/markdown",
  mdx: "text/markdown",
  txt: "text/plain",
  csv: "text/csv",
  log: "text/plain",
};
const UNKNOWN_TYPE = "application/octet-stream";

export { MOST_FILES };

/** What a file chooser offers. */
export const ACCEPTED = [
  ...uploads.mediaTypes,
  ...Object.keys(BY_ENDING).map((ending) => `.${ending}`),
].join();

/** The type of a file: what the browser says, else what its name says. */
export function mediaTypeOf({ name, type }: Pick<File, "name" | "type">): string {
  if (type !== "") return type;
  return BY_ENDING[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? UNKNOWN_TYPE;
}

/** Why a file cannot be attached, told before anything is sent; null where it can. */
export function refusalOf(file: Pick<File, "name" | "type" | "size">): string | null {
  const mediaType = mediaTypeOf(file);
  const isTaken = uploads.mediaTypes.some((taken) =>
    taken.endsWith("/*") ? mediaType.startsWith(taken.slice(0, -1)) : mediaType.split(";", 1)[0] === taken,
  );
  if (!isTaken) return "Only pictures, PDFs and text can be attached.";
  if (file.size > uploads.maxBytes)
    return `It has ${formatBytes(file.size)}; ${formatBytes(uploads.maxBytes)} is the most.`;
  return file.size === 0 ? "It is empty." : null;
}
