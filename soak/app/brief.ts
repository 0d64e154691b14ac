// A workflow of the app's own: the researcher collects, somebody decides, the writer writes.
import { defineEvent, vResultValidator, vWorkflowId, type WorkflowId } from "@convex-dev/workflow";
import {
  anyApi,
  internalMutationGeneric,
  mutationGeneric,
  queryGeneric,
  type FunctionReference,
  type GenericDataModel,
  type GenericQueryCtx,
} from "convex/server";
import { v, type GenericId, type Infer } from "convex/values";
import { researcher, writer } from "./agents.js";
import { memory, workflow } from "./memory.js";
import schema from "./schema.js";

type Internal = FunctionReference<"mutation", "internal">;
/** The boundary where a path becomes a reference. */
const mutationAt = (module: string, name: string): Internal => anyApi[module]![name]!;

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
    const tell = (state: string) => step.runMutation(mutationAt("brief", "setState"), { operationId, state });
    await researcher.runIn(step, mutationAt("researcher", "run"), { as, threadId, prompt: research });
    await tell("waiting");
    await step.awaitEvent(goOn);
    await writer.runIn(step, mutationAt("writer", "run"), { as, threadId, prompt: writing });
    await tell("completed");
    return null;
  },
});

export const start = mutationGeneric({
  args: vArgs,
  handler: async (ctx, args): Promise<null> => {
    const { operationId, userId, threadId } = args;
    await memory.as({ userId }).threads.get(ctx, { threadId });
    if ((await findBrief(ctx, operationId)) !== null) return null;
    const briefId = await ctx.db.insert("briefs", { operationId, state: "researching" });
    const options = { onComplete: mutationAt("brief", "ended"), context: { operationId } };
    const workflowId = await workflow.start(ctx, mutationAt("brief", "write"), args, options);
    await ctx.db.patch(briefId, { workflowId });
    return null;
  },
});

export const decide = mutationGeneric({
  args: { operationId: v.string() },
  handler: async (ctx, { operationId }): Promise<null> => {
    const brief = await findBrief(ctx, operationId);
    if (brief?.state !== "waiting") return null;
    await ctx.db.patch(brief._id, { state: "writing" });
    await workflow.sendEvent(ctx, { ...goOn, workflowId: brief.workflowId!, value: null });
    return null;
  },
});

export const stateOf = queryGeneric({
  args: { operationId: v.string() },
  handler: async (ctx, { operationId }): Promise<string | null> =>
    (await findBrief(ctx, operationId))?.state ?? null,
});

export const setState = internalMutationGeneric({
  args: { operationId: v.string(), state: vState },
  handler: async (ctx, { operationId, state }) => {
    const brief = await findBrief(ctx, operationId);
    if (brief !== null) await ctx.db.patch(brief._id, { state });
    return null;
  },
});

export const ended = internalMutationGeneric({
  args: {
    workflowId: vWorkflowId,
    result: vResultValidator,
    context: v.object({ operationId: v.string() }),
  },
  handler: async (ctx, { workflowId, result, context }) => {
    const brief = await findBrief(ctx, context.operationId);
    if (brief !== null && result.kind !== "success") await ctx.db.patch(brief._id, { state: "failed" });
    await workflow.cleanup(ctx, workflowId);
    return null;
  },
});

type Brief = { _id: GenericId<"briefs">; state: Infer<typeof vState>; workflowId?: WorkflowId };

/** The boundary where a row of an untyped ctx becomes a brief. */
const findBrief = async (
  ctx: Pick<GenericQueryCtx<GenericDataModel>, "db">,
  operationId: string,
): Promise<Brief | null> =>
  (await ctx.db
    .query("briefs")
    .withIndex("by_operation", (q) => q.eq("operationId", operationId))
    .unique()) as Brief | null;
