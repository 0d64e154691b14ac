import type { ConvexClient } from "convex/browser";
import type { Message, Run } from "convex-agent-memory";
import { api } from "../convex/_generated/api.js";
import { deferred } from "./deferred.js";
import { StreamFollower } from "./streamFollower.js";

export type WatcherEvents = {
  /** Text of the answer, as it is written. */
  onText: (text: string) => void;
  /** A step was started again after a crash: its text comes anew. */
  onRestart: () => void;
};

/** Messages of one turn that are watched: more than an answer of the demo has. */
const WATCHED_MESSAGES = 50;

/** Watches a thread by subscriptions until its run ends, and tells the text of the answer while it is written. */
export class AnswerWatcher {
  /** Every stream that was followed, in order. */
  readonly streamIds: string[] = [];
  /** Model steps that are saved so far. */
  savedSteps = 0;
  #follower: StreamFollower | null = null;
  /** What was told of each message. */
  #told = new Map<string, string>();
  #messages: Message[] = [];
  #run: Run | null = null;
  #outcome = deferred<Run>();

  constructor(
    private readonly client: ConvexClient,
    private readonly threadId: string,
    private readonly events: WatcherEvents,
  ) {}

  /** Resolves with the run when it ended and its messages are here; rejects after `timeoutMs`. */
  async untilEnded(timeoutMs: number): Promise<Run> {
    const fail = (error: Error) => this.#outcome.reject(error);
    const timer = setTimeout(
      () => fail(new Error(`The run did not end within ${timeoutMs / 1000} s.`)),
      timeoutMs,
    );
    const { client, threadId } = this;
    const page = { threadId, cursor: null, limit: WATCHED_MESSAGES };
    const unsubscribes = [
      client.onUpdate(api.chat.listMessages, page, (newest) => this.#seeMessages(newest.page), fail),
      client.onUpdate(api.chat.getRun, { threadId }, (run) => this.#seeRun(run), fail),
    ];
    try {
      return await this.#outcome.promise;
    } finally {
      clearTimeout(timer);
      this.#follower?.close();
      for (const unsubscribe of unsubscribes) unsubscribe();
    }
  }

  /** The last text that the agent wrote. */
  get answer(): string {
    const texts = this.#messages.filter(({ role }) => role === "assistant").map(textOf);
    return texts.find((text) => text !== "") ?? "";
  }

  #seeMessages(newestFirst: Message[]): void {
    this.#messages = newestFirst;
    for (const message of newestFirst.toReversed()) {
      if (message.role !== "assistant") continue;
      if (message.state.kind === "streaming") this.#follow(message.messageId, message.state.streamId);
      else this.#tellRest(message);
    }
    this.#endWhenComplete();
  }

  #follow(messageId: string, streamId: string): void {
    if (this.streamIds.includes(streamId)) return;
    this.streamIds.push(streamId);
    this.#follower?.close();
    if (this.#told.has(messageId)) this.events.onRestart();
    this.#told.delete(messageId);
    this.#follower = new StreamFollower(this.client, {
      threadId: this.threadId,
      streamId,
      onText: (text) => this.#tell(messageId, text),
    });
  }

  /** A message may be saved before its last chunks were seen: the rest comes from the message. */
  #tellRest(message: Message): void {
    const told = this.#told.get(message.messageId) ?? "";
    const whole = textOf(message);
    if (whole.length > told.length && whole.startsWith(told)) {
      this.#follower?.close();
      this.#tell(message.messageId, whole.slice(told.length));
    }
  }

  #tell(messageId: string, text: string): void {
    this.#told.set(messageId, (this.#told.get(messageId) ?? "") + text);
    this.events.onText(text);
  }

  #seeRun(run: Run | null): void {
    this.#run = run;
    this.savedSteps = run?.steps ?? 0;
    this.#endWhenComplete();
  }

  #endWhenComplete(): void {
    const writing = this.#messages.some(({ state }) => state.kind === "streaming");
    const isEnded = this.#run !== null && "endedAt" in this.#run.state;
    if (this.#run !== null && isEnded && !writing && this.#messages.length > 0)
      this.#outcome.resolve(this.#run);
  }
}

function textOf({ parts }: Message): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}
