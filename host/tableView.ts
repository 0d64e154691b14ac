// The rows of one table as the running transaction sees them, with every index that was ever asked for.
import { compareFields, fieldAt, splitFieldPath, type StoredDocument } from "./documents.js";
import { SortedBlocks } from "./sortedBlocks.js";
import { TextIndex } from "./textIndex.js";

type Compare = (left: StoredDocument, right: StoredDocument) => number;
export type IndexView = {
  fields: string[];
  paths: string[][];
  compare: Compare;
  rows: SortedBlocks<StoredDocument>;
};

/** A query that is being read; it keeps its own snapshot once the table changes under it. */
export type OpenCursor = { detach(): void };

function compareBy(paths: string[][]): Compare {
  return (left, right) => {
    for (const path of paths) {
      const order = compareFields(fieldAt(left, path), fieldAt(right, path));
      if (order !== 0) return order;
    }
    return 0;
  };
}

export class TableView {
  readonly documents = new Map<string, StoredDocument>();
  readonly openCursors = new Set<OpenCursor>();
  readonly #indexes = new Map<string, IndexView>();
  readonly #textIndexes = new Map<string, TextIndex>();

  index(name: string, fields: string[]): IndexView {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const paths = fields.map(splitFieldPath);
    const compare = compareBy(paths);
    const rows = new SortedBlocks([...this.documents.values()], compare);
    const view = { fields, paths, compare, rows };
    this.#indexes.set(name, view);
    return view;
  }

  textIndex(name: string, searchField: string): TextIndex {
    const known = this.#textIndexes.get(name);
    if (known !== undefined) return known;
    const index = new TextIndex(searchField, this.documents.values());
    this.#textIndexes.set(name, index);
    return index;
  }

  /** Puts one row in, out or over; open cursors keep the rows they were going to return. */
  apply(before: StoredDocument | null, after: StoredDocument | null): void {
    for (const cursor of [...this.openCursors]) cursor.detach();
    for (const view of this.#indexes.values()) changeIndex(view, before, after);
    for (const index of this.#textIndexes.values()) changeText(index, before, after);
    if (after !== null) this.documents.set(after._id, after);
    else if (before !== null) this.documents.delete(before._id);
  }
}

function changeIndex(
  { compare, rows }: IndexView,
  before: StoredDocument | null,
  after: StoredDocument | null,
) {
  if (before !== null && after !== null && compare(before, after) === 0) {
    rows.replace(after);
    return;
  }
  if (before !== null && !rows.remove(before)) throw new Error(`An index lost the row ${before._id}`);
  if (after !== null) rows.insert(after);
}

function changeText(index: TextIndex, before: StoredDocument | null, after: StoredDocument | null): void {
  if (before !== null && after !== null) index.replace(before, after);
  else if (before !== null) index.remove(before);
  else if (after !== null) index.add(after);
}
