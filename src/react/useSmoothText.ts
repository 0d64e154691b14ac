import { useEffect, useState, useSyncExternalStore } from "react";
import { shownOf, SmoothTextStore } from "./smoothTextStore.js";

export type SmoothTextOptions = {
  /** True while more may come; once it is false, the whole text is shown. */
  isStreaming: boolean;
  /** True for people who asked for less motion: all is shown as it comes. False by default. */
  prefersReducedMotion?: boolean;
};

/**
 * A text that arrives in pieces, shown at an even pace: the pace follows what arrives and catches up when it is behind.
 * What is there when the component mounts is shown at once, as after a reload. It never shows less than before, nor a
 * half of an emoji, and sets no timer while nothing is left to show.
 *
 * @example
 * const shown = useSmoothText(part.text, { isStreaming: part.state === "streaming" });
 */
export function useSmoothText(
  text: string,
  { isStreaming, prefersReducedMotion = false }: SmoothTextOptions,
): string {
  const [store] = useState(() => new SmoothTextStore(text));
  const isSmooth = isStreaming && !prefersReducedMotion;
  useEffect(() => store.receive(text, isSmooth), [store, text, isSmooth]);
  const shown = useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);
  return isSmooth ? shownOf(text, shown) : text;
}
