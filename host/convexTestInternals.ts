// The one place that knows convex-test's private parts. convex-test is pinned to an exact version; when an
// upgrade moves something the host hooks, `captureInternals` fails and names what moved.
import { AsyncLocalStorage } from "node:async_hooks";
import { convexTest } from "convex-test";
import type { TransactionMetricsTracker } from "convex-test/dist/transactionMetrics.js";
import type { GenericSchema, SchemaDefinition } from "convex/server";
import type { StoredDocument } from "./documents.js";
import type { SerializedQuery } from "./indexQueries.js";

export type FunctionAddress = { componentPath: string; udfPath: string };
export type FunctionKind = "query" | "mutation" | "action";

export type RegisteredFunction = {
  isPublic?: boolean;
  isInternal?: boolean;
  isQuery?: boolean;
  isMutation?: boolean;
  isAction?: boolean;
};
export type FunctionModule = Record<string, unknown>;
export type ModuleMap = Record<string, () => Promise<FunctionModule>>;
export type ComponentSchema = SchemaDefinition<GenericSchema, boolean>;

export type ExportedTable = {
  indexes: { indexDescriptor: string; fields: string[] }[];
  searchIndexes: { indexDescriptor: string; searchField: string; filterFields: string[] }[];
  vectorIndexes: {
    indexDescriptor: string;
    vectorField: string;
    dimensions: number;
    filterFields: string[];
  }[];
};

export type PaginateArguments = {
  query: SerializedQuery;
  cursor: string | null;
  endCursor: string | null;
  pageSize: number;
  maximumRowsRead: number | null;
  maximumBytesRead: number | null;
};
export type PageResult = {
  page: StoredDocument[];
  isDone: boolean;
  continueCursor: string;
  splitCursor: string | null;
  pageStatus: "SplitRecommended" | "SplitRequired" | null;
};

export type WriteLayer = Record<string, StoredDocument | null>;

/** convex-test's DatabaseFake: one per component. */
export type DatabaseInternals = {
  _componentPath: string;
  _documents: Record<string, StoredDocument>;
  _storage: Record<string, Blob>;
  _nextDocId: number;
  _nextQueryId: number;
  _lastCreationTime: number;
  _writes: WriteLayer[];
  _schema: { tables: Map<string, ExportedTable> } | null;
  startTransaction: () => void;
  commit: (commitTs: bigint | null) => void;
  rollbackWrites: () => void;
  stashWrites: () => WriteLayer[];
  restoreWrites: (stashed: WriteLayer[]) => void;
  get: (table: string | undefined, id: string) => StoredDocument | null;
  insert: (table: string, value: Record<string, unknown>) => string;
  patch: (table: string | undefined, id: string, value: Record<string, unknown>) => void;
  delete: (table: string | undefined, id: string) => void;
  storeFile: (storageId: string, blob: Blob) => void;
  getFile: (storageId: string) => Blob | null;
  _addWrite: (id: string, value: StoredDocument | null) => void;
  _iterateDocs: (table: string, visit: (document: StoredDocument) => void) => void;
  _resolveQuerySource: (query: SerializedQuery) => unknown;
  startQuery: (query: SerializedQuery) => number;
  queryNext: (queryId: number) => { value: StoredDocument | null; done: boolean };
  paginate: (page: PaginateArguments) => PageResult;
  vectorSearch: (
    ...search: [index: string, vector: number[], filters: unknown[], limit: number | undefined]
  ) => { _id: string; _score: number }[];
};

export type TransactionManagerInternals = {
  _lastCommitTs: bigint;
  _metricsTracker: TransactionMetricsTracker | null;
  begin: (isNested: boolean, limits?: unknown) => Promise<void>;
  commit: (isNested: boolean) => bigint | null;
  rollback: (isNested: boolean) => void;
  _endTransaction: (isNested: boolean) => void;
  isInTransaction: () => boolean;
};

export type ConvexGlobal = {
  components: Record<string, { db: DatabaseInternals; modules: (path: string) => Promise<FunctionModule> }>;
  transactionManager: TransactionManagerInternals;
  syscall: (operation: string, jsonArguments: string) => string;
  asyncSyscall: (operation: string, jsonArguments: string) => Promise<string>;
  jsSyscall: (operation: string, args: Record<string, unknown>) => Promise<unknown>;
};

/** What convex-test keeps per running function. */
export type ExecutionContext = {
  componentPath: string;
  udfPath: string;
  udfType: FunctionKind | "http";
  depth: number;
  paginatedQueries?: number;
};
export type RequestMetadata = {
  ip: string | null;
  userAgent: string | null;
  requestId: string;
  scheduledFunctionId: string | null;
  authToken: string | null;
};

/** The accessor that convex-test returns, with the methods it does not declare. */
export type TestAccessor = {
  withIdentity(identity: { subject: string; issuer?: string }): TestAccessor;
  queryFromPath(address: FunctionAddress, args: unknown): Promise<unknown>;
  mutationFromPath(address: FunctionAddress, args: unknown): Promise<unknown>;
  actionFromPath(address: FunctionAddress, args: unknown): Promise<unknown>;
  runInComponent<T>(componentPath: string, handler: () => Promise<T>): Promise<T>;
  run<T>(handler: () => Promise<T>): Promise<T>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  registerComponent(componentPath: string, schema: ComponentSchema | null, modules: ModuleMap): void;
};

