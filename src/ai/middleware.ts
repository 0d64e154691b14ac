import {
  jsonSchema,
  simulateStreamingMiddleware,
  type JSONSchema7,
  type LanguageModelMiddleware,
  type ModelMessage,
  type ToolSet,
} from "ai";
import type { ActionCtx, AgentMemory, Principal } from "../client/index.js";
import { toJsonText } from "../parts/json.js";
import { cappedOutput } from "./budgetAsk.js";
import type { AgentDefinition, ResolvedAgent } from "./definition.js";
import { resolveAgent } from "./resolveAgent.js";
import { MiddlewareSession, type LoopCall, type MiddlewareRun } from "./middlewareSession.js";
import {
  endingWith,
  instructionsOf,
  tapModel,
  type GenerateResult,
  type ModelRequest,
  type StreamResult,
  type WrappedCall,
  type WrappedModel,
} from "./modelTap.js";
import type { AgentTool } from "./tool.js";

/** What of an agent a loop can have: each as in `defineAgent`. */
type AgentSettings = Pick<
  AgentDefinition,
  | "embeddingModel"
  | "nextEmbeddingModel"
  | "recall"
  | "blocks"
  | "context"
  | "compaction"
  | "compactionModel"
  | "extraction"
  | "budgets"
  | "rateLimits"
  | "throttleMs"
>;

export type MiddlewareSettings = AgentSettings & {
  /** Of the action that the loop runs in. */
  ctx: ActionCtx;
  /** Who asks. The app has authenticated them. */
  as: Principal;
  threadId: string;
  /** Names the loop in runs, messages and usage, and its own scope of memory. */
  agentName: string;
  /** The first turn answers this user message of the thread: the caller's own is not saved. */
  promptMessageId?: string;
  /** Repeating the same calls with the same id gives the answers again that were given, and asks no model. */
  operationId?: string;
  /** Takes up a run of the same `operationId` that was left in the middle, instead of refusing with `RUN_ACTIVE`. */
  resume?: boolean;
};

/** A middleware for `wrapLanguageModel`, and what a loop may want to know of its memory. */
export type MemoryMiddleware = LanguageModelMiddleware & {
  /** The run of the last call; null before the first. */
  readonly run: MiddlewareRun | null;
  /** What did not go as it should without losing a turn. */
  readonly warnings: readonly string[];
  /** Tools of this package for this loop: they know the run that they are called in. */
  toolSet(tools: Record<string, AgentTool>): ToolSet;
  /**
   * Waits until everything is saved, and ends a turn that the loop left behind its tools (`stopWhen`). Give it the
   * `responseMessages` of the result: what came of those tools is saved with it, else they count as interrupted.
   * Nothing to end: does nothing. Safe to repeat.
   */
  finish(args?: { messages?: readonly ModelMessage[] }): Promise<void>;
};

/**
 * Memory for any loop of the AI SDK 7 (`generateText`, `streamText`, `ToolLoopAgent`): the thread's history, recall and
 * blocks are shown to the model, what is said and what tools give is saved, usage is in the ledger, and streams have
 * their watchers, as with an agent of this package and by the same three calls of the component. Bound to one thread
 * and one principal: make one for each action, and run one loop at a time with it.
 *
 * The thread is the history: of the caller's messages only the last one of the user is saved, with what follows it.
 * Call `finish` behind a loop. The calls throw what `agent.generate` throws before the model is asked (a call whose answer
 * leaves its budget without room for the next: `BUDGET_EXCEEDED`, so that its tools do not run), and `RUN_ENDED` when
 * the run was canceled meanwhile; errors of the model are the model's own. A loop's retry of a failed call answers
 * the same message.
 *
 * @example
 * const middleware = memoryMiddleware(memory, { ctx, as, threadId, agentName: "guide" });
 * const model = wrapLanguageModel({ model: openai("gpt-5"), middleware });
 * const { text, responseMessages } = await generateText({ model, tools, stopWhen: isStepCount(5), prompt });
 * await middleware.finish({ messages: responseMessages });
 */
