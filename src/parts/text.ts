import type { Citation } from "ai";
import { wellFormed } from "../shared/wellFormed.js";
import type { PartCodec } from "./codec.js";
import { decodeProvider, encodeProvider, providerOptions, shownMetadata } from "./provider.js";
import { textForModel, wholePartAt } from "./shortened.js";

// Texts with their citations, which go to interfaces and not back to models.

/** From the AI SDK. */
export const encode: PartCodec<"text">["encode"] = (source) => {
  return {
    type: "text",
    text: wellFormed(source.text),
    ...encodeProvider(source, answerCitations(source)),
  };
};

/** To a model. */
export const toModel: PartCodec<"text">["toModel"] = (part) => {
  const options = providerOptions(part);
  if (part.text === "" && options.providerOptions === undefined) return null;
  return { type: "text", text: textForModel(part), ...options };
};

/** To an interface. */
export const toUI: PartCodec<"text">["toUI"] = (part, view) => {
  const { metadata, own } = decodeProvider(part.provider);
  return {
    type: "text",
    text: part.text,
    state: view.isStreaming && view.isLast ? "streaming" : "done",
    ...(hasCitations(own) ? { citations: own.citations } : {}),
    providerMetadata: shownMetadata(metadata, wholePartAt(part, view)),
  };
};

/** The citations of a text among our own extras of its part; nothing where there are none. */
export const answerCitations = ({ citations }: { citations?: Citation[] }): object | undefined =>
  citations === undefined ? undefined : { citations };

/** The boundary where what `encode` wrote is read again. */
const hasCitations = (own: unknown): own is { citations: Citation[] } =>
  typeof own === "object" && own !== null && "citations" in own && Array.isArray(own.citations);
