import type { ProviderMetadata } from "ai";
import { wellFormed } from "../shared/wellFormed.js";
import type { PartOf } from "../validators/content.js";
import type { EncodedFrom, EncodeOptions, PartCodec } from "./codec.js";
import { fileBytes, readFileData, type FileContent } from "./fileData.js";
import { decodeProvider, encodeProvider, OWN_METADATA, providerOptions } from "./provider.js";

/** The scheme of a stored file's address where nobody said how to resolve it: an interface sees which file it is. */
const STORED_FILE_SCHEME = "agent-memory-file:";

/** Files by our id or by address. Bytes never live in a message row: what nobody stores is only named. */
export const file: PartCodec<"file"> = {
  encode(source, options) {
    const content = readFileData(source.data);
    if (content.kind === "text")
      return { type: "text", text: wellFormed(content.text), ...encodeProvider(source) };
    const mediaType = (content.kind === "inline" ? content.mediaType : undefined) ?? source.mediaType;
    const name = source.filename === undefined ? {} : { name: source.filename };
    const place = placeOf(content, { mediaType, ...name }, options);
    if (place === null) return { type: "text", text: notKept(source, content) };
    return { type: "file", mediaType, ...name, file: place, ...encodeProvider(source) };
  },

  toModel(part, { fileUrl }) {
    const url = parseUrl(part.file.kind === "url" ? part.file.url : fileUrl?.(part.file.fileId));
    if (url === null)
      return { type: "text", text: `[The file ${nameOf(part)} is attached, but cannot be shown here.]` };
    const filename = part.name === undefined ? {} : { filename: part.name };
    return {
      type: "file",
      mediaType: part.mediaType,
      ...filename,
      data: { type: "url", url },
      ...providerOptions(part),
    };
  },

  toUI(part, { fileUrl }) {
    const { metadata } = decodeProvider(part.provider);
    const providerMetadata: ProviderMetadata = { ...metadata };
    if (part.file.kind === "stored") providerMetadata[OWN_METADATA] = { fileId: part.file.fileId };
    return {
      type: "file",
      mediaType: part.mediaType,
      ...(part.name === undefined ? {} : { filename: part.name }),
      url: part.file.kind === "url" ? part.file.url : addressOf(part.file.fileId, fileUrl),
      ...(Object.keys(providerMetadata).length === 0 ? {} : { providerMetadata }),
    };
  },
};

type NamedFile = { mediaType: string; name?: string };

function placeOf(
  content: FileContent,
  named: NamedFile,
  { storeFile }: EncodeOptions,
): PartOf<"file">["file"] | null {
  switch (content.kind) {
    case "url":
      return { kind: "url", url: content.url };
    case "inline": {
      const fileId = storeFile?.({ ...named, data: content.data });
      return fileId === undefined ? null : { kind: "stored", fileId };
    }
    case "reference":
    case "text":
      return null;
  }
}

function notKept({ mediaType, filename }: EncodedFrom["file"], content: FileContent): string {
  const name = filename === undefined ? mediaType : `${filename} (${mediaType})`;
  if (content.kind !== "inline") return `[The file ${name} is kept by a provider only, and not here.]`;
  return `[The file ${name} of ${fileBytes(content.data)} bytes was not kept.]`;
}

const nameOf = ({ name, mediaType }: PartOf<"file">): string =>
  name === undefined ? mediaType : `${name} (${mediaType})`;

const addressOf = (fileId: string, fileUrl: ((fileId: string) => string | undefined) | undefined): string =>
  fileUrl?.(fileId) ?? `${STORED_FILE_SCHEME}${fileId}`;

function parseUrl(text: string | undefined): URL | null {
  return text === undefined || !URL.canParse(text) ? null : new URL(text);
}
