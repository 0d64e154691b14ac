// Index-accelerated storage behind a convex-test database: same answers, without scanning the component.
//
// The indexes always show what the running transaction sees. convex-test runs one transaction at a time, so a
// write goes straight into the indexes and into an undo list; a rollback plays the list backwards.
import type {
  DatabaseInternals,
  ExportedTable,
  PaginateArguments,
  PageResult,
} from "./convexTestInternals.js";
import { decodeQueryValue, tableOfId, type DocumentWrite, type StoredDocument } from "./documents.js";
import { compileFilters } from "./filterExpressions.js";
import {
  filtersOf,
  keyRangeOf,
  limitOf,
  type Order,
  type SearchFilter,
  type SerializedQuery,
} from "./indexQueries.js";
import { readPage } from "./pagination.js";
import { FilteredReader, IndexCursor, RankedCursor, type RowReader, type ScanSource } from "./queryCursor.js";
import type { IndexRead, ReadInterval } from "./readSets.js";
import { TableView } from "./tableView.js";
import { queryTermsOf, type SearchRead } from "./textTerms.js";
import { VectorIndex, type VectorHit } from "./vectorIndex.js";

/** One applied write, to be played backwards on a rollback. */
export type Undo = { table: string; before: StoredDocument | null; after: StoredDocument | null };

/** Told of everything a query reads and a function writes, as it happens. */
export type StoreObserver = {
  onRead(read: ReadInterval): void;
  onWrite(write: DocumentWrite): void;
};

type VectorSearchArguments = Parameters<DatabaseInternals["vectorSearch"]>;

export class IndexStore {
  readonly #tables = new Map<string, TableView>();
  readonly #vectorIndexes = new Map<string, VectorIndex>();
  readonly #readers = new Map<number, RowReader>();
  #undo: Undo[][] = [];
  #stashes = 0;
  /** Set while convex-test merges a nested transaction's writes upwards: they are in the indexes already. */
  merging = false;

  constructor(
    readonly database: DatabaseInternals,
    readonly observer: StoreObserver,
  ) {}

  /** Fills the store from the committed rows; indexes are built when first asked for. */
  load(): void {
    this.#tables.clear();
    for (const [id, document] of Object.entries(this.database._documents)) {
      this.table(tableOfId(id)).documents.set(id, document);
    }
  }

  table(name: string): TableView {
    let view = this.#tables.get(name);
    if (view === undefined) this.#tables.set(name, (view = new TableView()));
    return view;
  }

