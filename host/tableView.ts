// The rows of one table as the running transaction sees them, with every index that was ever asked for.
import { compareFields, fieldAt, splitFieldPath, type StoredDocument } from "./documents.js";
import { SortedBlocks } from "./sortedBlocks.js";
import { TextIndex } from "./textIndex.js";

export type IndexView = { fields: string[]; paths: string[][]; rows: SortedBlocks<StoredDocument> };

/** A query that is being read; it keeps its own snapshot once the table changes under it. */
export type OpenCursor = { detach(): void };

function compareBy(paths: string[][]) {
  return (left: StoredDocument, right: StoredDocument) => {
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
    const rows = new SortedBlocks([...this.documents.values()], compareBy(paths));
    const view = { fields, paths, rows };
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
    for (const { paths, rows } of this.#indexes.values()) {
      if (before !== null && after !== null && compareBy(paths)(before, after) === 0) {
        rows.replace(after);
        continue;
      }
      if (before !== null && !rows.remove(before)) throw new Error(`Index lost row ${before._id}`);
      if (after !== null) rows.insert(after);
    }
    for (const index of this.#textIndexes.values()) {
      if (before !== null && after !== null) index.replace(before, after);
      else if (before !== null) index.remove(before);
      else if (after !== null) index.add(after);
    }
    if (after !== null) this.documents.set(after._id, after);
    else if (before !== null) this.documents.delete(before._id);
  }
}
