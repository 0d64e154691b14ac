// Limits that Convex enforces and convex-test does not.
import { getConvexSize, getDocumentSize, type Value } from "convex/values";
import type { FunctionModule, RegisteredFunction } from "./convexTestInternals.js";
import type { StoredDocument } from "./documents.js";

const MIB = 1 << 20;

/** Bytes of one document. */
export const MAX_DOCUMENT_BYTES = MIB;
/** Elements of one array, anywhere in a value. */
export const MAX_ARRAY_LENGTH = 8192;
/** Fields of one object. */
export const MAX_OBJECT_FIELDS = 1024;
/** Levels of arrays and objects in a stored document. */
export const MAX_DOCUMENT_NESTING = 16;
/** Levels in arguments and results. */
export const MAX_VALUE_NESTING = 64;
/** Bytes of a function's arguments, and of its result. */
export const MAX_CALL_BYTES = 16 * MIB;

/** A Convex limit was exceeded, in the words a deployment would use. */
export class ConvexLimitError extends Error {
  constructor(message: string) {
    super(`${message} This is a Convex limit: https://docs.convex.dev/production/state/limits`);
    this.name = "ConvexLimitError";
  }
}

const NUMBER_BYTES = 9;
const CONTAINER_BYTES = 2;

type Walk = { place: string; nesting: number };

function measureArray(value: unknown[], { place, nesting }: Walk): number {
  if (value.length > MAX_ARRAY_LENGTH) {
    throw new ConvexLimitError(
      `Array length is too long at ${place} (${value.length} > maximum length ${MAX_ARRAY_LENGTH}).`,
    );
  }
  if (value.every((item) => typeof item === "number")) {
    return CONTAINER_BYTES + value.length * NUMBER_BYTES;
  }
  const inside = { place: `${place}[]`, nesting: nesting - 1 };
  return value.reduce<number>((sum, item) => sum + measure(item, inside), CONTAINER_BYTES);
}

function measureObject(value: object, { place, nesting }: Walk): number {
  const entries = Object.entries(value);
  if (entries.length > MAX_OBJECT_FIELDS) {
    throw new ConvexLimitError(
      `Object has too many fields at ${place} (${entries.length} > maximum number ${MAX_OBJECT_FIELDS}).`,
    );
  }
  let bytes = CONTAINER_BYTES;
  for (const [field, item] of entries) {
    bytes += field.length + 1 + measure(item, { place: `${place}.${field}`, nesting: nesting - 1 });
  }
  return bytes;
}

// Checks array lengths, field counts and nesting anywhere in a value, and estimates its size on the way.
function measure(value: unknown, walk: Walk): number {
  if (typeof value === "string") return Buffer.byteLength(value) + 2;
  if (typeof value !== "object" || value === null) return NUMBER_BYTES;
  if (value instanceof ArrayBuffer) return value.byteLength + 2;
  if (walk.nesting <= 0) throw new ConvexLimitError(`Value is nested too deeply at ${walk.place}.`);
  return Array.isArray(value) ? measureArray(value, walk) : measureObject(value, walk);
}

/** Refuses a row that Convex would not store. */
export function checkDocument(table: string, document: StoredDocument): void {
  measure(document, { place: table, nesting: MAX_DOCUMENT_NESTING + 1 });
  const bytes = getDocumentSize(document as unknown as Record<string, Value>);
  if (bytes > MAX_DOCUMENT_BYTES) {
    throw new ConvexLimitError(
      `Value is too large (${(bytes / MIB).toFixed(2)} MiB > maximum size 1 MiB) for a document of table "${table}".`,
    );
  }
}

/** Refuses arguments or a result of more than 16 MiB, or of a shape Convex refuses. */
export function checkCallValue(value: unknown, what: string): void {
  const estimate = measure(value, { place: what, nesting: MAX_VALUE_NESTING });
  // The exact measure is slower, and needed only near the limit.
  if (estimate < MAX_CALL_BYTES / 2) return;
  const bytes = getConvexSize(value as Value);
  if (bytes > MAX_CALL_BYTES) {
    throw new ConvexLimitError(
      `The ${what} is too large (${(bytes / MIB).toFixed(2)} MiB > maximum size 16 MiB).`,
    );
  }
}

type Handler = (ctx: unknown, args: unknown) => unknown;
type LimitedFunction = RegisteredFunction & { _handler: Handler };

function isFunctionOfConvex(exported: unknown): exported is LimitedFunction {
  if (typeof exported !== "function" || !("_handler" in exported)) return false;
  return "isQuery" in exported || "isMutation" in exported || "isAction" in exported;
}

function limited(registered: LimitedFunction): LimitedFunction {
  const handler: Handler = async (ctx, args) => {
    checkCallValue(args, "arguments value");
    const result = await registered._handler(ctx, args);
    checkCallValue(result, "result value");
    return result;
  };
  return Object.create(registered, { _handler: { value: handler } }) as LimitedFunction;
}

/** The module with every function checking its arguments and result, whoever calls it. */
export function withCallLimits(module: FunctionModule): FunctionModule {
  return Object.fromEntries(
    Object.entries(module).map(([name, exported]) => [
      name,
      isFunctionOfConvex(exported) ? limited(exported) : exported,
    ]),
  );
}