  /** The schema's tables and those that hold rows. */
  tableNames(): string[] {
    return [...new Set([...(this.database._schema?.tables.keys() ?? []), ...this.#tables.keys()])];
  }

  schemaOf(table: string): ExportedTable | undefined {
    return this.database._schema?.tables.get(table);
  }

  // --- transactions -------------------------------------------------------------------------------------

  begin(): void {
    this.#undo.push([]);
  }

  write(write: { table: string; before: StoredDocument | null; after: StoredDocument | null }): void {
    this.#undo[this.#undo.length - 1]?.push(write);
    this.table(write.table).apply(write.before, write.after);
  }

  commit(): void {
    const layer = this.#undo.pop() ?? [];
    const parent = this.#undo[this.#undo.length - 1];
    if (parent === undefined) this.#closeReaders();
    else for (const entry of layer) parent.push(entry);
  }

  rollback(): void {
    this.#revert(this.#undo.pop() ?? []);
    if (this.#undo.length === 0) this.#closeReaders();
  }

  /** Whether only committed rows show: what is read now is a stale snapshot, outside the transaction. */
  get isStashed(): boolean {
    return this.#stashes > 0;
  }

  /** Shows committed rows only until `unstash`; returns what was hidden. */
  stash(): Undo[][] {
    this.#stashes++;
    const hidden = this.#undo;
    for (const layer of [...hidden].reverse()) this.#revert(layer);
    this.#undo = [];
    return hidden;
  }

  unstash(hidden: Undo[][]): void {
    this.#stashes--;
    this.#undo = hidden;
    for (const { table, before, after } of hidden.flat()) this.table(table).apply(before, after);
  }

  #closeReaders(): void {
    for (const reader of this.#readers.values()) reader.close();
    this.#readers.clear();
  }

  #revert(layer: Undo[]): void {
    for (let place = layer.length - 1; place >= 0; place--) {
      const { table, before, after } = layer[place]!;
      this.table(table).apply(after, before);
    }
  }

  /** Takes committed rows over: final commit timestamps, and vectors for searches by actions. */
  committed(writes: DocumentWrite[]): void {
    for (const { table, id, after } of writes) {
      const seen = this.table(table).documents.get(id) ?? null;
      if (after !== null && seen !== after) this.table(table).apply(seen, after);
      for (const { indexDescriptor } of this.schemaOf(table)?.vectorIndexes ?? []) {
        const index = this.#vectorIndexes.get(`${table}.${indexDescriptor}`);
        if (after === null) index?.remove(id);
        else index?.put(after);
      }
    }
  }

  // --- queries ------------------------------------------------------------------------------------------

  startQuery(query: SerializedQuery): number {
    const queryId = this.database._nextQueryId++;
    const source =
      query.source.type === "Search" ? this.#search(query.source) : this.scan(query, null).cursor;
    this.#readers.set(queryId, new FilteredReader(source, compileFilters(filtersOf(query)), limitOf(query)));
    return queryId;
  }

  queryNext(queryId: number): { value: StoredDocument | null; done: boolean } {
    const reader = this.#readers.get(queryId);
    if (reader === undefined) return { value: null, done: true };
    const value = reader.next();
    if (value === null) this.#readers.delete(queryId);
    return { value, done: value === null };
  }

  closeQuery(queryId: number): void {
    this.#readers.get(queryId)?.close();
    this.#readers.delete(queryId);
  }

  /** Opens a scan of an index; `resume` narrows it to what lies beyond a cursor or within an end cursor. */
  scan(query: SerializedQuery, resume: ((read: IndexRead, order: Order) => void) | null): ScanSource {
    const source = query.source;
    if (source.type === "Search") throw new Error("A search is not an index scan");
    const table = source.type === "FullTableScan" ? source.tableName : source.indexName.split(".")[0]!;
    const index = source.type === "FullTableScan" ? "by_creation_time" : source.indexName.split(".")[1]!;
    const fields = this.#indexFields(table, index);
    const range =
      fields === null ? null : keyRangeOf(source.type === "IndexRange" ? source.range : [], fields);
    if (fields === null || range === null) {
      // Ill-formed: convex-test has the right words for it.
      this.database._resolveQuerySource(query);
      throw new Error(`Cannot use index "${index}" of table "${table}" in this way.`);
    }
    const read: IndexRead = {
      kind: "index",
      componentPath: this.database._componentPath,
      table,
      index,
      fields,
      ...range,
    };
    const order = source.order ?? "asc";
    resume?.(read, order);
    const view = this.table(table);
    const cursor = new IndexCursor({ table: view, view: view.index(index, fields), read, order });
    this.observer.onRead(read);
    return { cursor, read, order };
  }

  rankedRows(query: SerializedQuery): StoredDocument[] {
    if (query.source.type !== "Search") throw new Error("Only a search is ranked");
    return this.#search(query.source).rows;
  }

  paginate(page: PaginateArguments): PageResult {
    return readPage(this, page);
  }

  vectorSearch(...[indexName, vector, filters, limit]: VectorSearchArguments): VectorHit[] {
    const { table, definition } = this.#vectorIndex(indexName);
    let index = this.#vectorIndexes.get(indexName);
    if (index === undefined) {
      const committed = Object.values(this.database._documents).filter(({ _id }) => tableOfId(_id) === table);
      index = new VectorIndex(definition, committed);
      this.#vectorIndexes.set(indexName, index);
    }
    return index.search(vector, filters, limit);
  }

  #vectorIndex(indexName: string) {
    const [table, name] = indexName.split(".") as [string, string];
    const definition = this.schemaOf(table)?.vectorIndexes.find(
      ({ indexDescriptor }) => indexDescriptor === name,
    );
    if (definition !== undefined) return { table, definition };
    throw new Error(
      `Cannot use vector index "${name}" for table "${table}" because it is not declared in the schema.`,
    );
  }

  #indexFields(table: string, index: string): string[] | null {
    if (index === "by_creation_time") return ["_creationTime", "_id"];
    if (index === "by_id") return ["_id"];
    const declared = this.schemaOf(table)?.indexes.find(({ indexDescriptor }) => indexDescriptor === index);
    return declared === undefined ? null : [...declared.fields, "_creationTime", "_id"];
  }

  #search(source: { indexName: string; filters: SearchFilter[] }): RankedCursor {
    const [table, index] = source.indexName.split(".") as [string, string];
    const declared = this.schemaOf(table)?.searchIndexes.find(
      ({ indexDescriptor }) => indexDescriptor === index,
    );
    if (declared === undefined) {
      throw new Error(
        `Cannot use search index "${index}" for table "${table}" because it is not declared in the schema.`,
      );
    }
    const { searchField, filterFields } = declared;
    const { database } = this;
    const read: SearchRead = {
      kind: "search",
      componentPath: database._componentPath,
      table,
      index,
      searchField,
      ...searchTermsOf(source.filters, filterFields),
    };
    this.observer.onRead(read);
    return new RankedCursor(this.table(table).textIndex(index, searchField).search(read));
  }
}

function searchTermsOf(
  filters: SearchFilter[],
  filterFields: string[],
): Pick<SearchRead, "terms" | "equalities"> {
  const read: Pick<SearchRead, "terms" | "equalities"> = { terms: [], equalities: [] };
  for (const filter of filters) {
    if (filter.type === "Search") {
      read.terms = queryTermsOf(filter.value);
      continue;
    }
    if (!filterFields.includes(filter.fieldPath)) {
      throw new Error(`Search filters need a filter field of the index; "${filter.fieldPath}" is none.`);
    }
    read.equalities.push({ field: filter.fieldPath, value: decodeQueryValue(filter.value) });
  }
  return read;
}
