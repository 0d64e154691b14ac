import { v } from "convex/values";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller, vParticipantRole, vPrincipal } from "../validators/principal.js";
import { vParticipant, vThread, vThreadHit, vThreadStatus } from "../validators/thread.js";
import { mutation, query } from "./_generated/server.js";
import * as threads from "./model/threads.js";

/** Opens a thread. With `operationId`, repeating it gives the first one. */
export const create = mutation({
  args: {
    caller: vCaller,
    title: v.optional(v.string()),
    metadata: v.optional(v.string()),
    operationId: v.optional(v.string()),
    parentThreadId: v.optional(v.string()),
    owner: v.optional(vPrincipal),
  },
  returns: v.object({ threadId: v.string() }),
  handler: (ctx, args) => threads.create(ctx, args),
});

/** A thread by its id. */
export const get = query({
  args: { caller: vCaller, threadId: v.string() },
  returns: vThread,
  handler: (ctx, args) => threads.get(ctx, args),
});

/** The threads of an owner, newest activity first. */
export const list = query({
  args: {
    caller: vCaller,
    ...vPageRequest,
    status: v.optional(vThreadStatus),
    owner: v.optional(vPrincipal),
  },
  returns: vPage(vThread),
  handler: (ctx, args) => threads.list(ctx, args),
});

/** The threads of an owner that fit some words, by their titles and by what was said. */
export const search = query({
  args: { caller: vCaller, query: v.string(), limit: v.optional(v.number()), owner: v.optional(vPrincipal) },
  returns: v.array(vThreadHit),
  handler: (ctx, args) => threads.search(ctx, args),
});

/** How many threads an owner has. */
export const count = query({
  args: { caller: vCaller, owner: v.optional(vPrincipal) },
  returns: v.number(),
  handler: (ctx, args) => threads.count(ctx, args),
});

/** Changes what is named of a thread; its owner may. */
export const update = mutation({
  args: {
    caller: vCaller,
    threadId: v.string(),
    title: v.optional(v.string()),
    status: v.optional(vThreadStatus),
    metadata: v.optional(v.string()),
  },
  returns: v.null(),
  handler: (ctx, args) => threads.update(ctx, args),
});

/** Closes a thread to everyone at once; a sweep removes its rows. */
export const remove = mutation({
  args: { caller: vCaller, threadId: v.string() },
  returns: v.null(),
  handler: (ctx, args) => threads.remove(ctx, args),
});

/** Lets a user of the same tenant into a thread, or changes what they may do there. */
export const setParticipant = mutation({
  args: { caller: vCaller, threadId: v.string(), userId: v.string(), role: vParticipantRole },
  returns: v.null(),
  handler: (ctx, args) => threads.setParticipant(ctx, args),
});

/** Shuts a user out of a thread; anyone may leave. */
export const removeParticipant = mutation({
  args: { caller: vCaller, threadId: v.string(), userId: v.string() },
  returns: v.null(),
  handler: (ctx, args) => threads.removeParticipant(ctx, args),
});

/** Who else may open a thread. */
export const listParticipants = query({
  args: { caller: vCaller, threadId: v.string() },
  returns: v.array(vParticipant),
  handler: (ctx, args) => threads.listParticipants(ctx, args),
});
