import type { PartCodec, ShowPart } from "./codec.js";
import { readFileData } from "./fileData.js";
import { notKept, placeOf, shownFile, urlOf } from "./filePlace.js";
import { encodeProvider, providerOptions } from "./provider.js";

/** A file that a model made while it thought. One that cannot be fetched any more is left out of contexts. */
export const reasoningFile: PartCodec<"reasoningFile"> = {
  encode(source, options) {
    const content = readFileData(source.data);
    const named = { mediaType: source.mediaType };
    const place = placeOf(content, named, options);
    if (place === null) return { type: "text", text: notKept(named, content) };
    return { type: "reasoningFile", ...named, file: place, ...encodeProvider(source) };
  },

  toModel(part, { fileUrl }) {
    const url = urlOf(part.file, fileUrl);
    if (url === null) return null;
    const data = { type: "url" as const, url };
    return { type: "reasoning-file", mediaType: part.mediaType, data, ...providerOptions(part) };
  },
};

/** As an interface shows it. */
export const reasoningFileToUI: ShowPart<"reasoningFile"> = (part, view) => {
  return { type: "reasoning-file", mediaType: part.mediaType, ...shownFile(part, view) };
};
