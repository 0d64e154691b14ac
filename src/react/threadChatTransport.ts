import type { ChatTransport, UIMessage, UIMessageChunk } from "ai";
import type { MessageMetadata } from "../parts/uiMessages.js";
import { isActive } from "../shared/runState.js";
import { memoryError } from "../validators/errors.js";
import type { Run, WaitingCall } from "../validators/run.js";
import { callMutation } from "./boundMutation.js";
import type { FollowedAnswer } from "./chatAnswer.js";
import { decisionsFor } from "./chatDecisions.js";
import { rethrow } from "./chatErrors.js";
import { sentMessage, type SentMessage } from "./chatPrompt.js";
import { streamAnswer } from "./chatStream.js";
import { newOperationId } from "./operationId.js";
import type { PublicMutation } from "./references.js";
import type { RunApi } from "./runApi.js";
import type { ThreadApi } from "./threadApi.js";
import { ThreadStore } from "./threadStore.js";
import type { MemoryClient } from "./watchingStore.js";

/** The app's functions that a chat calls, as `memory.exposeApi` makes them. */
export type ThreadChatApi = ThreadApi &
  Pick<RunApi, "cancelRun" | "listWaiting" | "decideApproval"> &
  // Only for tools that the page answers itself.
  Partial<Pick<RunApi, "answerTool">>;

/** What of a prompt's run a chat must know: `agent.start` gives it. */
type Ticket = { runId: string; messageId: string };
type SendMutation = PublicMutation<Record<string, unknown>, Ticket>;

export type ThreadChatOptions<Send extends SendMutation> = {
  client: MemoryClient;
  api: ThreadChatApi;
  /** The app's mutation that sends a prompt and gives the run's ticket. */
  send: Send;
  /** Makes its arguments; `sent.args` unless told. */
  args?: (sent: SentMessage) => Send["_args"];
  /** The app's mutation that answers an earlier prompt again. Without it `regenerate` only sends again what failed. */
  regenerate?: PublicMutation<{ threadId: string; promptMessageId: string; operationId: string }, Ticket>;
  /** What `stop` does to the run: `cancel` unless told; `leave` lets it go on, unseen by this chat. */
  onAbort?: "cancel" | "leave";
};

type SendOptions = Parameters<ChatTransport<UIMessage>["sendMessages"]>[0];
type ResumeOptions = Parameters<ChatTransport<UIMessage>["reconnectToStream"]>[0];
type Chunks = ReadableStream<UIMessageChunk>;

/**
 * Lets `useChat` of `@ai-sdk/react` run on threads: the id of a chat is that of its thread. Only the new prompt is sent;
 * the answer is followed from the database until its run ends, fails or waits for somebody, and again after a reload
 * (`resume: true`). Answers to approvals, and outputs that the page gives, go to the run that waits for them.
 *
 * A sent message cannot be edited (`INVALID_ARGUMENT`). What the app's functions throw is the chat's `error`, in the words
 * that it carries.
 *
 * @example
 * const transport = new ThreadChatTransport({ client, api: api.chat, send: api.ask.send });
 * const { messages, sendMessage } = useChat({ id: threadId, messages: history, transport, resume: true });
 */
export class ThreadChatTransport<Send extends SendMutation> implements ChatTransport<UIMessage> {
  /** A run that is resumed is told from the start of its answer. */
  readonly resumeStreamIsReplay = true;
  /** The messages of threads for those that were sent from here, which have ids of the page's own. */
  readonly #sent = new Map<string, string>();
  /** Of prompts whose sending failed: it may have arrived. */
  readonly #operations = new Map<string, string>();
  /** By chat: runs that are canceled at once unless the chat comes back to them. */
  readonly #canceling = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly options: ThreadChatOptions<Send>) {}

  /** Called by `useChat`. */
  async sendMessages(request: SendOptions): Promise<Chunks> {
    return await this.#answer(request).catch(rethrow);
  }

