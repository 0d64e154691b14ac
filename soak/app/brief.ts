// A workflow of the app's own: the researcher collects, somebody decides, the writer writes.
import { defineEvent, vResultValidator, vWorkflowId } from "@convex-dev/workflow";
import { v } from "convex/values";
import { internal } from "../api.js";
import { researcher, writer } from "./agents.js";
import { memory, workflow } from "./memory.js";
import schema from "./schema.js";
import { internalMutation, mutation, query, type QueryCtx } from "./server.js";

const goOn = defineEvent({ name: "goOn", validator: v.null() });
const vState = schema.tables.briefs.validator.fields.state;
const vArgs = {
  userId: v.string(),
  threadId: v.string(),
  operationId: v.string(),
  research: v.string(),
  writing: v.string(),
};

export const write = workflow.define({
  args: vArgs,
  returns: v.null(),
  handler: async (step, { userId, threadId, operationId, research, writing }): Promise<null> => {
    const as = { userId };
    const tell = (state: "waiting" | "completed") =>
      step.runMutation(internal.brief.setState, { operationId, state });
    await researcher.runIn(step, internal.researcher.run, { as, threadId, prompt: research });
    await tell("waiting");
    await step.awaitEvent(goOn);
    await writer.runIn(step, internal.writer.run, { as, threadId, prompt: writing });
    await tell("completed");
    return null;
  },
});

export const start = mutation({
  args: vArgs,
  handler: async (ctx, args): Promise<null> => {
    const { operationId, userId, threadId } = args;
    await memory.as({ userId }).threads.get(ctx, { threadId });
    if ((await findBrief(ctx, operationId)) !== null) return null;
    const briefId = await ctx.db.insert("briefs", { operationId, state: "researching" });
    const options = { onComplete: internal.brief.ended, context: { operationId } };
    const workflowId = await workflow.start(ctx, internal.brief.write, args, options);
    await ctx.db.patch(briefId, { workflowId });
    return null;
  },
});

export const decide = mutation({
  args: { operationId: v.string() },
  handler: async (ctx, { operationId }): Promise<null> => {
    const brief = await findBrief(ctx, operationId);
    if (brief?.state !== "waiting") return null;
    await ctx.db.patch(brief._id, { state: "writing" });
    await workflow.sendEvent(ctx, { ...goOn, workflowId: brief.workflowId!, value: null });
    return null;
  },
});

export const stateOf = query({
  args: { operationId: v.string() },
  handler: async (ctx, { operationId }): Promise<string | null> =>
    (await findBrief(ctx, operationId))?.state ?? null,
});

export const setState = internalMutation({
  args: { operationId: v.string(), state: vState },
  handler: async (ctx, { operationId, state }): Promise<null> => {
    const brief = await findBrief(ctx, operationId);
    if (brief !== null) await ctx.db.patch(brief._id, { state });
    return null;
  },
});

export const ended = internalMutation({
  args: {
    workflowId: vWorkflowId,
    result: vResultValidator,
    context: v.object({ operationId: v.string() }),
  },
  handler: async (ctx, { workflowId, result, context }): Promise<null> => {
    const brief = await findBrief(ctx, context.operationId);
    if (brief !== null && result.kind !== "success") await ctx.db.patch(brief._id, { state: "failed" });
    await workflow.cleanup(ctx, workflowId);
    return null;
  },
});

const findBrief = (ctx: QueryCtx, operationId: string) =>
  ctx.db
    .query("briefs")
    .withIndex("by_operation", (q) => q.eq("operationId", operationId))
    .unique();
