// Reads one query row by row, and keeps its read interval as narrow as what was really scanned.
import type { StoredDocument } from "./documents.js";
import type { Order } from "./indexQueries.js";
import { isAboveLower, isBelowUpper, keyOf, type IndexRead } from "./readSets.js";
import type { Position } from "./sortedBlocks.js";
import type { IndexView, OpenCursor, TableView } from "./tableView.js";

export type RowFilter = ((document: StoredDocument) => boolean) | null;

/** A scan that was opened, and the interval it is going to read. */
export type ScanSource = { cursor: IndexCursor; read: IndexRead; order: Order };

/** Something that yields the rows of a query in order. */
export interface RowReader {
  next(): StoredDocument | null;
  close(): void;
}

/** Rows of an index range in order, unfiltered; narrows `read` to the last row when closed early. */
export class IndexCursor implements OpenCursor, RowReader {
  readonly #table: TableView;
  readonly #view: IndexView;
  readonly #read: IndexRead;
  readonly #order: Order;
  #position: Position;
  #rest: StoredDocument[] | null = null;
  #restPlace = 0;
  #last: StoredDocument | null = null;
  #exhausted = false;

  constructor(source: { table: TableView; view: IndexView; read: IndexRead; order: Order }) {
    this.#table = source.table;
    this.#view = source.view;
    this.#read = source.read;
    this.#order = source.order;
    const { paths, rows } = source.view;
    const { lower, upper } = source.read;
    this.#position =
      source.order === "asc"
        ? rows.seek((row) => isAboveLower(row, paths, lower))
        : rows.before(rows.seek((row) => !isBelowUpper(row, paths, upper)));
    source.table.openCursors.add(this);
  }

  next(): StoredDocument | null {
    const row = this.#rest === null ? this.#step() : (this.#rest[this.#restPlace++] ?? null);
    if (row === null) {
      this.#exhausted = true;
      this.close();
    } else {
      this.#last = row;
    }
    return row;
  }

  /** Whether another row follows, without counting it as read. */
  hasNext(): boolean {
    if (this.#rest !== null) return this.#restPlace < this.#rest.length;
    return !this.#exhausted && this.#current() !== null;
  }

  /** Takes the rest of the range as it is now, because the table is about to change. */
  detach(): void {
    const rest: StoredDocument[] = [];
    for (let row = this.#step(); row !== null; row = this.#step()) rest.push(row);
    this.#rest = rest;
    this.#restPlace = 0;
    this.#table.openCursors.delete(this);
  }

  close(): void {
    this.#table.openCursors.delete(this);
    if (this.#exhausted || this.#last === null) return;
    const bound = { key: keyOf(this.#last, this.#view.fields), inclusive: true };
    if (this.#order === "asc") this.#read.upper = bound;
    else this.#read.lower = bound;
  }

  #current(): StoredDocument | null {
    const row = this.#view.rows.at(this.#position);
    if (row === undefined) return null;
    const inside =
      this.#order === "asc"
        ? isBelowUpper(row, this.#view.paths, this.#read.upper)
        : isAboveLower(row, this.#view.paths, this.#read.lower);
    return inside ? row : null;
  }

  #step(): StoredDocument | null {
    const row = this.#current();
    if (row === null) return null;
    const { rows } = this.#view;
    this.#position = this.#order === "asc" ? rows.after(this.#position) : rows.before(this.#position);
    return row;
  }
}

/** Rows that were already ranked by a search. */
export class RankedCursor implements RowReader {
  #place = 0;

  constructor(readonly rows: StoredDocument[]) {}

  next(): StoredDocument | null {
    return this.rows[this.#place++] ?? null;
  }

  close(): void {
    this.#place = this.rows.length;
  }
}

/** The rows that pass the filters, up to the limit. */
export class FilteredReader implements RowReader {
  #remaining: number;
  #closed = false;

  constructor(
    readonly source: RowReader,
    readonly passes: RowFilter,
    limit: number | null,
  ) {
    this.#remaining = limit ?? Number.POSITIVE_INFINITY;
  }

  next(): StoredDocument | null {
    if (this.#closed) return null;
    if (this.#remaining <= 0) {
      this.close();
      return null;
    }
    for (let row = this.source.next(); row !== null; row = this.source.next()) {
      if (this.passes !== null && !this.passes(row)) continue;
      this.#remaining--;
      if (this.#remaining === 0) this.close();
      return row;
    }
    this.#closed = true;
    return null;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.source.close();
  }
}
