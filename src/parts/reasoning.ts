import { wellFormed } from "../shared/wellFormed.js";
import type { PartCodec } from "./codec.js";
import { decodeProvider, encodeProvider, providerOptions, shownMetadata } from "./provider.js";
import { shortenedOf, wholePartAt } from "./shortened.js";

// What a model thought. Providers sign it, so a shortened one is left out of contexts rather than changed.

/** From the AI SDK. */
export const encode: PartCodec<"reasoning">["encode"] = (source) => {
  return { type: "reasoning", text: wellFormed(source.text), ...encodeProvider(source) };
};

/** To a model. */
export const toModel: PartCodec<"reasoning">["toModel"] = (part) => {
  return shortenedOf(part) === null ? { type: "reasoning", text: part.text, ...providerOptions(part) } : null;
};

/** To an interface. */
export const toUI: PartCodec<"reasoning">["toUI"] = (part, view) => {
  const { metadata } = decodeProvider(part.provider);
  return {
    type: "reasoning",
    text: part.text,
    state: view.isStreaming && view.isLast ? "streaming" : "done",
    providerMetadata: shownMetadata(metadata, wholePartAt(part, view)),
  };
};
