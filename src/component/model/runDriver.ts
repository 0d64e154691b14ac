import type { FunctionHandle } from "convex/server";
import type { DriverCall } from "../../validators/runDriving.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";

type Settle = FunctionHandle<"mutation", { workflowId: string; result: null; context: DriverCall }>;

/**
 * Tells the code that drives a durable run, in this transaction. False when nobody could be told: its file was moved,
 * its workflow is gone, or the run has no driver. What the driver wrote until it failed is taken back.
 */
export const tellDriver = async (ctx: MutationCtx, run: Doc<"runs">, context: DriverCall): Promise<boolean> =>
  (await callDriver(ctx, run, context)) !== null;

/** As `tellDriver`, for a run whose turn has come. Gives the id of the workflow that was started, or null. */
export async function startDriver(ctx: MutationCtx, run: Doc<"runs">): Promise<string | null> {
  if (run.driver === undefined) return null;
  const { path, as } = run.driver;
  const answer = await callDriver(ctx, run, {
    kind: "start",
    ...{ path, as, threadId: run.threadId, runId: run._id },
  });
  return typeof answer?.given === "string" ? answer.given : null;
}

async function callDriver(
  ctx: MutationCtx,
  { driver, workflowId = "" }: Doc<"runs">,
  context: DriverCall,
): Promise<{ given: unknown } | null> {
  if (driver === undefined) return null;
  try {
    return { given: await ctx.runMutation(asSettle(driver.settle), { workflowId, result: null, context }) };
  } catch {
    return null;
  }
}

/** The boundary where a handle that was kept as text is a function again. */
const asSettle = (handle: string): Settle => handle as Settle;
