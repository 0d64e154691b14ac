// One configuration for every set. What is not named here is the component's own default.

/** The built-in embedder knows words and no meanings, and words are looked for anyway. */
export const EMBEDDER_WEIGHT = 0;

/** What each question asks for: as many hits as there may be, whatever their length. */
export const ASKED = { kinds: ["message" as const], limit: 50, maxTokens: 1_000_000 };
