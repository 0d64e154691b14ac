import type { ModelMessage, StepResult, ToolSet } from "ai";
import type {
  ActionCtx,
  BoundMemory,
  ContextAsk,
  ContextCall,
  ContextGiven,
  EmbeddedText,
  Message,
  PendingEntry,
  QueryCtx,
  Spent,
} from "../client/index.js";
import { contextText, renderContext, type ContextSent } from "../parts/contextMessages.js";
import { shortHash } from "../shared/canonicalJson.js";
import { planContext, type ContextPlan } from "../shared/contextPlan.js";
import { prune, READ_OUTPUT_TOOL, type PruneOptions } from "../shared/contextPruning.js";
import { renderBlock } from "../shared/contextTexts.js";
import { decodeTrace, encodeTrace, type ShownLong } from "../shared/contextTrace.js";
import { textOf } from "../shared/messageText.js";
import { storedFilesOf } from "../shared/partBodies.js";
import { PROMPT_STEP } from "../shared/position.js";
import { estimateTokens } from "../shared/tokens.js";
import { agentText } from "./agentText.js";
import { makeRoom } from "./contextRoom.js";
import { traceOf } from "./contextTracing.js";
import type { ResolvedAgent } from "./definition.js";
import { prepare, type PreparedStep } from "./prepareStep.js";
import { recallFor } from "./recalled.js";
import { toKeep, toRecollection, type Recollection } from "./recollection.js";
import type { RunContext } from "./runContext.js";

/** What the component gave for one turn or step. */
export type ContextRequest = {
  ctx: ActionCtx;
  memory: BoundMemory;
  runId: string;
  threadId: string;
  turn: number;
  /** The thread's messages, oldest first, up to the turn that is answered. */
  history: readonly Message[];
  given?: ContextGiven;
  promptEntryId?: string;
  pending: PendingEntry[];
  /** The prompt's vector, where its text was embedded before. */
  promptVector?: EmbeddedText;
  /** Whose vectors are searched, once the app has named it. */
  activeEmbedder?: string;
  abortSignal: AbortSignal;
  /** Takes what was spent on the context and is recorded with the step. */
  spent: Spent[];
};

/** What one call of the model is given, and what is saved about it. */
export type CallContext = {
  instructions: string;
  messages: ModelMessage[];
  /** What the agent's `prepareStep` changed of it. */
  prepared: PreparedStep;
  call: ContextCall;
};

/** What a context needs besides the messages. */
export const contextAsk = async (agent: ResolvedAgent): Promise<ContextAsk> => ({
  agentHash: (await agentText(agent)).hash,
  ...(agent.blocks === undefined ? {} : { blocks: agent.blocks }),
});

const NOTHING: ContextGiven = { isAgentKnown: true, blocks: [], long: [] };

/**
 * Opens the context of a run, the same for both engines, and makes room in it. Recalls for the prompt, once: later
 * calls of the run are shown what the first was, so that the prompt's start stays the same for a provider's cache.
 */
export async function openContext(
  agent: ResolvedAgent,
  request: ContextRequest,
): Promise<{ context: RunContext; warnings: string[] }> {
  const { ctx, memory, runId, threadId, turn, history, given = NOTHING } = request;
  const first = given.first === undefined ? null : decodeTrace(given.first.trace, null);
  const context: RunContext = {
    ...{ runId, threadId, turn, given, history, first },
    recalled: given.first?.recalled ?? [],
    long: given.long as ShownLong[],
    urls: new Map(),
  };
  const warnings = await makeRoom(agent, { ctx, memory, context, abortSignal: request.abortSignal });
  if (agent.recall === undefined || first !== null) return { context, warnings };
  const reserved = { sourceId: "", tokens: agent.budget.recalled };
  const { messages } = await plan(agent, { ...context, recalled: [reserved] });
  const shown = new Set(messages.map(({ messageId }) => messageId));
  const prompt = context.history.find((message) => message.turn === turn && message.step === PROMPT_STEP);
  const promptText = textOf(prompt?.parts ?? []);
  const found = await recallFor(agent, agent.recall, { ...request, promptText, shown });
  context.recalled = await Promise.all(found.hits.map(toRecollection));
  return { context, warnings: [...warnings, ...found.warnings] };
}

