import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { convexTest } from "convex-test";
import { TransactionMetricsTracker } from "convex-test/dist/transactionMetrics.js";
import { describe, expect, test } from "vitest";
import {
  captureInternals,
  ConvexTestMovedError,
  missingInternals,
  type ConvexGlobal,
} from "../../host/convexTestInternals.js";

const modules = { "./_generated/api.js": async () => Promise.resolve({}) };

function captured() {
  return captureInternals({ schema: null, modules }, []);
}

describe("the internals of convex-test that the host hooks", () => {
  test("are where the host expects them", async () => {
    expect(missingInternals(await captured())).toEqual([]);
  });

  test("are named one by one when they move", async () => {
    const internals = await captured();
    const database = internals.global.components[""]!.db;
    const moved = {
      ...internals,
      requestMetadata: undefined,
      global: {
        ...internals.global,
        asyncSyscall: undefined,
        transactionManager: { ...internals.global.transactionManager },
        components: {
          "": { db: { ...database, get: database.get }, modules: internals.global.components[""]!.modules },
        },
      } as unknown as ConvexGlobal,
    };
    const missing = missingInternals(moved);
    expect(missing).toContain("requestMetadataStorage {requestId, scheduledFunctionId}");
    expect(missing).toContain("convexGlobal.asyncSyscall");
    expect(missing).toContain("transactionManager.begin");
    expect(missing).toContain("database._addWrite");
    expect(missing).not.toContain("database._documents");
    expect(new ConvexTestMovedError(missing).message).toContain("transactionManager.begin");
  });

  test("count reads and writes through methods that spans can wrap", () => {
    for (const method of ["trackRead", "trackWrite", "trackIndexRange", "trackScheduledFunction"] as const) {
      expect(Reflect.get(TransactionMetricsTracker.prototype, method), method).toBeTypeOf("function");
    }
  });

  test("are those of the pinned version", () => {
    const require = createRequire(import.meta.url);
    const installed = JSON.parse(readFileSync(require.resolve("convex-test/package.json"), "utf8")) as {
      version: string;
    };
    const own = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    expect(own.devDependencies["convex-test"]).toBe(installed.version);
  });

  // Operations the host answers or watches; a renamed one would silently pass it by.
  test.each([
    "1.0/queryStream",
    "1.0/queryStreamNext",
    "1.0/queryCleanup",
    "1.0/queryPage",
    "1.0/get",
    "1.0/insert",
    "1.0/shallowMerge",
    "1.0/replace",
    "1.0/remove",
    "1.0/runUdf",
    "1.0/schedule",
    "1.0/actions/schedule",
    "1.0/actions/vectorSearch",
    "1.0/storageGetUrl",
    "1.0/storageDelete",
    "1.0/storageGenerateUploadUrl",
    "storage/storeBlob",
    "storage/getBlob",
  ])("include the operation %s", (operation) => {
    const source = readFileSync(createRequire(import.meta.url).resolve("convex-test"), "utf8");
    expect(source).toContain(`"${operation}"`);
    expect(convexTest).toBeTypeOf("function");
  });
});
