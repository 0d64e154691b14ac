import { convexTest, type TestConvex } from "convex-test";
import {
  componentsGeneric,
  type GenericMutationCtx,
  type GenericSchema,
  type SchemaDefinition,
} from "convex/server";
import { vi } from "vitest";
import type { ActionCtx } from "../../src/client/ctx.js";
import type { ComponentApi } from "../../src/component/_generated/component.js";
import type { DataModel, Id } from "../../src/component/_generated/dataModel.js";
import schema from "../../src/component/schema.js";
import { register } from "../../src/test.js";

const COMPONENT = "agentMemory";

type Table = keyof (typeof schema)["tables"];
/** What a convex-test instance has besides its types: transactions inside a component. */
type InComponent = {
  runInComponent: <Output>(
    path: string,
    handler: (ctx: GenericMutationCtx<DataModel>) => Promise<Output>,
  ) => Promise<Output>;
};

/** An app without code of its own that has installed the component. */
export type TestComponent = {
  t: TestConvex<SchemaDefinition<GenericSchema, boolean>>;
  component: ComponentApi;
  /** Calls doors as an action of the app would. */
  ctx: ActionCtx;
  /** A transaction inside the component, to look at its tables. */
  inside: <Output>(handler: (ctx: GenericMutationCtx<DataModel>) => Promise<Output>) => Promise<Output>;
  /**
   * How many rows each table has; tables without rows are left out. Of the ledger's sums those of threads alone, for
   * they go with them: what it keeps for good, and when, is its own tests' matter.
   */
  countRows: () => Promise<Partial<Record<Table, number>>>;
  /** Runs what is scheduled until nothing is; needs fake timers. */
  finishSweeps: () => Promise<void>;
};

/** Functions of the app around it, by the path of their module. */
export type AppModules = Record<string, () => Promise<Record<string, unknown>>>;

/** A fresh component on stock convex-test, with Convex's transaction limits on. */
export function aComponent(modules: AppModules = {}): TestComponent {
  const t = convexTest({
    modules: { "./_generated/api.js": async () => ({}), ...modules },
    transactionLimits: true,
  });
  register(t, COMPONENT);
  const inside: TestComponent["inside"] = (handler) =>
    (t as unknown as InComponent).runInComponent(COMPONENT, handler);
  return {
    t,
    component: componentsGeneric()[COMPONENT] as unknown as ComponentApi,
    ctx: { runQuery: t.query, runMutation: t.mutation, runAction: t.action } as unknown as ActionCtx,
    inside,
    countRows: () => countRows(inside),
    finishSweeps: () => t.finishAllScheduledFunctions(() => vi.runAllTimers(), 1_000),
  };
}

async function countRows(inside: TestComponent["inside"]): Promise<Partial<Record<Table, number>>> {
  const counts: Partial<Record<Table, number>> = {};
  for (const table of Object.keys(schema.tables) as Table[]) {
    const rows = await countTable(inside, table);
    if (rows > 0) counts[table] = rows;
  }
  return counts;
}

/** Tables of rows so long that one transaction may not read them all. */
const LONG_ROWS = { table: "payloads", perPage: 24 } as const;

async function countTable(inside: TestComponent["inside"], table: Table): Promise<number> {
  if (table === "usageFolds" || table === "usageMarks") return 0;
  if (table === "usageRollups") return await inside(async (ctx) => (await sumsOfThreads(ctx)).length);
  if (table !== LONG_ROWS.table)
    return await inside(async (ctx) => (await ctx.db.query(table).collect()).length);
  let rows = 0;
  let cursor: string | null = null;
  for (let isDone = false; !isDone;) {
    const options: { cursor: string | null; numItems: number } = { cursor, numItems: LONG_ROWS.perPage };
    const page = await inside(async (ctx) => {
      const read = await ctx.db.query(table).paginate(options);
      return { rows: read.page.length, isDone: read.isDone, cursor: read.continueCursor };
    });
    rows += page.rows;
    ({ isDone, cursor } = page);
  }
  return rows;
}

const sumsOfThreads = ({ db }: GenericMutationCtx<DataModel>) =>
  db
    .query("usageRollups")
    .withIndex("by_subject", (q) => q.gt("subject", "thread:").lt("subject", "thread;"))
    .collect();

/** A thread's id as the component's own functions take it: outside it is a string. */
export const idOfThread = (threadId: string): Id<"threads"> => threadId as Id<"threads">;
