import type { ProviderMetadata } from "ai";
import type { VendorExtras } from "./codec.js";
import { parseJson, toJsonText } from "./json.js";

/** Our own name among those of the providers, for what a part of theirs has no field for. */
export const OWN_METADATA = "agentMemory";

/** The vendor extras of a part as JSON text; nothing where there are none. */
export function encodeProvider(
  { providerMetadata, providerOptions }: VendorExtras,
  own?: object,
): { provider?: string } {
  const metadata = {
    ...(providerMetadata ?? providerOptions),
    ...(own === undefined ? {} : { [OWN_METADATA]: own }),
  };
  if (Object.keys(metadata).length === 0) return {};
  const text = toJsonText(metadata);
  return text === null ? {} : { provider: text };
}

/** The vendor extras as they were given, and our own beside them. */
export function decodeProvider(provider: string | undefined): { metadata?: ProviderMetadata; own?: unknown } {
  const parsed = provider === undefined ? undefined : parseJson(provider);
  if (!isMetadata(parsed)) return {};
  const { [OWN_METADATA]: own, ...metadata } = parsed;
  return { ...(Object.keys(metadata).length === 0 ? {} : { metadata }), own };
}

/** What an interface is told of a part besides its content; nothing where there is nothing. */
export function shownMetadata(
  metadata: ProviderMetadata | undefined,
  ours: ProviderMetadata,
): ProviderMetadata | undefined {
  const shown = { ...metadata, ...ours };
  return Object.keys(shown).length === 0 ? undefined : shown;
}

/** The vendor extras as a model message takes them. */
export function providerOptions(part: { provider?: string }): { providerOptions?: ProviderMetadata } {
  const { metadata } = decodeProvider(part.provider);
  return metadata === undefined ? {} : { providerOptions: metadata };
}

/** The boundary where stored JSON text becomes metadata again: a record of records, one for each provider. */
function isMetadata(value: unknown): value is ProviderMetadata {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((item) => typeof item === "object" && item !== null);
}

/** The extras of a part of an interface, without what we told it of the part. */
export function withoutOwn({ providerMetadata }: { providerMetadata?: ProviderMetadata }): VendorExtras {
  if (providerMetadata === undefined) return {};
  const { [OWN_METADATA]: _own, ...metadata } = providerMetadata;
  return Object.keys(metadata).length === 0 ? {} : { providerMetadata: metadata };
}
