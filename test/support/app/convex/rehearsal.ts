// Runs a function of the component and takes everything back: what it read and wrote is in the host's spans.
import { internalMutationGeneric, type FunctionReference } from "convex/server";
import { ConvexError, v } from "convex/values";
import { memory } from "./memory.js";

type Doors = Record<string, Record<string, FunctionReference<"mutation", "internal">>>;

export const rehearse = internalMutationGeneric({
  args: { door: v.string(), args: v.any() },
  returns: v.null(),
  handler: async (ctx, { door, args }) => {
    const [domain = "", name = ""] = door.split(".");
    const reference = (memory.component as unknown as Doors)[domain]?.[name];
    if (reference === undefined) throw new ConvexError({ code: "NO_SUCH_DOOR", door });
    await ctx.runMutation(reference, args as Record<string, unknown>);
    throw new ConvexError({ code: "TAKEN_BACK" });
  },
});