type Planned = Pick<RunContext, "turn" | "given" | "history"> & {
  recalled: readonly (Pick<Recollection, "sourceId" | "tokens"> & Partial<Recollection>)[];
};
type Plan = ContextPlan<ContextGiven["blocks"][number] & { tokens: number }, Planned["recalled"][number]>;

async function plan(agent: ResolvedAgent, { given, turn, history, recalled }: Planned): Promise<Plan> {
  const { prunedTo = null, summary = null, tokenFactor = 1 } = given;
  return planContext({
    instructions: (await agentText(agent)).tokens,
    blocks: given.blocks.map((block) => ({ ...block, tokens: estimateTokens(renderBlock(block)) })),
    summary,
    messages: history.map((message) => prune(message, prunedTo, pruningOf(agent))),
    turn,
    recalled,
    factor: tokenFactor,
    budget: agent.budget,
  });
}

/** Which outputs are pruned, and how they read: only an agent that has the tool is told to read them again. */
function pruningOf({ tools, compaction }: ResolvedAgent): PruneOptions {
  const { excludeTools } = compaction?.settings.pruning ?? {};
  return {
    ...(excludeTools === undefined ? {} : { excludeTools }),
    ...(Object.hasOwn(tools, READ_OUTPUT_TOOL) ? {} : { canReadAgain: false }),
  };
}

type Building = {
  ctx: QueryCtx;
  memory: BoundMemory;
  context: RunContext;
  /** The run's steps before. */
  steps: StepResult<ToolSet>[];
};

/**
 * Plans and renders one call of the model, and its trace. One call of the component for each stored file that was
 * not shown before, none without files. Throws `CONTEXT_TOO_SMALL`.
 */
export async function buildContext(agent: ResolvedAgent, building: Building): Promise<CallContext> {
  const { ctx, memory, context } = building;
  const { recalled } = context;
  const planned = await plan(agent, context);
  const { tools, text, hash: agentHash } = await agentText(agent);
  await findFiles(ctx, { memory, messages: planned.messages, urls: context.urls });
  const kept = recalled.filter((entry) => planned.recalled.includes(entry));
  const rendered = renderContext(
    {
      instructions: agent.instructions,
      tools,
      blocks: planned.blocks,
      summary: planned.hasSummary ? (context.given.summary?.text ?? null) : null,
      messages: planned.messages,
      turn: context.turn,
      recalled: kept.map((entry) => entry.text),
    },
    { fileUrl: (fileId) => context.urls.get(fileId) ?? undefined },
  );
  const { prepared, isChanged, ...sent } = await prepare(agent, {
    ...{ steps: building.steps, rendered, tools },
    place: { threadId: context.threadId, runId: context.runId },
  });
  const hash = await shortHash(contextText({ ...rendered, ...pickSent(prepared) }, sent.tools));
  const { given, first } = context;
  const trace = traceOf({
    planned,
    recalled: kept,
    given,
    pruning: pruningOf(agent),
    hash,
    agentHash,
    long: context.long,
    turn: context.turn,
    isChanged,
  });
  const isNew = agentHash !== first?.agent && !(first === null && given.isAgentKnown);
  const texts = [...(isNew ? [{ hash: agentHash, text }] : []), ...(first === null ? kept.map(toKeep) : [])];
  return {
    ...rendered,
    prepared,
    call: { trace: encodeTrace(trace, first), estimate: planned.estimate, texts },
  };
}

/** What of a prepared step the model is shown in the place of what was rendered. */
const pickSent = ({ instructions, messages }: PreparedStep): Partial<ContextSent> => ({
  ...(instructions === undefined ? {} : { instructions }),
  ...(messages === undefined ? {} : { messages }),
});

type Files = { memory: BoundMemory; messages: readonly Message[]; urls: Map<string, string | null> };

/** Where the model can fetch the files of the context; those that are gone are only named to it. */
async function findFiles(ctx: QueryCtx, { memory, messages, urls }: Files): Promise<void> {
  const holders = new Map<string, string>(); // the message that shows a file lets its readers have it
  for (const { messageId, parts } of messages)
    for (const fileId of parts.flatMap(storedFilesOf)) if (!urls.has(fileId)) holders.set(fileId, messageId);
  const resolve = async ([fileId, messageId]: [string, string]) => {
    const file = await memory.files.get(ctx, { fileId, messageId }).catch(() => null);
    urls.set(fileId, file?.url ?? null);
  };
  await Promise.all([...holders].map(resolve));
}
