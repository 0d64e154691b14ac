import { v } from "convex/values";
import { action } from "./_generated/server.js";
import { principal } from "./memory.js";
import { modelInfo } from "./models/index.js";

/** Which models this deployment runs, as `provider/model`. An action: models stay out of queries. */
export const models = action({
  args: {},
  returns: v.object({ chat: v.string(), embedding: v.string() }),
  handler: async (ctx) => {
    await principal(ctx);
    return modelInfo();
  },
});