export type CapturedInternals = {
  accessor: TestAccessor;
  global: ConvexGlobal;
  executionContext: AsyncLocalStorage<ExecutionContext>;
  requestMetadata: AsyncLocalStorage<RequestMetadata>;
};

export type ComponentRegistration = { path: string; schema: ComponentSchema | null; modules: ModuleMap };

const REQUIRED_DATABASE_METHODS = [
  "startTransaction",
  "commit",
  "rollbackWrites",
  "stashWrites",
  "restoreWrites",
  "get",
  "insert",
  "patch",
  "delete",
  "storeFile",
  "getFile",
  "_addWrite",
  "_iterateDocs",
  "_resolveQuerySource",
  "startQuery",
  "queryNext",
  "paginate",
  "vectorSearch",
];
const REQUIRED_DATABASE_FIELDS = [
  "_componentPath",
  "_documents",
  "_storage",
  "_nextDocId",
  "_nextQueryId",
  "_lastCreationTime",
  "_writes",
  "_schema",
];
const REQUIRED_MANAGER_METHODS = ["begin", "commit", "rollback", "_endTransaction", "isInTransaction"];
const REQUIRED_MANAGER_FIELDS = ["_lastCommitTs", "_metricsTracker"];
const REQUIRED_ACCESSOR_METHODS = [
  "withIdentity",
  "queryFromPath",
  "mutationFromPath",
  "actionFromPath",
  "runInComponent",
  "fetch",
];

/** Says which hooked internal of convex-test is missing. */
export class ConvexTestMovedError extends Error {
  constructor(readonly missing: string[]) {
    super(
      `convex-test moved internals that the embedded host hooks: ${missing.join(", ")}. ` +
        "Pin convex-test to the version in package.json or adapt host/convexTestInternals.ts.",
    );
    this.name = "ConvexTestMovedError";
  }
}

function missingMembers(
  name: string,
  target: unknown,
  members: { methods: string[]; fields: string[] },
): string[] {
  if (typeof target !== "object" || target === null) return [name];
  const record = target as Record<string, unknown>;
  return [
    ...members.methods.filter((method) => typeof record[method] !== "function"),
    ...members.fields.filter((field) => !(field in record)),
  ].map((member) => `${name}.${member}`);
}

/** Every hooked internal that is not where the host expects it; empty when all are in place. */
export function missingInternals(captured: Partial<CapturedInternals>): string[] {
  const { accessor, global, executionContext, requestMetadata } = captured;
  const missing = missingMembers("accessor", accessor, { methods: REQUIRED_ACCESSOR_METHODS, fields: [] });
  if (executionContext === undefined) missing.push("executionContextStorage {udfType, componentPath}");
  if (requestMetadata === undefined) missing.push("requestMetadataStorage {requestId, scheduledFunctionId}");
  if (global === undefined) return [...missing, "convexGlobal {transactionManager, components}"];
  const syscalls = ["syscall", "asyncSyscall", "jsSyscall"];
  missing.push(...missingMembers("convexGlobal", global, { methods: syscalls, fields: ["components"] }));
  missing.push(
    ...missingMembers("transactionManager", global.transactionManager, {
      methods: REQUIRED_MANAGER_METHODS,
      fields: REQUIRED_MANAGER_FIELDS,
    }),
  );
  const database = global.components?.[""]?.db;
  missing.push(
    ...missingMembers("database", database, {
      methods: REQUIRED_DATABASE_METHODS,
      fields: REQUIRED_DATABASE_FIELDS,
    }),
  );
  return missing;
}

type Captures = Omit<Partial<CapturedInternals>, "accessor">;

function recognise(store: unknown, storage: AsyncLocalStorage<unknown>, captures: Captures): void {
  if (typeof store !== "object" || store === null) return;
  if ("transactionManager" in store && "components" in store) {
    captures.global = store as ConvexGlobal;
  } else if ("udfType" in store && "componentPath" in store) {
    captures.executionContext = storage as AsyncLocalStorage<ExecutionContext>;
  } else if ("requestId" in store && "scheduledFunctionId" in store) {
    captures.requestMetadata = storage as AsyncLocalStorage<RequestMetadata>;
  }
}

// convex-test hands its private state to AsyncLocalStorage#run; watching one call collects it.
async function watchOneCall(accessor: TestAccessor): Promise<Captures> {
  const captures: Captures = {};
  const prototype = AsyncLocalStorage.prototype as { run: (...args: unknown[]) => unknown };
  const originalRun = prototype.run;
  prototype.run = function (this: AsyncLocalStorage<unknown>, ...args: unknown[]) {
    recognise(args[0], this, captures);
    return originalRun.apply(this, args);
  };
  try {
    await accessor.run(async () => null);
  } finally {
    prototype.run = originalRun;
  }
  return captures;
}

/** Starts convex-test with its transaction limits on and takes hold of the parts the host hooks. */
export async function captureInternals(
  app: { schema: ComponentSchema | null; modules: ModuleMap },
  components: ComponentRegistration[],
): Promise<CapturedInternals> {
  const accessor = convexTest({
    ...(app.schema === null ? {} : { schema: app.schema }),
    modules: app.modules,
    transactionLimits: true,
  }) as unknown as TestAccessor;
  for (const { path, schema, modules } of components) accessor.registerComponent(path, schema, modules);
  const captured = { ...(await watchOneCall(accessor)), accessor };
  const missing = missingInternals(captured);
  if (missing.length > 0) throw new ConvexTestMovedError(missing);
  return captured as CapturedInternals;
}
