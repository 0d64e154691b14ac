import type { Sized } from "./recallBudget.js";

/** A text of a source, and its place among the others of its thread or document. */
export type Piece = Sized & { sourceId: string; order: number };

/** Pieces that stand together, around the best hit among them. */
export type Span<Hit> = { hit: Hit; pieces: Piece[] };

/**
 * Spans in the order of their best hits. What stands around two hits is shown once: a hit whose surroundings meet a
 * span joins it, so that no text is paid for twice.
 */
export class Spans<Hit> {
  readonly #spans: Span<Hit>[] = [];
  readonly #bySource = new Map<string, Span<Hit>>();

  /** True when a span shows the source. */
  has(sourceId: string): boolean {
    return this.#bySource.has(sourceId);
  }

  /** Adds a hit's own piece and what was taken of its surroundings; `around` are all the ids that it stands among. */
  add(hit: Hit, pieces: readonly Piece[], around: readonly string[]): void {
    const met = [...pieces.map(({ sourceId }) => sourceId), ...around].flatMap(
      (id) => this.#bySource.get(id) ?? [],
    );
    const span = met[0] ?? this.#open(hit);
    for (const piece of pieces) {
      if (this.has(piece.sourceId)) continue;
      span.pieces.push(piece);
      this.#bySource.set(piece.sourceId, span);
    }
  }

  /** The spans, each with its pieces in their own order. */
  list(): Span<Hit>[] {
    return this.#spans.map(({ hit, pieces }) => ({
      hit,
      pieces: pieces.toSorted((left, right) => left.order - right.order),
    }));
  }

  #open(hit: Hit): Span<Hit> {
    const span: Span<Hit> = { hit, pieces: [] };
    this.#spans.push(span);
    return span;
  }
}
