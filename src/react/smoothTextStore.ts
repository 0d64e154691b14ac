import { graphemeEnd } from "../shared/graphemes.js";
import { isBehind, revealAt, revealMore, wholeReveal, type Reveal } from "../shared/revealPace.js";
import { WatchingStore } from "./watchingStore.js";

/** Sixty times a second, where nothing says when a frame is drawn. */
const FRAME_MS = 16;

/**
 * Shows a text that is being written at an even pace, without a framework. What is there at first is shown at once. It
 * asks for frames only while somebody listens and something is left to show. Its snapshot is how many characters of the
 * text are shown; for a text that was replaced meanwhile, ask `shownOf`.
 */
export class SmoothTextStore extends WatchingStore<number> {
  #text: string;
  #reveal: Reveal;
  #stopFrame: (() => void) | null = null;

  constructor(text: string) {
    super(text.length);
    this.#text = text;
    this.#reveal = wholeReveal(text.length, performance.now());
  }

  protected start(): void {
    this.#schedule();
  }

  protected stop(): void {
    this.#rest();
  }

  /** The text as it is by now; all of it is shown at once where `isSmooth` is false, or it is another text. */
  receive(text: string, isSmooth: boolean): void {
    // The last character may be a half of one that is whole by now.
    const isSame = text.startsWith(this.#text.slice(0, -1));
    this.#text = text;
    const now = performance.now();
    this.#reveal =
      isSmooth && isSame ? revealMore(this.#reveal, text.length, now) : wholeReveal(text.length, now);
    this.#show();
  }

  #show(): void {
    this.publish(graphemeEnd(this.#text, Math.floor(this.#reveal.shown)));
    this.#schedule();
  }

  #schedule(): void {
    if (!isBehind(this.#reveal)) return this.#rest();
    if (!this.isWatched) return;
    this.#stopFrame ??= onNextFrame(() => {
      this.#stopFrame = null;
      this.#reveal = revealAt(this.#reveal, performance.now());
      this.#show();
    });
  }

  #rest(): void {
    this.#stopFrame?.();
    this.#stopFrame = null;
  }
}

/** The beginning of a text, as far as `shown` goes, without parting a character. */
export const shownOf = (text: string, shown: number): string => text.slice(0, graphemeEnd(text, shown));

function onNextFrame(draw: () => void): () => void {
  if (typeof requestAnimationFrame === "function") {
    const frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }
  const timer = setTimeout(draw, FRAME_MS);
  return () => clearTimeout(timer);
}
