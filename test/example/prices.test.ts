import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../host/index.js";
import { askAndWait, ingestDocuments, startExample, userOf, type User } from "./exampleApp.js";

let host: Host;
let ann: User;
beforeAll(async () => {
  host = await startExample();
  ann = userOf(host, "ann");
  await ingestDocuments(ann);
});
afterAll(async () => await host.close());

type Event = { purpose: string; costMicros?: number };
type Run = { totals: { calls: number; costMicros?: number } };

describe("the prices of the example", () => {
  test("are unknown until they are loaded, and never zero in silence", async () => {
    const { run } = await askAndWait(ann, "What does an otter eat?");
    expect((run as Run).totals.costMicros).toBeUndefined();
    const unpriced = await host.call("query", "prices:listUnpriced");
    expect(unpriced).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ provider: "built-in", model: "extractive" }),
        expect.objectContaining({ provider: "built-in", model: "hashed-512" }),
      ]),
    );
  });

  test("are loaded once, and give each call from then on its cost", async () => {
    expect(await host.call("mutation", "prices:load")).not.toEqual({ changed: 0 });
    expect(await host.call("mutation", "prices:load")).toEqual({ changed: 0 });
    const { run, threadId } = await askAndWait(ann, "How is bread baked?");
    expect((run as Run).totals.costMicros).toBeGreaterThan(0);
    const { page } = await ann.query<{ page: Event[] }>("spending:listUsage", { threadId, cursor: null });
    expect(page.map(({ purpose }) => purpose)).toEqual(expect.arrayContaining(["answer", "embedding"]));
    expect(page.filter(({ costMicros }) => costMicros === undefined)).toEqual([]);
  });
});
