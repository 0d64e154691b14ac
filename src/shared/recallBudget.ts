import { RECALL_MAX_MISFITS } from "./limits.js";
import { estimateTokens, tokenQuarters, tokensToQuarters } from "./tokens.js";

/** A text with its size in tokens. */
export type Sized = { text: string; tokens: number };

/** Room for texts: hits and tokens that are left, and how many did not fit. */
export class TokenBudget {
  #hits = 0;
  #misfits = 0;

  constructor(
    private tokensLeft: number,
    private readonly maxHits: number,
  ) {}

  /** True when nothing more need be looked at. */
  get isFull(): boolean {
    return this.#hits >= this.maxHits || this.tokensLeft <= 0 || this.#misfits >= RECALL_MAX_MISFITS;
  }

  /**
   * Takes a text as one more hit: as it is where it fits, cut where it is the very first, so that a small budget is
   * never empty. Null where it is passed over.
   */
  take<Item extends Sized>(item: Item): Item | null {
    const fitting =
      item.tokens <= this.tokensLeft ? item : this.#hits === 0 ? cutItem(item, this.tokensLeft) : null;
    if (fitting === null) {
      this.#misfits += 1;
      return null;
    }
    this.#hits += 1;
    this.tokensLeft -= fitting.tokens;
    return fitting;
  }

  /** Takes what stands around a hit, where it fits. */
  takeBeside({ tokens }: Sized): boolean {
    if (tokens > this.tokensLeft) return false;
    this.tokensLeft -= tokens;
    return true;
  }
}

function cutItem<Item extends Sized>(item: Item, tokens: number): Item | null {
  const text = cutToTokens(item.text, tokens);
  return text === "" ? null : { ...item, text, tokens: estimateTokens(text) };
}

/** The longest start of a text within `tokens`, by the estimate; never ends inside a character. */
export function cutToTokens(text: string, tokens: number): string {
  let quarters = tokensToQuarters(tokens);
  let end = 0;
  for (const character of text) {
    quarters -= tokenQuarters(character);
    if (quarters < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}
