import { isMemoryError } from "convex-agent-memory";
import { api } from "../convex/_generated/api.js";
import { AnswerWatcher } from "./answerWatcher.js";
import { citationsIn, findFalseCitations } from "./citations.js";
import type { Session } from "./session.js";

export type Answer = {
  question: string;
  answer: string;
  citations: string[];
  /** Citations that name no ingested document and heading of it. */
  falseCitations: string[];
  /** Model steps of the run. */
  steps: number;
  /** From sending the question to the end of the run, and to the first text on the screen. */
  ms: number;
  firstTokenMs: number | null;
  state: string;
  threadId: string;
  /** The streams that were followed: one a step, more when a step was started again. */
  streamIds: string[];
};

export type AskHooks = {
  /** Called when text of an answer arrives, with the model steps saved so far. */
  onText?: (progress: { savedSteps: number; threadId: string }) => void;
};

/** A run that waits for a model of a busy machine is still well. */
const ANSWER_TIMEOUT_MS = 300_000;

/** Asks in a thread of its own, and shows the answer while it is written. */
export async function ask(session: Session, question: string, hooks: AskHooks = {}): Promise<Answer> {
  const { client, screen } = session;
  screen.line(`\n> ${question}`);
  const { threadId } = await client.mutation(api.chat.createThread, { title: question });
  let firstTokenMs: number | null = null;
  let startedAt = performance.now();
  const watcher = new AnswerWatcher(client, threadId, {
    onText: (text) => {
      firstTokenMs ??= performance.now() - startedAt;
      screen.write(text);
      hooks.onText?.({ savedSteps: watcher.savedSteps, threadId });
    },
    onRestart: () => screen.line("\n… the call was lost and is made again:"),
  });
  startedAt = await send(session, { threadId, prompt: question });
  const run = await watcher.untilEnded(ANSWER_TIMEOUT_MS);
  const ms = performance.now() - startedAt;
  screen.line();
  const citations = citationsIn(watcher.answer);
  return {
    question,
    answer: watcher.answer,
    citations,
    falseCitations: await findFalseCitations(client, citations),
    steps: run.steps,
    ms,
    firstTokenMs,
    state: run.state.kind === "failed" ? `failed: ${run.state.code}: ${run.state.message}` : run.state.kind,
    threadId,
    streamIds: watcher.streamIds,
  };
}

/** Sends a question, after a pause when there were too many; returns when it was sent. */
async function send(
  { client, screen }: Session,
  question: { threadId: string; prompt: string },
): Promise<number> {
  const operationId = crypto.randomUUID();
  for (;;) {
    const sentAt = performance.now();
    try {
      await client.mutation(api.ask.send, { ...question, operationId });
      return sentAt;
    } catch (error) {
      const retryAfter = retryAfterOf(error);
      if (retryAfter === null) throw error;
      screen.line(`(the limit of questions a minute is reached: waiting ${Math.ceil(retryAfter / 1000)} s)`);
      await new Promise((resolve) => setTimeout(resolve, retryAfter));
    }
  }
}

/** How long to wait, in ms, when the error says that there were too many questions; else `null`. */
function retryAfterOf(error: unknown): number | null {
  if (!isMemoryError(error, "RATE_LIMITED")) return null;
  const { retryAfterMs } = error.data.details;
  return typeof retryAfterMs === "number" ? retryAfterMs : null;
}
