/** Half of a surrogate pair that stands alone: with the `u` flag, whole pairs do not match. Not every engine knows `\p`. */
const LONE_SURROGATES = /[\ud800-\udfff]/gu;

/**
 * The text with each lone surrogate replaced by U+FFFD. Models and tools cut texts within an emoji, and Convex takes
 * only well-formed strings.
 */
export const wellFormed = (text: string): string => text.replace(LONE_SURROGATES, "\uFFFD");
