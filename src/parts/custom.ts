import type { PartOf } from "../validators/content.js";
import type { PartCodec, ShowPart } from "./codec.js";
import { decodeProvider, encodeProvider, providerOptions } from "./provider.js";

type Kind = `${string}.${string}`;

/** What only one provider knows. It goes back to that provider as it came. */
export const custom: PartCodec<"custom"> = {
  encode({ kind, ...extras }) {
    return { type: "custom", kind, ...encodeProvider(extras) };
  },

  toModel(part) {
    return { type: "custom", kind: kindOf(part), ...providerOptions(part) };
  },
};

/** As an interface shows it. */
export const customToUI: ShowPart<"custom"> = (part) => {
  const { metadata } = decodeProvider(part.provider);
  const providerMetadata = metadata === undefined ? {} : { providerMetadata: metadata };
  return { type: "custom", kind: kindOf(part), ...providerMetadata };
};

/** The boundary where a stored text is the SDK's `provider.kind` again. */
const kindOf = ({ kind }: PartOf<"custom">): Kind => kind as Kind;
