import { vResultValidator, vWorkflowId, type WorkflowId } from "@convex-dev/workflow";
import { ConvexError, v } from "convex/values";
import { internal } from "./_generated/api.js";
import type { Doc, Id } from "./_generated/dataModel.js";
import { internalMutation, mutation, query, type QueryCtx } from "./_generated/server.js";
import { approval, memory, principal, workflow, type Member } from "./memory.js";
import schema from "./schema.js";

const vBrief = schema.tables.briefs.validator;
const vBriefState = vBrief.fields.state;
/** Starts a brief in one of the caller's threads. */
export const start = mutation({
  args: { threadId: v.string(), topic: v.string() },
  returns: v.id("briefs"),
  handler: async (ctx, { threadId, topic }): Promise<Id<"briefs">> => {
    const as = await principal(ctx);
    if (topic.trim() === "") throw new ConvexError({ code: "TOPIC_EMPTY", message: "Say what it is about." });
    await memory.as(as).threads.get(ctx, { threadId });
    const { tenantId, userId } = as;
    const state = { kind: "researching" as const };
    const briefId = await ctx.db.insert("briefs", { tenantId, userId, threadId, topic, state });
    const workflowId = await workflow.start(
      ctx,
      internal.briefWorkflow.write,
      { briefId, as, threadId, topic },
      { onComplete: internal.brief.ended, context: { briefId } },
    );
    await ctx.db.patch("briefs", briefId, { workflowId });
    return briefId;
  },
});

/** A brief and where it stands. */
export const get = query({
  args: { briefId: v.id("briefs") },
  returns: v.object({ topic: v.string(), threadId: v.string(), state: vBriefState }),
  handler: async (ctx, { briefId }) => {
    const as = await principal(ctx);
    const { topic, threadId, state } = await ownBrief(ctx, briefId, as);
    return { topic, threadId, state };
  },
});

/** Decides whether the writer goes on from the sources that were found. */
export const approve = mutation({
  args: { briefId: v.id("briefs"), approved: v.boolean(), note: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, { briefId, ...decision }) => {
    const as = await principal(ctx);
    const { state, workflowId } = await ownBrief(ctx, briefId, as);
    if (state.kind !== "awaitingApproval" || workflowId === undefined)
      throw new ConvexError({ code: "NOTHING_TO_APPROVE", message: `The brief is ${state.kind}.` });
    // The workflow takes the event up in its own time: until then a second decision must not pass.
    await ctx.db.patch("briefs", briefId, { state: { kind: "writing" } });
    await workflow.sendEvent(ctx, { ...approval, workflowId: asWorkflowId(workflowId), value: decision });
    return null;
  },
});

/** Records a step of the workflow. */
export const setState = internalMutation({
  args: { briefId: v.id("briefs"), state: vBriefState },
  returns: v.null(),
  handler: async (ctx, { briefId, state }) => {
    await ctx.db.patch("briefs", briefId, { state });
    return null;
  },
});

/** Records a workflow that failed, and removes its journal in any case. */
export const ended = internalMutation({
  args: { workflowId: vWorkflowId, result: vResultValidator, context: v.object({ briefId: v.id("briefs") }) },
  returns: v.null(),
  handler: async (ctx, { workflowId, result, context }) => {
    if (result.kind !== "success") {
      const message = result.kind === "failed" ? result.error : "The workflow was canceled.";
      await ctx.db.patch("briefs", context.briefId, { state: { kind: "failed", message } });
    }
    await workflow.cleanup(ctx, workflowId);
    return null;
  },
});

async function ownBrief(
  ctx: QueryCtx,
  briefId: Id<"briefs">,
  { tenantId, userId }: Member,
): Promise<Doc<"briefs">> {
  const brief = await ctx.db.get("briefs", briefId);
  if (brief?.tenantId !== tenantId || brief.userId !== userId)
    throw new ConvexError({ code: "BRIEF_NOT_FOUND", message: "No such brief of yours." });
  return brief;
}

/** The boundary where the id that `workflow.start` gave comes back from our table. */
const asWorkflowId = (workflowId: string) => workflowId as WorkflowId;