export function memoryMiddleware(memory: AgentMemory, settings: MiddlewareSettings): MemoryMiddleware {
  const { ctx, as, threadId, agentName, promptMessageId, operationId, resume = false } = settings;
  const principal = { ...as, agentName: as.agentName ?? agentName };
  const session = new MiddlewareSession({
    ...{ ctx, memory: memory.as(principal), principal, threadId, resume },
    ...(promptMessageId === undefined ? {} : { promptMessageId }),
    ...(operationId === undefined ? {} : { operationId }),
  });
  const agentFor = agentsOf(memory, settings);
  const open = (model: WrappedModel, params: ModelRequest, streaming: boolean) => {
    const systems = params.prompt.filter((message) => message.role === "system");
    const agent = capped(agentFor(params, instructionsOf(systems)), params);
    const asked = { ...params, ...cappedOutput(agent, params.maxOutputTokens) };
    const tap = tapModel({ model, params: asked, systems });
    const call: LoopCall = { agent, model: tap.model, params: asked, streaming };
    return { tap, answered: session.answer(call) };
  };
  return {
    specificationVersion: "v4",
    overrideSupportedUrls: () => ANY_URL,
    wrapGenerate: async ({ model, params }) => {
      const { tap, answered } = open(model, params, false);
      const text = await answered;
      return text === null ? said(tap.generated()) : answerAgain(text);
    },
    wrapStream: async (asked) => {
      const { tap, answered } = open(asked.model, asked.params, true);
      const whole = answered.then((text) => (text === null ? tap.generated() : answerAgain(text)));
      const first = await Promise.race([tap.streamed, whole]);
      const doGenerate = async () => said(first !== undefined && "content" in first ? first : undefined);
      const result =
        first !== undefined && "stream" in first ? first : await streamed({ ...asked, doGenerate });
      return { ...result, stream: endingWith(result.stream, { saved: answered, next: tap.next }) };
    },
    get run() {
      return session.run;
    },
    warnings: session.warnings,
    toolSet: (tools) => session.toolSet(tools),
    finish: ({ messages } = {}) => session.finish(messages),
  };
}

/** Addresses come as they are, so that the thread keeps them; what a model cannot fetch is fetched for it later. */
const ANY_URL = { "*": [/.*/] };

/** A loop as an agent: made anew when its instructions or tools change between two calls. */
function agentsOf(memory: AgentMemory, settings: MiddlewareSettings) {
  const { ctx: _ctx, as: _as, threadId: _threadId, agentName: name, ...rest } = settings;
  const { promptMessageId: _message, operationId: _operation, resume: _resume, ...definition } = rest;
  let last: { key: string | null; agent: ResolvedAgent } | undefined;
  const make = (instructions: string): ResolvedAgent =>
    resolveAgent(memory, { ...definition, name, instructions, model: noModel, stopWhen: [] });
  make(""); // what cannot work throws at once
  return ({ tools = [], maxOutputTokens }: ModelRequest, instructions: string): ResolvedAgent => {
    const key = toJsonText([instructions, tools, maxOutputTokens]);
    if (last?.key === key) return last.agent;
    const agent = { ...make(instructions), tools: toolsOf(tools) };
    if (agent.spending !== null && maxOutputTokens !== undefined) agent.settings = { maxOutputTokens };
    last = { key, agent };
    return agent;
  };
}

/** How much the loop lets its model answer, for the rate limits. */
const capped = (agent: ResolvedAgent, { maxOutputTokens }: ModelRequest): ResolvedAgent =>
  maxOutputTokens === undefined ? agent : { ...agent, settings: { ...agent.settings, maxOutputTokens } };

const noModel = () => "the loop's own";

/** The loop's tools, as far as a context tells of them: the loop runs them itself. */
function toolsOf(tools: NonNullable<ModelRequest["tools"]>): Record<string, AgentTool> {
  return Object.fromEntries(
    tools.map((tool): [string, AgentTool] => {
      const isOurs = tool.type === "function";
      const schema: JSONSchema7 = isOurs ? tool.inputSchema : {};
      const description = isOurs ? (tool.description ?? "") : tool.id;
      return [
        tool.name,
        { description, idempotent: false, inputSchema: jsonSchema(schema), execute: () => null },
      ];
    }),
  );
}

function said(result: GenerateResult | undefined): GenerateResult {
  if (result === undefined) throw new TypeError("The model gave no answer.");
  return result;
}

/** An answer that was given before: nothing is used for it now. */
const answerAgain = (text: string): GenerateResult => ({
  content: [{ type: "text", text }],
  finishReason: { unified: "stop", raw: "stop" },
  usage: {
    inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 0, text: 0, reasoning: 0 },
  },
  warnings: [],
});

/** A whole answer as a stream. */
async function streamed(asked: WrappedCall): Promise<StreamResult> {
  const { wrapStream } = simulateStreamingMiddleware();
  if (wrapStream === undefined) throw new TypeError("The AI SDK simulates no streams.");
  return await wrapStream(asked);
}
