import { v } from "convex/values";
import { vCaller } from "../validators/principal.js";
import { vStreamChunk, vStreamState } from "../validators/stream.js";
import { mutation, query } from "./_generated/server.js";
import * as streams from "./model/streams.js";

/** Adds deltas to a stream; `alive: false` tells the writer to stop. The same `seq` is written once. */
export const append = mutation({
  args: { caller: vCaller, streamId: v.string(), ...vStreamChunk.fields },
  returns: v.object({ alive: v.boolean() }),
  handler: (ctx, args) => streams.append(ctx, args),
});

/** The chunks from `after` on, rounded down so that watchers share one cached query; of that thread alone where it is named. */
export const follow = query({
  args: { caller: vCaller, streamId: v.string(), after: v.number(), threadId: v.optional(v.string()) },
  returns: v.object({
    state: vStreamState,
    messageId: v.string(),
    chunks: v.array(vStreamChunk),
    more: v.boolean(),
  }),
  handler: (ctx, args) => streams.follow(ctx, args),
});
