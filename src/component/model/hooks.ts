import type { FunctionHandle } from "convex/server";
import { comparePositions } from "../../shared/position.js";
import { logRun } from "../../shared/runLog.js";
import { principalOf } from "../../shared/scope.js";
import { isMemoryError } from "../../validators/errors.js";
import type { BudgetExceeded, BudgetWarning } from "../../validators/budget.js";
import type { HookHandles } from "../../validators/hook.js";
import type { Message } from "../../validators/message.js";
import type { Run } from "../../validators/run.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { toMessage } from "./messageRows.js";
import { toRun } from "./runRows.js";
import { findHead } from "./threadAccess.js";
import { takeWritten } from "./writtenMessages.js";

type Told = { messages: Message[] } | { run: Run } | { budget: BudgetWarning };

/**
 * Tells the app of every message that this mutation has written, in its transaction, in one call. Placeholders of
 * answers that are to come are told when they are filled, scheduled prompts when they are said. Costs nothing without a
 * hook.
 */
export async function tellMessages(ctx: MutationCtx, hooks: HookHandles | undefined): Promise<void> {
  const ids = takeWritten(ctx);
  if (hooks?.onMessage === undefined || ids.length === 0) return;
  const messages: Message[] = [];
  for (const id of ids) {
    const row = await ctx.db.get("messages", id);
    if (row !== null && isSaid(row)) messages.push(await asListed(ctx, row));
  }
  if (messages.length === 0) return;
  const { runId } = messages[0] ?? {};
  await tell(ctx, {
    hook: "onMessage",
    handle: hooks.onMessage,
    runId,
    told: { messages: inOrder(messages) },
  });
}

/** As lists show them; the end of a nested run writes in the thread of the run that asked as well. */
function inOrder(messages: readonly Message[]): Message[] {
  const threadIds = messages.map(({ threadId }) => threadId);
  const ofThread = ({ threadId }: Message): number => threadIds.indexOf(threadId);
  return [...messages].sort((one, other) => ofThread(one) - ofThread(other) || comparePositions(one, other));
}

/** Placeholders and what is to be said later are not there yet. */
const isSaid = ({ state }: Doc<"messages">): boolean =>
  state?.kind !== "streaming" && state?.kind !== "scheduled";

/** Tells the app that a run has ended, behind what it said last. */
export async function tellRunEnd(ctx: MutationCtx, { _id, hooks }: Doc<"runs">): Promise<void> {
  await tellMessages(ctx, hooks);
  if (hooks?.onRunFinished === undefined) return;
  const run = await ctx.db.get("runs", _id);
  if (run === null) return;
  await tell(ctx, {
    hook: "onRunFinished",
    handle: hooks.onRunFinished,
    runId: _id,
    told: { run: toRun(run) },
  });
}

/** Tells the app that a run has passed a soft budget: the caller sees to it that this is once in a period. */
export async function tellBudgetWarning(
  ctx: MutationCtx,
  {
    _id: runId,
    threadId,
    agentName,
    scope,
    hooks,
  }: Pick<Doc<"runs">, "_id" | "threadId" | "agentName" | "scope" | "hooks">,
  exceeded: BudgetExceeded,
): Promise<void> {
  if (hooks?.onBudgetWarning === undefined) return;
  const budget = { ...exceeded, runId, threadId, agentName, ...(principalOf(scope) ?? { userId: "" }) };
  await tell(ctx, { hook: "onBudgetWarning", handle: hooks.onBudgetWarning, runId, told: { budget } });
}

/** As lists show it: a prompt names its author. */
async function asListed(ctx: MutationCtx, row: Doc<"messages">): Promise<Message> {
  const message = toMessage(row);
  if (message.role !== "user" || message.author !== undefined) return message;
  const head = await findHead(ctx, row.threadId);
  return head === null ? message : { author: head.userId, ...message };
}

type Telling = { hook: keyof HookHandles; handle: string; runId: string | undefined; told: Told };

/** What a hook wrote until it failed is taken back; what we save stands, because an answer was paid for. */
async function tell(ctx: MutationCtx, { hook, handle, runId, told }: Telling): Promise<void> {
  try {
    await ctx.runMutation(asHook(handle), told);
  } catch (error) {
    const code = isMemoryError(error) ? error.data.code : error instanceof Error ? error.name : "Error";
    logRun(ctx, "errors", { event: "hook.failed", ...(runId === undefined ? {} : { runId }), hook, code });
  }
}

/** The boundary where a handle that was kept as text is a function again. */
const asHook = (handle: string) => handle as FunctionHandle<"mutation", Told>;
