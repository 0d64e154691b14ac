import type { PartOf } from "../validators/content.js";
import type { EncodedFrom, PartCodec, ShowPart } from "./codec.js";
import { decodeProvider, encodeProvider } from "./provider.js";

const UNKNOWN_MEDIA_TYPE = "application/octet-stream";

/** What a provider read for an answer: shown to people; no provider takes it back. */
export const source: PartCodec<"source"> = {
  encode(given) {
    return { type: "source", sourceId: given.id, ...fieldsOf(given), ...encodeProvider(given) };
  },

  toModel() {
    return null;
  },
};

/** As an interface shows it. */
export const sourceToUI: ShowPart<"source"> = (part) => {
  const { metadata } = decodeProvider(part.provider);
  const providerMetadata = metadata === undefined ? {} : { providerMetadata: metadata };
  const { sourceId, url, title, name, mediaType } = part;
  if (url !== undefined)
    return {
      type: "source-url",
      sourceId,
      url,
      ...(title === undefined ? {} : { title }),
      ...providerMetadata,
    };
  return {
    type: "source-document",
    sourceId,
    mediaType: mediaType ?? UNKNOWN_MEDIA_TYPE,
    title: title ?? name ?? sourceId,
    ...(name === undefined ? {} : { filename: name }),
    ...providerMetadata,
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
