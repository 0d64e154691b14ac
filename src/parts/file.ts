import { wellFormed } from "../shared/wellFormed.js";
import type { PartOf } from "../validators/content.js";
import type { PartCodec } from "./codec.js";
import { readFileData } from "./fileData.js";
import { notKept, placeOf, referenceOf, shownFile, urlOf } from "./filePlace.js";
import { encodeProvider, providerOptions } from "./provider.js";

// Files by where they lie. Bytes never live in a message row: what nobody stores is only named.

/** From the AI SDK. */
export const encode: PartCodec<"file">["encode"] = (source, options) => {
  const content = readFileData(source.data);
  if (content.kind === "text")
    return { type: "text", text: wellFormed(content.text), ...encodeProvider(source) };
  const mediaType = (content.kind === "inline" ? content.mediaType : undefined) ?? source.mediaType;
  const named = { mediaType, ...(source.filename === undefined ? {} : { name: source.filename }) };
  const place = placeOf(content, named, options);
  if (place === null) return { type: "text", text: notKept(named, content) };
  return { type: "file", ...named, file: place, ...encodeProvider(source) };
};

/** To a model. */
export const toModel: PartCodec<"file">["toModel"] = (part, { fileUrl }) => {
  const data = dataOf(part, fileUrl);
  if (data === null)
    return { type: "text", text: `[The file ${nameOf(part)} is attached, but cannot be shown here.]` };
  const filename = part.name === undefined ? {} : { filename: part.name };
  return { type: "file", mediaType: part.mediaType, ...filename, data, ...providerOptions(part) };
};

/** To an interface. */
export const toUI: PartCodec<"file">["toUI"] = (part, view) => {
  return {
    type: "file",
    mediaType: part.mediaType,
    filename: part.name,
    ...shownFile(part, view),
    providerReference: referenceOf(part.file),
  };
};

type FileUrl = Parameters<typeof urlOf>[1];

function dataOf({ file: place }: PartOf<"file">, fileUrl: FileUrl) {
  const reference = referenceOf(place);
  if (reference !== undefined) return { type: "reference" as const, reference };
  const url = urlOf(place, fileUrl);
  return url === null ? null : { type: "url" as const, url };
}

const nameOf = ({ name, mediaType }: PartOf<"file">): string =>
  name === undefined ? mediaType : `${name} (${mediaType})`;
