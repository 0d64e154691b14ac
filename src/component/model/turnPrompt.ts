import { longShown, shortenAllForModel } from "../../shared/partBodies.js";
import { isBlank, textOf } from "../../shared/messageText.js";
import { PROMPT_STEP } from "../../shared/position.js";
import { userScope } from "../../shared/scope.js";
import { memoryError } from "../../validators/errors.js";
import type { Message, MessageState } from "../../validators/message.js";
import type { Caller } from "../../validators/principal.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { insertMessage, parseParts, toMessage, type ShownTurn } from "./messages.js";
import { indexMessage } from "./recall.js";
import { noteEdit } from "./summaryErasure.js";

/** What a run answers. */
export type Prompt = {
  messageId: Id<"messages">;
  turn: number;
  nextStep: number;
  row: Message;
  isNew: boolean;
  /** Its long parts as the context shows them. */
  long: ShownTurn["long"];
};

/** A prompt that is in the thread already. */
export async function findPrompt(
  ctx: MutationCtx,
  head: Doc<"threadHeads">,
  messageId: string,
): Promise<Prompt> {
  const id = ctx.db.normalizeId("messages", messageId);
  const message = id === null ? null : await ctx.db.get("messages", id);
  if (message === null || message.threadId !== head.threadId || message.role !== "user")
    throw memoryError("PROMPT_NOT_IN_THREAD", "The prompt must be a user message of this thread.", {
      messageId,
    });
  const last = await ctx.db
    .query("messages")
    .withIndex("by_place", (q) => q.eq("threadId", head.threadId).eq("turn", message.turn))
    .order("desc")
    .first();
  const nextStep = (last?.step ?? message.step) + 1;
  const row = toMessage(message);
  return { messageId: message._id, turn: message.turn, nextStep, row, isNew: false, long: [] };
}

/**
 * What the head must say when an earlier turn is written on: summaries that cover its end would not tell of the new
 * answer, and its new outputs are not old ones.
 */
export async function reopened(
  ctx: MutationCtx,
  head: Doc<"threadHeads">,
  { turn, nextStep }: Pick<Prompt, "turn" | "nextStep">,
): Promise<Partial<Doc<"threadHeads">>> {
  const noted = await noteEdit(ctx, head, { turn, step: nextStep });
  const isPruned = head.prunedTo !== undefined && head.prunedTo.turn > turn;
  return { ...noted, ...(isPruned ? { prunedTo: { turn, step: nextStep - 1 } } : {}) };
}

/** A new prompt, at the thread's next turn; one with `startAt` is not said before. */
export async function savePrompt(
  ctx: MutationCtx,
  head: Doc<"threadHeads">,
  { caller, prompt: given, startAt }: { caller: Caller; prompt?: unknown[]; startAt?: number },
): Promise<Prompt> {
  const parts = parseParts(given ?? []);
  if (isBlank(parts))
    throw memoryError("PROMPT_EMPTY", "The prompt has neither text nor a file: write something.");
  const place = { threadId: head.threadId, turn: head.nextTurn, step: PROMPT_STEP };
  const author = caller === "system" ? head.userId : caller.userId;
  const said = { role: "user" as const, ...(author === head.userId ? {} : { author }) };
  const state: MessageState = startAt === undefined ? { kind: "complete" } : { kind: "scheduled", startAt };
  const { messageId, tokens } = await insertMessage(ctx, { ...place, ...said, parts, state });
  const shown = shortenAllForModel(parts);
  const long = longShown(parts, shown).map(([part, bytes]): ShownTurn["long"][number] => [
    PROMPT_STEP,
    part,
    bytes,
  ]);
  const row: Message = {
    ...place,
    ...said,
    messageId,
    parts: shown,
    tokens,
    state,
    createdAt: Date.now(),
  };
  return { messageId, turn: head.nextTurn, nextStep: PROMPT_STEP + 1, row, isNew: true, long };
}

/** So that it can be recalled; null where it has no words. */
export async function indexPrompt(
  ctx: MutationCtx,
  head: Doc<"threadHeads">,
  prompt: Prompt,
): Promise<Id<"recallEntries"> | null> {
  const text = textOf(prompt.row.parts);
  if (text.trim() === "") return null;
  const { threadId } = head;
  return await indexMessage(ctx, {
    messageId: prompt.messageId,
    threadId,
    turn: prompt.turn,
    scope: userScope(head),
    role: "user",
    text,
    at: Date.now(),
    pending: true,
  });
}
