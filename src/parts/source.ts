import type { PartOf } from "../validators/content.js";
import type { EncodedFrom, PartCodec } from "./codec.js";
import { decodeProvider, encodeProvider } from "./provider.js";

const UNKNOWN_MEDIA_TYPE = "application/octet-stream";

// What a provider read for an answer: shown to people; no provider takes it back.

/** From the AI SDK. */
export const encode: PartCodec<"source">["encode"] = (given) => {
  return { type: "source", sourceId: given.id, ...fieldsOf(given), ...encodeProvider(given) };
};

/** To a model. */
export const toModel: PartCodec<"source">["toModel"] = () => {
  return null;
};

/** To an interface. */
export const toUI: PartCodec<"source">["toUI"] = (part) => {
  const { metadata: providerMetadata } = decodeProvider(part.provider);
  const { sourceId, url, title, name, mediaType } = part;
  if (url !== undefined) return { type: "source-url", sourceId, url, title, providerMetadata };
  return {
    type: "source-document",
    sourceId,
    mediaType: mediaType ?? UNKNOWN_MEDIA_TYPE,
    title: title ?? name ?? sourceId,
    filename: name,
    providerMetadata,
  };
};

function fieldsOf(
  given: EncodedFrom["source"],
): Pick<PartOf<"source">, "url" | "title" | "mediaType" | "name"> {
  if (given.sourceType === "url")
    return { url: given.url, ...(given.title === undefined ? {} : { title: given.title }) };
  const name = given.filename === undefined ? {} : { name: given.filename };
  return { mediaType: given.mediaType, title: given.title, ...name };
}
