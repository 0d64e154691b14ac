import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discoverComponents } from "../../host/modules.js";
import type { Host } from "../../host/index.js";
import { fixtureApp, startFixture } from "./fixtureHost.js";

let host: Host;
beforeAll(async () => {
  host = await startFixture({ listen: false });
});
afterAll(() => host.close());

const call = (
  path: string,
  args: Record<string, unknown>,
  kind: "query" | "mutation" | "action" = "mutation",
) => host.call(kind, `sizes:${path}`, args);

describe("limits of Convex that convex-test does not enforce", () => {
  test("a document takes 1 MiB and not more, inserted or grown", async () => {
    await call("storeText", { length: (1 << 20) - 200 });
    await expect(call("storeText", { length: 1 << 20 })).rejects.toThrow("maximum size 1 MiB");
    await expect(call("growByPatch", {})).rejects.toThrow("maximum size 1 MiB");
    expect(await host.readTable("", "anything")).toHaveLength(1);
  });

  test("an array takes 8,192 elements, also deep inside a document or an argument", async () => {
    await call("storeArray", { length: 8192 });
    await expect(call("storeArray", { length: 8193 })).rejects.toThrow("8193 > maximum length 8192");
    await expect(call("storeNumbers", { length: 8193 })).rejects.toThrow("8193 > maximum length 8192");
    await call("passArray", { length: 8192 });
    await expect(call("passArray", { length: 8193 })).rejects.toThrow("8193 > maximum length 8192");
  });

  test("documents nest 16 levels", async () => {
    await call("storeNested", { depth: 15 });
    await expect(call("storeNested", { depth: 17 })).rejects.toThrow("nested too deeply");
  });

  test("arguments and results take 16 MiB, from outside and between functions", async () => {
    const tooLong = (16 << 20) + 1;
    await expect(call("returnText", { length: tooLong }, "query")).rejects.toThrow(
      "result value is too large",
    );
    await expect(call("passText", { length: tooLong }, "action")).rejects.toThrow("maximum size 16 MiB");
    await expect(call("takeAnything", { value: "x".repeat(tooLong) }, "query")).rejects.toThrow(
      "arguments value is too large",
    );
    await call("passText", { length: 15 << 20 }, "action");
  });

  test("transaction limits are on", async () => {
    await expect(call("readManyRanges", { count: 4097 }, "query")).rejects.toThrow("Too many index ranges");
  });

  test("`.paginate()` works in the app and is refused in a component", async () => {
    const paginationOpts = { numItems: 5, cursor: null };
    await host.call("query", "notes:page", { channel: "x", paginationOpts });
    await host.callComponent("pager", "mutation", "pages:add", { rank: 1 });
    await expect(host.callComponent("pager", "query", "pages:page", { paginationOpts })).rejects.toThrow(
      "PaginationUnsupportedInComponents",
    );
  });

  test("a transaction that broke a limit leaves nothing behind and the host working", async () => {
    const before = (await host.readTable("", "anything")).length;
    await expect(call("storeText", { length: 2 << 20 })).rejects.toThrow();
    expect(await host.readTable("", "anything")).toHaveLength(before);
    await call("storeText", { length: 10 });
  });
});

describe("an app's components", () => {
  test("are found with their nested ones, under the names they are mounted with", async () => {
    const found = await discoverComponents(fixtureApp);
    expect(found.map(({ path }) => path)).toEqual([
      "workflow",
      "workflow/workpool",
      "workflow/workpool/batchWorker",
      "limits",
      "limits/batchWorker",
      "pager",
    ]);
    // Two packages need different versions of one component: each gets its own.
    const workers = found.filter(({ path }) => path.endsWith("batchWorker"));
    expect(new Set(workers.map(({ directory }) => directory)).size).toBe(2);
  });
});
