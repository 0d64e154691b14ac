import type { FunctionHandle } from "convex/server";
import type { DriverCall } from "../../validators/run.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";

type Settle = FunctionHandle<"mutation", { workflowId: string; result: null; context: DriverCall }>;

/**
 * Tells the code that drives a durable run, in this transaction. False when nobody could be told: its file was moved,
 * its workflow is gone, or the run has no driver. What the driver wrote until it failed is taken back.
 */
export async function tellDriver(
  ctx: MutationCtx,
  { driver, workflowId = "" }: Doc<"runs">,
  context: DriverCall,
): Promise<boolean> {
  if (driver === undefined) return false;
  try {
    await ctx.runMutation(asSettle(driver.settle), { workflowId, result: null, context });
    return true;
  } catch {
    return false;
  }
}

/** The boundary where a handle that was kept as text is a function again. */
const asSettle = (handle: string): Settle => handle as Settle;
