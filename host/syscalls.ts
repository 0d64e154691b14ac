// The calls Convex functions make to their runtime, where the host adds to or corrects convex-test.
import { convexToJson, getConvexSize, jsonToConvex, type JSONValue, type Value } from "convex/values";
import { tableOfId, withCommitTs } from "./documents.js";
import { currentRoot } from "./execution.js";
import { fileHandlers, getBlobInAction, storeBlobInAction } from "./fileSyscalls.js";
import { JOBS_TABLE, resolveAddress } from "./jobs.js";
import { checkCallValue, checkDocument } from "./limits.js";
import {
  actionContext,
  currentComponent,
  currentDatabase,
  type AsyncSyscall,
  type Handler,
  type SyscallDependencies,
} from "./syscallContext.js";

const MILLISECONDS_PER_SECOND = 1000;

export function installSyscalls(dependencies: SyscallDependencies): void {
  const { global } = dependencies.internals;
  const syscall = global.syscall;
  const asyncSyscall = global.asyncSyscall;
  const jsSyscall = global.jsSyscall;
  const handlers = new Map<string, Handler>([
    ...documentHandlers(dependencies),
    ...callHandlers(dependencies),
    ...fileHandlers(dependencies),
  ]);
  global.syscall = (operation, json) => {
    if (operation === "1.0/queryCleanup") {
      const { queryId } = JSON.parse(json) as { queryId: number };
      dependencies.stores.get(currentComponent(dependencies))?.closeQuery(queryId);
    }
    return syscall(operation, json);
  };
  global.asyncSyscall = async (operation, json) => {
    const handler = handlers.get(operation);
    return handler === undefined ? asyncSyscall(operation, json) : handler(json, asyncSyscall);
  };
  global.jsSyscall = async (operation, args) => {
    const context = actionContext(dependencies);
    if (context === null) return jsSyscall(operation, args);
    switch (operation) {
      case "storage/storeBlob":
        return storeBlobInAction(dependencies, context.componentPath, args["blob"] as Blob);
      case "storage/getBlob":
        return getBlobInAction(dependencies, context.componentPath, args["storageId"] as string);
      default:
        return jsSyscall(operation, args);
    }
  };
}

// --- documents ------------------------------------------------------------------------------------------

function documentHandlers(dependencies: SyscallDependencies): [string, Handler][] {
  const recordGet = (id: string) => {
    const componentPath = currentComponent(dependencies);
    dependencies.onRead({ kind: "document", componentPath, table: tableOfId(id), id });
  };
  const checkStored = (id: string) => {
    const document = currentDatabase(dependencies).get(undefined, id);
    if (document !== null) checkDocument(tableOfId(id), document);
  };
  const change = (operation: string): [string, Handler] => [
    operation,
    async (json, next) => {
      const { id } = JSON.parse(json) as { id: string };
      if (typeof id === "string") recordGet(id);
      const result = await next(operation, json);
      checkStored(id);
      return result;
    },
  ];
  const insert: Handler = async (json, next) => {
    const result = await next("1.0/insert", json);
    checkStored((JSON.parse(result) as { _id: string })._id);
    return result;
  };
  const get: Handler = (json, next) => {
    const { id } = JSON.parse(json) as { id: string };
    if (typeof id === "string") recordGet(id);
    return next("1.0/get", json);
  };
  return [
    ["1.0/insert", insert],
    ["1.0/get", get],
    change("1.0/shallowMerge"),
    change("1.0/replace"),
    change("1.0/remove"),
    ["1.0/queryPage", (json, next) => queryPage(dependencies, json, next)],
  ];
}

type PageAnswer = { continueCursor: string; isDone: boolean; pageStatus: string | null };

// A reactive page must end where it ended before, or rows inserted at its end would appear twice or not at all:
// the journal carries the end cursor from one run to the next.
async function queryPage(
  dependencies: SyscallDependencies,
  json: string,
  next: AsyncSyscall,
): Promise<string> {
  if (currentComponent(dependencies) !== "") {
    throw new Error(
      "PaginationUnsupportedInComponents: `.paginate()` is only supported in the app, not in components.",
    );
  }
  const args = JSON.parse(json) as { endCursor: string | null };
  const root = currentRoot.getStore();
  if (root !== undefined && !args.endCursor && root.request.journal) {
    args.endCursor = (JSON.parse(root.request.journal) as { endCursor: string }).endCursor;
  }
  const answer = await next("1.0/queryPage", JSON.stringify(args));
  if (root !== undefined) {
    root.journal = JSON.stringify({ endCursor: (JSON.parse(answer) as PageAnswer).continueCursor });
  }
  return answer;
}

// --- calls ----------------------------------------------------------------------------------------------

function callHandlers(dependencies: SyscallDependencies): [string, Handler][] {
  const vectorSearch: Handler = (json, next) => {
    dependencies.spans.onVectorSearch();
    return next("1.0/actions/vectorSearch", json);
  };
  return [
    ["1.0/actions/vectorSearch", vectorSearch],
    ["1.0/schedule", (json) => Promise.resolve(schedule(dependencies, json))],
  ];
}

type ScheduleArguments = {
  name?: string;
  reference?: string;
  functionHandle?: string;
  args: JSONValue;
  ts: number;
};

// convex-test arms a timer at once, even for a transaction that rolls back; the host arms jobs on commit.
function schedule(dependencies: SyscallDependencies, json: string): string {
  const { args: argsJson, ts, ...address } = JSON.parse(json) as ScheduleArguments;
  const componentPath = currentComponent(dependencies);
  const target = resolveAddress(address, componentPath);
  const args = jsonToConvex(argsJson) as Record<string, Value>;
  checkCallValue(args, "scheduled arguments value");
  if (withCommitTs(args, 0n) !== args) {
    throw new Error(`A scheduled function (${target.udfPath}) cannot take an unassigned commit timestamp.`);
  }
  dependencies.internals.global.transactionManager._metricsTracker?.trackScheduledFunction(
    getConvexSize(args),
  );
  const dueAt = ts * MILLISECONDS_PER_SECOND;
  const id = currentDatabase(dependencies).insert(JOBS_TABLE, {
    args: [args],
    name: target.udfPath,
    scheduledTime: dueAt,
    state: { kind: "pending" },
  });
  dependencies.jobs.scheduled({ componentPath, id, target, args, dueAt });
  return JSON.stringify(convexToJson(id));
}
