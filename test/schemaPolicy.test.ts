import { readFileSync } from "node:fs";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { describe, expect, test } from "vitest";
import { compactSchema, type CompactSchema } from "../scripts/schema/compactSchema.js";
import { narrowings } from "../scripts/schema/widening.js";
import schema from "../src/component/schema.js";

const snapshot = JSON.parse(
  readFileSync(new URL("schema.snapshot.json", import.meta.url), "utf8"),
) as CompactSchema; // written by npm run snapshot:schema

describe("the component's schema", () => {
  test("accepts every row and keeps every index of the snapshot", () => {
    expect(narrowings(snapshot, compactSchema(schema))).toEqual([]);
  });

  test("is the snapshot (npm run snapshot:schema writes it)", () => {
    expect(compactSchema(schema)).toEqual(snapshot);
  });
});

const threads = () =>
  defineTable({ title: v.string(), state: v.union(v.literal("open"), v.literal("closed")) });
const before = compactSchema(defineSchema({ threads: threads().index("by_title", ["title"]) }));

function changesTo(table: ReturnType<typeof defineTable>): string[] {
  return narrowings(before, compactSchema(defineSchema({ threads: table })));
}

describe("the schema policy", () => {
  test("allows new tables, optional fields, wider unions and staged indexes", () => {
    const wider = defineSchema({
      threads: defineTable({
        title: v.optional(v.string()),
        state: v.union(v.literal("open"), v.literal("closed"), v.literal("archived")),
        tags: v.optional(v.array(v.string())),
      })
        .index("by_title", ["title"])
        .index("by_state", { fields: ["state"], staged: true }),
      labels: defineTable({ name: v.string() }).index("by_name", ["name"]),
    });
    expect(narrowings(before, compactSchema(wider))).toEqual([]);
  });

  test("allows a staged index to be put to use", () => {
    const staged = compactSchema(
      defineSchema({ threads: threads().index("by_title", { fields: ["title"], staged: true }) }),
    );
    expect(narrowings(staged, before)).toEqual([]);
  });

  test("refuses to drop a table", () => {
    expect(narrowings(before, {})).toEqual(["threads: the table was removed"]);
  });

  test("refuses a required field, a removed field and a narrower union", () => {
    const table = defineTable({ state: v.literal("open"), owner: v.string() }).index("by_title", ["owner"]);
    expect(changesTo(table)).toEqual([
      `threads.state: "'closed'" is no longer accepted`,
      "threads.title: was removed",
      "threads.owner: a new field must be optional",
      "threads, index by_title: changed",
    ]);
  });

  test("refuses to make an optional field required", () => {
    const optional = compactSchema(defineSchema({ threads: defineTable({ title: v.optional(v.string()) }) }));
    const required = compactSchema(defineSchema({ threads: defineTable({ title: v.string() }) }));
    expect(narrowings(optional, required)).toEqual(["threads.title: became required"]);
  });

  test("refuses an index that would be filled during a deploy, and one that is gone", () => {
    expect(changesTo(threads().index("by_state", ["state"]))).toEqual([
      "threads, index by_title: was removed",
      "threads, index by_state: a new index must be staged",
    ]);
  });
});
