import type { PartOf } from "../validators/content.js";
import type { PartCodec } from "./codec.js";
import { decodeProvider, encodeProvider, providerOptions } from "./provider.js";

type Kind = `${string}.${string}`;

// What only one provider knows. It goes back to that provider as it came.

/** From the AI SDK. */
export const encode: PartCodec<"custom">["encode"] = ({ kind, ...extras }) => {
  return { type: "custom", kind, ...encodeProvider(extras) };
};

/** To a model. */
export const toModel: PartCodec<"custom">["toModel"] = (part) => {
  return { type: "custom", kind: kindOf(part), ...providerOptions(part) };
};

/** To an interface. */
export const toUI: PartCodec<"custom">["toUI"] = (part) => {
  return { type: "custom", kind: kindOf(part), providerMetadata: decodeProvider(part.provider).metadata };
};

/** The boundary where a stored text is the SDK's `provider.kind` again. */
const kindOf = ({ kind }: PartOf<"custom">): Kind => kind as Kind;
