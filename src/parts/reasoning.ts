import { wellFormed } from "../shared/wellFormed.js";
import type { PartCodec, ShowPart } from "./codec.js";
import { decodeProvider, encodeProvider, providerOptions } from "./provider.js";
import { shortenedOf, wholePartAt } from "./shortened.js";

/** What a model thought. Providers sign it, so a shortened one is left out of contexts rather than changed. */
export const reasoning: PartCodec<"reasoning"> = {
  encode(source) {
    return { type: "reasoning", text: wellFormed(source.text), ...encodeProvider(source) };
  },

  toModel(part) {
    return shortenedOf(part) === null
      ? { type: "reasoning", text: part.text, ...providerOptions(part) }
      : null;
  },
};

/** As an interface shows it. */
export const reasoningToUI: ShowPart<"reasoning"> = (part, view) => {
  const { metadata } = decodeProvider(part.provider);
  const providerMetadata = { ...metadata, ...wholePartAt(part, view) };
  return {
    type: "reasoning",
    text: part.text,
    state: view.isStreaming && view.isLast ? "streaming" : "done",
    ...(Object.keys(providerMetadata).length === 0 ? {} : { providerMetadata }),
  };
};
