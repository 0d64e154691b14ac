import type { ModelMessage } from "ai";
import type {
  ActionCtx,
  BoundMemory,
  EmbeddedText,
  Message,
  PendingEntry,
  QueryCtx,
} from "../client/index.js";
import { toModelMessages } from "../parts/modelMessages.js";
import { textOf } from "../shared/messageText.js";
import { PROMPT_STEP } from "../shared/position.js";
import type { ResolvedAgent } from "./definition.js";
import { recallFor } from "./recalled.js";

/** What the component gave for one turn or step. */
export type ContextRequest = {
  ctx: ActionCtx;
  memory: BoundMemory;
  runId: string;
  threadId: string;
  turn: number;
  /** The thread's messages, oldest first, up to the turn that is answered. */
  history: Message[];
  promptEntryId?: string;
  pending: PendingEntry[];
  /** The prompt's vector, where its text was embedded before. */
  promptVector?: EmbeddedText;
  /** Whose vectors are searched, once the app has named it. */
  activeEmbedder?: string;
  abortSignal: AbortSignal;
};

/** The context of a call of the model, the same for both engines: what is recalled for the prompt, and the history. */
export async function openContext(
  agent: ResolvedAgent,
  request: ContextRequest,
): Promise<{ messages: ModelMessage[]; warnings: string[] }> {
  const { ctx, memory, history, turn } = request;
  const promptText = textOf(promptOf(history, turn)?.parts ?? []);
  const shown = new Set(history.map((message) => message.messageId));
  const { block, warnings } =
    agent.recall === undefined
      ? { block: null, warnings: [] }
      : await recallFor(agent, agent.recall, { ...request, promptText, shown });
  return { messages: await buildContext(ctx, memory, { history, turn, recalled: block }), warnings };
}

type ContextPlan = { history: Message[]; turn: number; recalled: string | null };

/**
 * The messages for the model. Recalled text stands in the prompt's own message, before what was asked: so the
 * history before it stays the same from turn to turn, which keeps a provider's prompt cache warm, and roles still
 * alternate. One call of the component for each stored file, none without files.
 */
async function buildContext(
  ctx: QueryCtx,
  memory: BoundMemory,
  { history, turn, recalled }: ContextPlan,
): Promise<ModelMessage[]> {
  const urls = await fileUrls(ctx, memory, history);
  const options = { fileUrl: (fileId: string) => urls.get(fileId) };
  const prompt = promptOf(history, turn);
  if (recalled === null || prompt === undefined) return toModelMessages(history, options);
  const withRecalled: Message = { ...prompt, parts: [{ type: "text", text: recalled }, ...prompt.parts] };
  return toModelMessages(history.with(history.indexOf(prompt), withRecalled), options);
}

/** The prompt's message: where a turn begins. */
const promptOf = (history: readonly Message[], turn: number): Message | undefined =>
  history.findLast((message) => message.turn === turn && message.step === PROMPT_STEP);

/** Where the model can fetch the files of the context; those that are gone are only named to it. */
async function fileUrls(
  ctx: QueryCtx,
  memory: BoundMemory,
  history: readonly Message[],
): Promise<Map<string, string>> {
  const holders = new Map<string, string>(); // the message that shows a file lets its readers have it
  for (const { messageId, parts } of history)
    for (const part of parts)
      if (part.type === "file" && part.file.kind === "stored") holders.set(part.file.fileId, messageId);
  const urls = new Map<string, string>();
  const resolve = async ([fileId, messageId]: [string, string]) => {
    const file = await memory.files.get(ctx, { fileId, messageId }).catch(() => null);
    if (file !== null && file.url !== null) urls.set(fileId, file.url);
  };
  await Promise.all([...holders].map(resolve));
  return urls;
}
