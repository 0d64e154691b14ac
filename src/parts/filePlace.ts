import type { FilePart, ProviderMetadata } from "ai";
import type { PartOf } from "../validators/content.js";
import type { EncodeOptions, PartView } from "./codec.js";
import { fileBytes, type FileContent } from "./fileData.js";
import { parseJson } from "./json.js";
import { decodeProvider, OWN_METADATA, shownMetadata } from "./provider.js";

/** The scheme of a stored file's address where nobody said how to resolve it: an interface sees which file it is. */
const STORED_FILE_SCHEME = "agent-memory-file:";

/** A stored file as an address of ours, which no model can fetch. */
export const storedAddress = (fileId: string): string => `${STORED_FILE_SCHEME}${fileId}`;

/** The stored file that an interface shows, by what we noted of it or by its address; null for any other. */
export function storedIdOf({ url, providerMetadata }: ShownFile): string | null {
  const fileId = providerMetadata?.[OWN_METADATA]?.fileId;
  if (typeof fileId === "string") return fileId;
  return url.startsWith(STORED_FILE_SCHEME) ? url.slice(STORED_FILE_SCHEME.length) : null;
}

type ShownFile = { url: string; providerMetadata?: ProviderMetadata };

type AnyFile = PartOf<"file" | "reasoningFile">;
export type FilePlace = AnyFile["file"];
type NamedFile = { mediaType: string; name?: string };
type Reference = Extract<FilePart["data"], { type: "reference" }>["reference"];

/** Where the content of a file lies, once it is kept; null for what nobody keeps. */
export function placeOf(
  content: FileContent,
  named: NamedFile,
  { storeFile }: EncodeOptions,
): FilePlace | null {
  switch (content.kind) {
    case "url":
      return { kind: "url", url: content.url };
    case "reference":
      return { kind: "reference", reference: JSON.stringify(content.reference) };
    case "inline": {
      const fileId = storeFile?.({ ...named, data: content.data });
      return fileId === undefined ? null : { kind: "stored", fileId };
    }
    case "text":
      return null;
  }
}

/** What stands in the place of a file that nobody keeps. */
export function notKept({ mediaType, name }: NamedFile, content: FileContent): string {
  const shown = name === undefined ? mediaType : `${name} (${mediaType})`;
  const size = content.kind === "inline" ? ` of ${fileBytes(content.data)} bytes` : "";
  return `[The file ${shown}${size} was not kept.]`;
}

/** Where a model can fetch a file; null where it cannot. */
export function urlOf(
  place: FilePlace,
  fileUrl: ((fileId: string) => string | undefined) | undefined,
): URL | null {
  if (place.kind === "reference") return null;
  const text = place.kind === "url" ? place.url : fileUrl?.(place.fileId);
  return text === undefined || !URL.canParse(text) ? null : new URL(text);
}

/** A provider's own reference; undefined where the file lies elsewhere. */
export function referenceOf(place: FilePlace): Reference | undefined {
  const parsed = place.kind === "reference" ? parseJson(place.reference) : undefined;
  // The boundary where stored JSON text is the SDK's reference again: a provider's name and its id for the file.
  return typeof parsed === "object" && parsed !== null ? (parsed as Reference) : undefined;
}

/** A file for an interface: its address, and which stored file it is. */
export function shownFile(part: AnyFile, { fileUrl }: Pick<PartView, "fileUrl">) {
  const { file } = part;
  const { metadata } = decodeProvider(part.provider);
  const stored: ProviderMetadata = file.kind === "stored" ? { [OWN_METADATA]: { fileId: file.fileId } } : {};
  return { url: addressOf(file, fileUrl), providerMetadata: shownMetadata(metadata, stored) };
}

/** The address of a provider's file is empty: an interface cannot show it. */
function addressOf(place: FilePlace, fileUrl: PartView["fileUrl"]): string {
  switch (place.kind) {
    case "url":
      return place.url;
    case "stored":
      return fileUrl?.(place.fileId) ?? storedAddress(place.fileId);
    case "reference":
      return "";
  }
}
