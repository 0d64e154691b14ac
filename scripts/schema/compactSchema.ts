import type { GenericSchema, SchemaDefinition } from "convex/server";

/**
 * A validator in few words: `"string"`, `"id<threads>"`, `"'queued'"`, or one key that says what it holds.
 * An object's optional fields end in `?`.
 */
export type CompactType =
  | string
  | { object: { [field: string]: CompactType } }
  | { union: CompactType[] }
  | { array: CompactType }
  | { record: [CompactType, CompactType] };

/** A table: what its rows may hold, and its indexes of all kinds by name. */
export interface CompactTable {
  document: CompactType;
  /** What an index reads, as JSON text. */
  indexes: Record<string, string>;
  /** The same for indexes that are filled in the background and not used yet. */
  stagedIndexes: Record<string, string>;
}

export type CompactSchema = Record<string, CompactTable>;

type ExportedIndex = { indexDescriptor: string } & Record<string, unknown>;

interface ExportedTable {
  tableName: string;
  indexes: ExportedIndex[];
  searchIndexes: ExportedIndex[];
  vectorIndexes: ExportedIndex[];
  stagedDbIndexes: ExportedIndex[];
  stagedSearchIndexes: ExportedIndex[];
  stagedVectorIndexes: ExportedIndex[];
  documentType: ExportedType;
}

interface ExportedType {
  type: string;
  value?: unknown;
  tableName?: string;
  keys?: ExportedType;
  values?: ExportedField;
}

interface ExportedField {
  fieldType: ExportedType;
  optional: boolean;
}

/** Every table, field and index of a schema, in an order that does not depend on how it is written. */
export function compactSchema(schema: SchemaDefinition<GenericSchema, boolean>): CompactSchema {
  const { tables } = JSON.parse(exported(schema)) as { tables: ExportedTable[] };
  return sortedRecord(tables.map((table) => [table.tableName, compactTable(table)]));
}

/** `export` is what the Convex command calls; its type declaration hides it. */
function exported(schema: object): string {
  return (schema as { export: () => string }).export();
}

function compactTable(table: ExportedTable): CompactTable {
  return {
    document: compactType(table.documentType),
    indexes: indexesByName([...table.indexes, ...table.searchIndexes, ...table.vectorIndexes]),
    stagedIndexes: indexesByName([
      ...table.stagedDbIndexes,
      ...table.stagedSearchIndexes,
      ...table.stagedVectorIndexes,
    ]),
  };
}

function indexesByName(indexes: ExportedIndex[]): Record<string, string> {
  return sortedRecord(
    indexes.map(({ indexDescriptor, ...reads }) => [indexDescriptor, JSON.stringify(reads)] as const),
  );
}

function compactType(json: ExportedType): CompactType {
  switch (json.type) {
    case "id":
      return `id<${json.tableName}>`;
    case "literal":
      return `'${String(json.value)}'`;
    case "array":
      return { array: compactType(json.value as ExportedType) };
    case "union":
      return { union: sortedTypes((json.value as ExportedType[]).map(compactType)) };
    case "record":
      return { record: [compactType(json.keys as ExportedType), compactType(json.values!.fieldType)] };
    case "object":
      return { object: compactFields(json.value as Record<string, ExportedField>) };
    default:
      return json.type;
  }
}

function compactFields(fields: Record<string, ExportedField>): Record<string, CompactType> {
  return sortedRecord(
    Object.entries(fields).map(([name, { fieldType, optional }]) => [
      optional ? `${name}?` : name,
      compactType(fieldType),
    ]),
  );
}

function sortedTypes(types: CompactType[]): CompactType[] {
  return [...types].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function sortedRecord<Value>(entries: (readonly [string, Value])[]): Record<string, Value> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
