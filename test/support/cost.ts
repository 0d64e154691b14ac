import type { GenericMutationCtx } from "convex/server";
import type { DataModel } from "../../src/component/_generated/dataModel.js";
import type { TestComponent } from "./component.js";

/** What a transaction read and wrote, in Convex's own accounting. */
export type Cost = { ranges: number; documentsRead: number; bytesRead: number; documentsWritten: number };

/** Runs model code in one transaction inside the component and says what it cost. */
export async function costOf<Output>(
  { inside }: Pick<TestComponent, "inside">,
  run: (ctx: GenericMutationCtx<DataModel>) => Promise<Output>,
): Promise<Cost & { output: Output }> {
  return await inside(async (ctx) => {
    const output = await run(ctx);
    const { databaseQueries, documentsRead, bytesRead, documentsWritten } =
      await ctx.meta.getTransactionMetrics();
    return {
      output,
      ranges: databaseQueries.used,
      documentsRead: documentsRead.used,
      bytesRead: bytesRead.used,
      documentsWritten: documentsWritten.used,
    };
  });
}
