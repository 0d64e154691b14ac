import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";

/** What each mutation has written so far: whoever saves last tells the app. */
const written = new WeakMap<MutationCtx, Set<Id<"messages">>>();

/** Notes a message that this mutation writes, or fills. */
export function noteWritten(ctx: MutationCtx, messageId: Id<"messages">): void {
  const ids = written.get(ctx) ?? new Set();
  written.set(ctx, ids.add(messageId));
}

/** The messages that this mutation has written since it was last asked. */
export function takeWritten(ctx: MutationCtx): Id<"messages">[] {
  const ids = written.get(ctx) ?? [];
  written.delete(ctx);
  return [...ids];
}
