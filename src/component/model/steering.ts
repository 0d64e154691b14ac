import { canonicalJson, hashText } from "../../shared/canonicalJson.js";
import { isBlank, textOf } from "../../shared/messageText.js";
import { ACTIVITY_RESOLUTION_MS } from "../../shared/limits.js";
import { STEERING_MAX_MESSAGES, STEERING_MAX_UNREAD } from "../../shared/runLimits.js";
import { placeSteering } from "../../shared/position.js";
import { threadScope, userScope } from "../../shared/scope.js";
import type { Part } from "../../validators/content.js";
import { memoryError } from "../../validators/errors.js";
import type { Caller } from "../../validators/principal.js";
import type { SteeringPlace } from "../../validators/steering.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { tellMessages } from "./hooks.js";
import { insertMessage, parseParts, toMessage, wholeTurn, type ShownTurn } from "./messages.js";
import { runOnce, type Operation } from "./operations.js";
import { indexMessage } from "./recall.js";
import { isLost } from "./runLease.js";
import { isActive } from "../../shared/runState.js";
import { nextStepOf, stateOf } from "./runRows.js";

export type Steering = {
  /** Of a thread in which the caller may write. */
  run: Doc<"runs">;
  head: Doc<"threadHeads">;
  caller: Caller;
  prompt: unknown[];
  operationId?: string;
};

/**
 * Writes a user's message into the turn of a run under way, at its final place; the run's next call of the model reads
 * it. With an `operationId`, repeating it gives the first place, also when the run has ended meanwhile.
 */
export async function steerRun(ctx: MutationCtx, steering: Steering): Promise<SteeringPlace> {
  const { run, head, operationId } = steering;
  const parts = parseParts(steering.prompt);
  if (isBlank(parts))
    throw memoryError("PROMPT_EMPTY", "The prompt has neither text nor a file: write something.");
  const author = authorOf(steering);
  const operation = { scope: threadScope(head.threadId), operationId, payload: payloadOf(author, parts) };
  const place = await runOnce(ctx, operation, () => write(ctx, { run, head, parts, author }));
  if (place.runId === run._id) return place;
  throw memoryError("OPERATION_MISMATCH", "This operationId has steered another run: make a new one.", {
    runId: place.runId,
  });
}

const authorOf = ({ caller, head }: Pick<Steering, "caller" | "head">): string =>
  caller === "system" ? head.userId : caller.userId;

/** Without the run: who begins a turn that steers does not know it, and repeats it when the run may have ended. */
const payloadOf = (author: string, parts: Part[]) => ({ kind: "steering", author, parts });

/** Under which a steering message is remembered. */
export async function operationOf(
  steering: Omit<Steering, "run" | "operationId"> & { operationId: string },
): Promise<Operation> {
  const { head, operationId, prompt } = steering;
  const payload = payloadOf(authorOf(steering), parseParts(prompt));
  const payloadHash = await hashText(canonicalJson(payload));
  return { scope: threadScope(head.threadId), operationId, payloadHash };
}

type Writing = { run: Doc<"runs">; head: Doc<"threadHeads">; parts: Part[]; author: string };

async function write(ctx: MutationCtx, { run, head, parts, author }: Writing): Promise<SteeringPlace> {
  checkSteerable(run);
  const { step, unread } = placeSteering(nextStepOf(run), run.steering);
  const place = { threadId: run.threadId, turn: run.turn, step };
  const said = author === head.userId ? {} : { author };
  const message = { ...place, ...said, role: "user" as const, parts, runId: run._id };
  const { messageId, preview } = await insertMessage(ctx, message);
  await ctx.db.patch("runs", run._id, { steering: unread });
  await ctx.db.patch("threadHeads", head._id, {
    messages: head.messages + 1,
    ...(preview === "" ? {} : { preview: { role: "user", text: preview } }),
  });
  const now = Date.now();
  const text = textOf(parts);
  if (text.trim() !== "") {
    const { threadId, turn } = place;
    const entry = { messageId, threadId, turn, scope: userScope(head), role: "user" as const, text };
    await indexMessage(ctx, { ...entry, at: now, pending: true });
  }
  if (now - run._creationTime >= ACTIVITY_RESOLUTION_MS)
    await ctx.db.patch("threads", run.threadId, { lastActivityAt: now });
  await tellMessages(ctx, run.hooks);
  return { runId: run._id, messageId, turn: run.turn, step };
}

function checkSteerable(run: Doc<"runs">): void {
  const state = stateOf(run);
  if (!isActive(state) || isLost(run))
    throw memoryError("RUN_ENDED", "The run has ended and reads nothing any more: begin a new turn.", {
      runId: run._id,
      state: isActive(state) ? "lost" : state.kind,
    });
  if (state.kind === "queued")
    throw memoryError(
      "RUN_QUEUED",
      "The run waits for its turn and has nothing to steer: begin another turn, or cancel it and ask anew.",
      { runId: run._id },
    );
  const unread = run.steering === undefined ? 0 : run.steering.next - run.steering.from;
  const messages = unread + (run.steered?.messages ?? 0);
  if (unread < STEERING_MAX_UNREAD && messages < STEERING_MAX_MESSAGES) return;
  throw memoryError(
    "STEERING_FULL",
    messages < STEERING_MAX_MESSAGES
      ? `The run has ${unread} messages that it has not read yet: wait until it has.`
      : `The run was steered ${messages} times: wait for its end, or cancel it, and begin a new turn.`,
    { runId: run._id, unread, messages },
  );
}

/** True when messages came that no answer of the run stands behind yet. */
export const hasUnanswered = ({ steering, steered, steps = 0 }: Doc<"runs">): boolean =>
  steering !== undefined || steered?.atStep === steps;

/** The run once a call of the model reads what came meanwhile: it goes on behind it. */
export function withSteeringRead(run: Doc<"runs">, steps: number): Doc<"runs"> {
  const { steering, steered = { messages: 0, places: 0 } } = run;
  if (steering === undefined) return run;
  return {
    ...run,
    nextStep: steering.next,
    steering: undefined,
    steered: {
      messages: steered.messages + steering.next - steering.from,
      places: steered.places + steering.next - nextStepOf(run),
      atStep: steps,
    },
  };
}

/** What a run has not read yet, as a context shows it: at most `STEERING_MAX_UNREAD` messages. */
export async function showUnread(
  ctx: QueryCtx,
  { threadId, turn, steering }: Doc<"runs">,
): Promise<ShownTurn | null> {
  if (steering === undefined) return null;
  const { from, next } = steering;
  const rows = await ctx.db
    .query("messages")
    .withIndex("by_place", (q) =>
      q.eq("threadId", threadId).eq("turn", turn).gte("step", from).lt("step", next),
    )
    .take(STEERING_MAX_UNREAD);
  return await wholeTurn(ctx, rows.map(toMessage), turn);
}
