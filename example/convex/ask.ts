import { vRunTicket, type Part, type Principal } from "convex-agent-memory";
import type { RunTicket } from "convex-agent-memory/ai";
import { ConvexError, v } from "convex/values";
import { internal } from "./_generated/api.js";
import { action, mutation, type MutationCtx } from "./_generated/server.js";
import { memory, principal } from "./memory.js";
import { researcher } from "./researcher.js";
import { MOST_FILES } from "./uploads.js";

// Answers cost money. Who asks too often is refused with RATE_LIMITED and `details.retryAfterMs`, who has spent what they
// may with BUDGET_EXCEEDED and `details.resetsAt`: memory.ts says how often, admins how much (costs.ts).

/**
 * Asks the researcher; in a busy thread the question waits for its turn. `fileIds`: files of the caller that the question
 * is about. The answer is a durable run: watch it with the functions of chat.ts.
 */
export const send = mutation({
  args: {
    threadId: v.string(),
    prompt: v.string(),
    fileIds: v.optional(v.array(v.string())),
    operationId: v.string(),
  },
  returns: vRunTicket,
  handler: async (ctx, { prompt, fileIds = [], ...args }): Promise<RunTicket> => {
    const as = await principal(ctx);
    const files = await fileParts(ctx, as, fileIds);
    const asked = files.length === 0 ? prompt : [...files, ...textParts(prompt)];
    return await researcher.start(ctx, internal.researcher.run, { as, ...args, prompt: asked });
  },
});

/** Asks an earlier question of the thread again, as it stands there: after its answer failed, or was stopped. */
export const again = mutation({
  args: { threadId: v.string(), promptMessageId: v.string(), operationId: v.string() },
  returns: vRunTicket,
  handler: async (ctx, args): Promise<RunTicket> => {
    const as = await principal(ctx);
    return await researcher.start(ctx, internal.researcher.run, { as, ...args });
  },
});

const textParts = (text: string): Part[] => (text.trim() === "" ? [] : [{ type: "text", text }]);

/** The files of a question as parts of it. Someone else's is refused with FILE_NOT_FOUND, and nothing is asked. */
async function fileParts(ctx: MutationCtx, as: Principal, fileIds: string[]): Promise<Part[]> {
  if (fileIds.length > MOST_FILES)
    throw new ConvexError({
      code: "TOO_MANY_FILES",
      message: `A question may have ${MOST_FILES} files at most.`,
    });
  const { files } = memory.as(as);
  const parts: Part[] = [];
  for (const fileId of fileIds) {
    const { mediaType, name } = await files.get(ctx, { fileId });
    parts.push({
      type: "file",
      mediaType,
      ...(name === undefined ? {} : { name }),
      file: { kind: "stored", fileId },
    });
  }
  return parts;
}

/** Asks the researcher and gives the whole answer, for a client that does not watch; the turn runs in this action. */
export const answer = action({
  args: { threadId: v.string(), prompt: v.string(), operationId: v.string() },
  returns: v.object({ runId: v.string(), state: v.string(), text: v.string() }),
  handler: async (ctx, args): Promise<{ runId: string; state: string; text: string }> => {
    const as = await principal(ctx);
    const { runId, state, text } = await researcher.generate(ctx, { as, ...args });
    return { runId, state: state.kind, text };
  },
});
