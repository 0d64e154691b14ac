import type { UIMessage, UIMessageChunk } from "ai";
import type { MessageMetadata, ThreadMessage } from "../parts/uiMessages.js";
import type { MessageState } from "../validators/message.js";
import type { Run, RunTotals } from "../validators/run.js";
import type { UIPart } from "../parts/codec.js";
import { chunksBetween } from "./chatChunks.js";
import { plainWords } from "./chatErrors.js";
import type { ThreadSnapshot } from "./threadStore.js";

/** What `useChat` knows of an answer besides its parts. */
export type ChatMetadata = Omit<MessageMetadata, "state"> & {
  /** How the answer came out; absent while it is written. */
  state?: MessageState;
  /** What its run has used so far, once it has ended or waits. */
  usage?: RunTotals;
};

/** Which answer is written, and what of it is there already. */
export type FollowedAnswer = {
  runId: string;
  /** The answer stands behind this message; the run's last one where it is not told. */
  promptMessageId?: string;
  /** An answer that goes on, as it is shown. */
  before?: Pick<UIMessage, "id" | "parts">;
  /** Nothing was decided that it goes on with: do not ask again and again. */
  isUnchanged?: boolean;
};

/** Turns what is known of a thread, time after time, into the chunks of one answer. */
export class AnswerWriter {
  #parts: readonly UIPart[];
  #isStarted = false;

  constructor(private readonly followed: FollowedAnswer) {
    this.#parts = followed.before?.parts ?? [];
  }

  /** What is new; `isDone` when nothing will follow. */
  next({ messages, run, isLoading, error }: ThreadSnapshot): { chunks: UIMessageChunk[]; isDone: boolean } {
    if (error !== undefined) return { chunks: [failure(plainWords(error))], isDone: true };
    if (isLoading) return { chunks: [], isDone: false };
    const answer = this.#find(messages);
    const chunks = answer === undefined ? [] : this.#grow(answer);
    const end =
      answer?.metadata?.state.kind === "streaming" ? null : endOf(run, { ...this.followed, answer });
    if (end !== null) chunks.push(...this.#end(end, answer));
    return { chunks, isDone: end !== null };
  }

  #find(messages: readonly ThreadMessage[]): ThreadMessage | undefined {
    const { runId, promptMessageId, before } = this.followed;
    if (before !== undefined) return messages.find(({ id }) => id === before.id);
    const answers = messages
      .slice(messages.findIndex(({ id, metadata }) => (metadata?.messageId ?? id) === promptMessageId) + 1)
      .filter(({ role, metadata }) => role === "assistant" && metadata?.runId === runId);
    return promptMessageId === undefined ? answers.at(-1) : answers[0];
  }

  #grow({ id, metadata, parts }: ThreadMessage): UIMessageChunk[] {
    const { state: _, ...known } = metadata!; // every message of a thread has it
    const start: UIMessageChunk = { type: "start", messageId: id, messageMetadata: known };
    const chunks = [...(this.#isStarted ? [] : [start]), ...chunksBetween(this.#parts, parts)];
    this.#isStarted = true;
    this.#parts = parts;
    return chunks;
  }

  #end({ kind, usage, errorText }: AnswerEnd, answer: ThreadMessage | undefined): UIMessageChunk[] {
    const isStuck = kind === "tool-calls" && this.followed.isUnchanged === true;
    const messageMetadata = { ...answer?.metadata, ...(usage === undefined ? {} : { usage }) };
    return [
      {
        ...{ type: "finish", finishReason: isStuck ? "interrupted" : kind },
        ...(answer === undefined ? {} : { messageMetadata }),
      },
      ...(errorText === undefined ? [] : [failure(errorText)]),
    ];
  }
}

type AnswerEnd = {
  kind: "stop" | "tool-calls" | "interrupted" | "error";
  usage?: RunTotals;
  errorText?: string;
};

/** How the run ended, or that it waits for somebody; `null` while more will come. */
function endOf(
  run: Run | null,
  { runId, answer }: { runId: string; answer: ThreadMessage | undefined },
): AnswerEnd | null {
  if (run === null) return null;
  if (run.runId !== runId) return endBefore(run, answer);
  const { state, totals: usage } = run;
  switch (state.kind) {
    case "queued":
    case "running":
      return null;
    case "awaitingApproval":
    case "awaitingResult":
      return isAtWork(run, answer) ? null : { kind: "tool-calls", usage };
    case "completed":
      return { kind: "stop", usage };
    case "canceled":
      return { kind: "interrupted", usage };
    case "failed":
      return { kind: "error", usage, errorText: state.message };
  }
}

/** True while tools run that nobody is asked about: what they give comes yet. */
function isAtWork({ waiting }: Run, answer: ThreadMessage | undefined): boolean {
  const asked = new Set(waiting?.calls?.map(({ callId }) => callId));
  return (answer?.parts ?? []).some(
    (part) => part.type === "dynamic-tool" && part.state === "input-available" && !asked.has(part.toolCallId),
  );
}

/** Another run has the thread: one before ours, which waits, or one behind it, and ours has ended unseen. */
function endBefore(run: Run, answer: ThreadMessage | undefined): AnswerEnd | null {
  const metadata = answer?.metadata;
  if (metadata === undefined || run.turn <= metadata.turn) return null;
  const { state } = metadata;
  return state.kind === "failed" ? { kind: "error", errorText: state.reason } : { kind: "stop" };
}

const failure = (errorText: string): UIMessageChunk => ({ type: "error", errorText });
