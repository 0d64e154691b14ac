import { v } from "convex/values";
import { vOpaqueParts } from "../validators/opaqueParts.js";
import { vHooks } from "../validators/hook.js";
import { vMessage } from "../validators/message.js";
import { vNewMessage, vPlace } from "../validators/messageWrite.js";
import { vPage, vPageRequest } from "../validators/page.js";
import { vCaller } from "../validators/principal.js";
import { mutation, query } from "./_generated/server.js";
import * as messages from "./model/messages.js";

/** Writes messages at the thread's end. With `operationId`, repeating it gives the first places. */
export const append = mutation({
  args: {
    caller: vCaller,
    threadId: v.string(),
    messages: v.array(vNewMessage),
    operationId: v.optional(v.string()),
    hooks: v.optional(vHooks),
  },
  returns: v.object({ places: v.array(vPlace) }),
  handler: (ctx, args) => messages.append(ctx, args),
});

/** The messages of a thread by their places, long parts as previews. */
export const list = query({
  args: {
    caller: vCaller,
    threadId: v.string(),
    turn: v.optional(v.number()),
    ...vPageRequest,
    order: v.union(v.literal("asc"), v.literal("desc")),
  },
  returns: vPage(vMessage),
  handler: (ctx, args) => messages.list(ctx, args),
});

/** A message by its id, long parts as previews. */
export const get = query({
  args: { caller: vCaller, messageId: v.string() },
  returns: vMessage,
  handler: (ctx, args) => messages.get(ctx, args),
});

/** The whole text of one part, from piece `cursor` on; the answer's `cursor` is null at its end. */
export const read = query({
  args: { caller: vCaller, messageId: v.string(), part: v.number(), cursor: v.number() },
  returns: v.object({ text: v.string(), cursor: v.union(v.number(), v.null()) }),
  handler: (ctx, args) => messages.read(ctx, args),
});

/** Replaces the parts or the metadata of a message that is not being written. */
export const update = mutation({
  args: {
    caller: vCaller,
    messageId: v.string(),
    parts: v.optional(vOpaqueParts),
    metadata: v.optional(v.string()),
  },
  returns: v.null(),
  handler: (ctx, args) => messages.update(ctx, args),
});

/** Removes a message with its whole tool group. */
export const remove = mutation({
  args: { caller: vCaller, messageId: v.string() },
  returns: v.object({ removed: v.number() }),
  handler: (ctx, args) => messages.remove(ctx, args),
});