  /** Called by `useChat`: the stream of the thread's run under way, or that waits; `null` where there is none. */
  async reconnectToStream({ chatId: threadId, abortSignal }: ResumeOptions): Promise<Chunks | null> {
    clearTimeout(this.#canceling.get(threadId));
    const { client, api } = this.options;
    const run: Run | null = await client.query(api.getRun, { threadId }).catch(rethrow);
    if (run === null || !isActive(run.state) || abortSignal?.aborted === true) return null;
    return this.#follow({ runId: run.runId }, threadId, abortSignal);
  }

  async #answer(request: SendOptions): Promise<Chunks> {
    const { trigger, chatId, messageId, messages, abortSignal } = request;
    const named = messages.find(({ id }) => id === messageId);
    if (trigger === "submit-message" && named?.role === "assistant") return await this.#goOn(named, request);
    const prompt = named?.role === "user" ? named : messages.findLast(({ role }) => role === "user");
    if (prompt === undefined)
      throw memoryError("INVALID_ARGUMENT", "There is no message to answer: write one.");
    const known = this.#knownId(prompt);
    if (known !== undefined && trigger === "submit-message")
      throw memoryError("INVALID_ARGUMENT", "A message that was sent cannot be changed: send a new one.");
    const { runId, messageId: promptMessageId } =
      known === undefined ? await this.#send(prompt, request) : await this.#sendAgain(known, request);
    this.#sent.set(prompt.id, promptMessageId);
    return this.#follow({ runId, promptMessageId }, chatId, abortSignal);
  }

  /** The message of the thread that this one is; undefined where it has not been sent. */
  #knownId({ id, metadata }: UIMessage): string | undefined {
    const { turn, messageId = id } = (metadata ?? {}) as Partial<MessageMetadata>; // whatever the app put there
    return this.#sent.get(id) ?? (typeof turn === "number" ? messageId : undefined);
  }

  async #send(prompt: UIMessage, { chatId: threadId, body }: SendOptions): Promise<Ticket> {
    const { client, args = ({ args: whole }) => whole } = this.options;
    const send: SendMutation = this.options.send;
    const operationId = this.#operations.get(prompt.id) ?? newOperationId();
    this.#operations.set(prompt.id, operationId);
    const sent = sentMessage(prompt, { threadId, operationId, body });
    const ticket: Ticket = await client.mutation(send, args(sent));
    this.#operations.delete(prompt.id);
    return ticket;
  }

  async #sendAgain(promptMessageId: string, { chatId: threadId }: SendOptions): Promise<Ticket> {
    const { client, regenerate } = this.options;
    if (regenerate === undefined)
      throw memoryError("INVALID_ARGUMENT", "This chat does not answer a message twice: send a new one.");
    return await client.mutation(regenerate, { threadId, promptMessageId, operationId: newOperationId() });
  }

  /** Hands on what was decided in an answer, and follows how it goes on. */
  async #goOn(before: UIMessage, { chatId, abortSignal }: SendOptions): Promise<Chunks> {
    const { runId } = (before.metadata ?? {}) as Partial<MessageMetadata>;
    if (runId === undefined)
      throw memoryError("INVALID_ARGUMENT", "No run waits for this message: send a new one.");
    const isUnchanged = (await this.#decide(runId, before)) === 0;
    return this.#follow({ runId, before, isUnchanged }, chatId, abortSignal);
  }

  /** How many calls were decided or answered: without `answerTool`, no answer is handed on. */
  async #decide(runId: string, message: UIMessage): Promise<number> {
    const { client, api } = this.options;
    const waiting: WaitingCall[] = await client.query(api.listWaiting, { runId });
    const { decisions, answers } = decisionsFor(message.parts, waiting);
    for (const decision of decisions) await client.mutation(api.decideApproval, { runId, ...decision });
    if (api.answerTool === undefined) return decisions.length;
    for (const answer of answers) await client.mutation(api.answerTool, { runId, ...answer });
    return decisions.length + answers.length;
  }

  #follow(followed: FollowedAnswer, threadId: string, signal: AbortSignal | undefined): Chunks {
    const { client, api } = this.options;
    const onAbort = (): void => this.#cancel(threadId, followed.runId);
    return streamAnswer(new ThreadStore(client, api, { threadId }), followed, { signal, onAbort });
  }

  /** A component that mounts twice, as in strict mode, stops its chat and resumes it at once: nobody meant to stop. */
  #cancel(threadId: string, runId: string): void {
    const { client, api, onAbort = "cancel" } = this.options;
    if (onAbort === "leave") return;
    const cancel = (): void => {
      this.#canceling.delete(threadId);
      callMutation(client, api.cancelRun, { args: { runId } }).catch(() => {}); // who watches it sees how it stands
    };
    clearTimeout(this.#canceling.get(threadId));
    this.#canceling.set(threadId, setTimeout(cancel, 0));
  }
}
