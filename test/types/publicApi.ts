/**
 * A program that uses the package as an app does. It is only compiled: what must be refused is marked
 * `@ts-expect-error`, and what must be inferred is compared with `Equal`.
 */
import {
  AgentMemory,
  isMemoryError,
  type ComponentApi,
  type ErrorCode,
  type Message,
  type ModelPrices,
  type PricePeriod,
  type Principal,
  type RateLimit,
  type RateLimits,
  type Run,
  type Thread,
  type TokenPrices,
  type UnpricedModel,
  type UsageSummary,
} from "convex-agent-memory";
import {
  agentTool,
  defineAgent,
  defineTool,
  memoryMiddleware,
  toolApproval,
  toToolSet,
  type Agent,
  type ApprovalContext,
  type MemoryMiddleware,
  type RunReference,
  type RunReport,
  type RunTicket,
  type TurnResult,
} from "convex-agent-memory/ai";
import { RateLimiter } from "@convex-dev/rate-limiter";
import type { WorkflowCtx, WorkflowManager } from "@convex-dev/workflow";
import { generateText, Output, type LanguageModel, type ToolSet } from "ai";
import {
  mutationGeneric,
  type Auth,
  type GenericActionCtx,
  type GenericDataModel,
  type GenericMutationCtx,
  type GenericQueryCtx,
} from "convex/server";
import { z } from "zod";

import {
  starterPrices,
  starterPricesOf,
  starterSources,
  type StarterSource,
} from "convex-agent-memory/prices";

export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`. */
export type Holds<T extends true> = T;

declare const component: ComponentApi;
declare const query: GenericQueryCtx<GenericDataModel>;
declare const mutation: GenericMutationCtx<GenericDataModel>;
declare const action: GenericActionCtx<GenericDataModel>;

const memory = new AgentMemory(component);
const bound = memory.as({ tenantId: "acme", userId: "ada" });

export async function callsFromAnyContext(threadId: string): Promise<void> {
  await bound.threads.get(query, { threadId });
  await bound.threads.create(mutation, { title: "Hello" });
  await memory.asSystem().messages.list(action, { threadId, cursor: null });
  // @ts-expect-error a query cannot write
  await bound.threads.create(query, { title: "Hello" });
  // @ts-expect-error a principal says which user it is
  memory.as({ tenantId: "acme" });
}

export async function results(threadId: string, runId: string) {
  const thread = await bound.threads.get(query, { threadId });
  const messages = await bound.messages.list(query, { threadId, cursor: null });
  const run = await bound.runs.get(query, { runId });
  const sums = await bound.usage.summary(query, { period: "month", by: "model" });
  // @ts-expect-error nobody is told apart by this
  await bound.usage.summary(query, { by: "weather" });
  return { thread, messages, run, sums };
}

type Results = Awaited<ReturnType<typeof results>>;
export type Inferred = [
  Holds<Equal<Results["thread"], Thread>>,
  Holds<Equal<Results["messages"]["page"], Message[]>>,
  Holds<Equal<Results["run"], Run>>,
  Holds<Equal<Results["sums"], UsageSummary>>,
];

export async function pricesOfModels() {
  const { prices } = memory.asSystem();
  const own = { provider: "acme", model: "chat-1", prices: { input: 150_000, output: 600_000 } };
  const loaded = await prices.load(mutation, { currency: "USD", prices: [...starterPrices, own] });
  const set = await prices.set(action, { ...own, from: Date.now(), to: Date.now() + 1 });
  const removed = await prices.remove(mutation, { provider: "acme", model: "chat-1" });
  const listed = await bound.prices.list(query, { provider: "acme", cursor: null });
  const found = await bound.prices.find(query, { provider: "acme", model: "chat-1", version: 1 });
  const unpriced = await prices.listUnpriced(query);
  const starter = { prices: starterPricesOf("openai", "gpt-6-luna"), sources: starterSources };
  // @ts-expect-error a query cannot write
  await prices.load(query, { prices: starterPrices });
  // @ts-expect-error a price says what output costs
  await prices.set(mutation, { ...own, prices: { input: 1 } });
  return { loaded, set, removed, listed, found, unpriced, starter };
}
type Prices = Awaited<ReturnType<typeof pricesOfModels>>;
export type InferredPrices = [
  Holds<Equal<Prices["loaded"], { changed: number }>>,
  Holds<Equal<Prices["set"], { version: number }>>,
  Holds<Equal<Prices["removed"], { removed: boolean }>>,
  Holds<Equal<Prices["listed"]["page"], ModelPrices[]>>,
  Holds<Equal<Prices["found"], PricePeriod | null>>,
  Holds<Equal<Prices["unpriced"], UnpricedModel[]>>,
  Holds<Equal<Prices["starter"]["prices"], TokenPrices | undefined>>,
  Holds<Equal<Prices["starter"]["sources"], readonly StarterSource[]>>,
];

declare function authenticate(ctx: { auth: Auth }): Promise<Principal>;
export const { listThreads, listMessages, followStream, getRun, createThread, cancelRun } = memory.exposeApi({
  authorize: authenticate,
});
// @ts-expect-error nothing is exposed without saying who may
memory.exposeApi({});

export function codeOf(error: unknown): ErrorCode | null {
  // @ts-expect-error not a code of this package
  if (isMemoryError(error, "NO_SUCH_CODE")) return null;
  return isMemoryError(error) ? error.data.code : null;
}

export const create = mutationGeneric({
  args: {},
  handler: async (ctx) => await memory.as(await authenticate(ctx)).threads.create(ctx, {}),
});

declare const model: LanguageModel;
declare const workflow: WorkflowManager;
declare const run: RunReference;

const search = defineTool({
  description: "Search the documents.",
  inputSchema: z.object({ query: z.string(), limit: z.number().optional() }),
  execute: (ctx, input) => {
    input satisfies { query: string; limit?: number };
    // @ts-expect-error the input is what the schema says
    void input.page;
    return ctx.memory.recall(ctx, { query: input.query, scopes: ["tenant"] });
  },
});
const researcher = defineAgent(memory, { name: "researcher", model: () => model, instructions: "Cite." });
const helper = defineAgent(memory, {
  name: "helper",
  model: () => model,
  instructions: "Be brief.",
  tools: {
    search,
    ask: agentTool({ description: "Ask another.", agent: researcher, run: () => run }),
    askLater: agentTool({ description: "Ask another.", agent: () => researcher }),
  },
});
// @ts-expect-error an agent is asked, not its name
agentTool({ description: "Ask another.", agent: "researcher" });
// @ts-expect-error an agent has a model
defineAgent(memory, { name: "mute", instructions: "Say nothing." });
export const durable = helper.durable(workflow);

export async function turns(threadId: string) {
  const as = { userId: "ada" };
  const ticket = await helper.start(mutation, run, { as, threadId, prompt: "Hello" });
  const answer = await helper.generate(action, { as, threadId, prompt: "Hello" });
  await researcher.generate(action, { as, threadId, prompt: "Hello", parentRunId: answer.runId });
  // @ts-expect-error a model is called in actions only
  await helper.generate(mutation, { as, threadId, prompt: "Hello" });
  // @ts-expect-error no action waits that long
  await helper.generate(action, { as, threadId, prompt: "Hello", startAt: Date.now() });
  // @ts-expect-error somebody asks
  await helper.stream(action, { threadId, prompt: "Hello" });
  return { ticket, answer };
}

type Turns = Awaited<ReturnType<typeof turns>>;
export type InferredByTheRuntime = [
  Holds<Equal<typeof helper, Agent>>, // not generic: tools that call internal.* would make an app's api circular
  Holds<Equal<Turns["ticket"], RunTicket>>,
  Holds<Equal<Turns["answer"], TurnResult>>,
];

const title = Output.object({ schema: z.object({ title: z.string() }) });

export async function shapes(threadId: string, runId: string) {
  const ask = { as: { userId: "ada" }, threadId, prompt: "Hello", output: title };
  const said = await helper.generate(action, ask);
  const streamed = await helper.stream(action, ask);
  const resumed = await helper.resume(action, { as: ask.as, runId, output: title, stream: true });
  // @ts-expect-error a value of that shape, or none
  void said.output?.pages;
  // @ts-expect-error what a call asks for is an output of the SDK
  await helper.generate(action, { ...ask, output: z.object({ title: z.string() }) });
  // @ts-expect-error a run is resumed, not asked anew
  await helper.resume(action, { as: ask.as, runId, prompt: "Hello" });
  return { said, streamed, resumed, later: await helper.outputOf(query, { as: ask.as, runId }) };
}

export async function workflows(step: WorkflowCtx, threadId: string): Promise<RunReport> {
  // @ts-expect-error an agent's run is a reference of the app's, not its name
  await helper.runIn(step, "researcher", { as: { userId: "ada" }, threadId, prompt: "Hello" });
  return await helper.runIn(step, run, { as: { userId: "ada" }, threadId, prompt: "Hello" });
}

type Shapes = Awaited<ReturnType<typeof shapes>>;
export type InferredByOutputs = [
  Holds<Equal<Shapes["said"]["output"], { title: string } | undefined>>,
  Holds<Equal<Shapes["streamed"], TurnResult<{ title: string }>>>,
  Holds<Equal<Shapes["resumed"], TurnResult<{ title: string }>>>,
  Holds<Equal<Shapes["later"], unknown>>, // an agent is not generic
  Holds<Equal<Turns["answer"]["output"], unknown>>,
];

const pay = defineTool({
  description: "Pay an invoice.",
  inputSchema: z.object({ amount: z.number() }),
  needsApproval: (ctx, { amount }) => {
    // @ts-expect-error nothing has happened yet that could be repeated
    void ctx.operationId;
    if (amount > 1_000) return { type: "denied", reason: "Too much." };
    return amount > 10;
  },
  execute: (ctx, { amount }) => ({ paid: amount, once: ctx.operationId }),
});
// @ts-expect-error either it runs, or it is answered later
defineTool({ description: "Nothing.", inputSchema: z.object({}) });
defineTool({ description: "Ask.", inputSchema: z.object({}), answersLater: true });

export async function approvals(runId: string) {
  const waiting = await bound.runs.listWaiting(query, { runId });
  for (const { callId, toolName } of waiting) {
    await bound.runs.approve(mutation, { runId, callId, input: { amount: 1 } });
    await bound.runs.deny(mutation, { runId, callId, reason: `Not ${toolName}.` });
  }
  // @ts-expect-error nobody decides in a query
  await bound.runs.approve(query, { runId, callId: "a" });
  // @ts-expect-error a decision is to approve or to deny
  await bound.runs.decide(mutation, { runId, decisions: [{ callId: "a", kind: "maybe" }] });
  return await bound.runs.answer(mutation, { runId, callId: "a", output: { any: "value" } });
}

// Any rate limiter of the app fits, with limits of its own or without.
export const limits = (component: ConstructorParameters<typeof RateLimiter>[0]): RateLimits[] => {
  const perUser = { kind: "token bucket", rate: 5, period: 60_000 } as const;
  const limiter = new RateLimiter(component, { chat: perUser });
  const definition = { name: "limited", model: () => model, instructions: "" };
  defineAgent(memory, { ...definition, rateLimits: { limiter, tokens: { perUser } } });
  defineAgent(memory, { ...definition, rateLimits: false });
  // @ts-expect-error nothing is counted for threads
  const requests: RateLimits["requests"] = { perThread: perUser };
  // @ts-expect-error a limit has a period
  const perModel: RateLimit = { kind: "fixed window", rate: 5 };
  return [
    { limiter: new RateLimiter(component), requests },
    { limiter, tokens: { perModel }, whenExceeded: "fail" },
  ];
};

export async function loops(threadId: string, toolCtx: Omit<ApprovalContext, "callId">): Promise<string> {
  const settings = { ctx: action, as: { userId: "ada" }, threadId };
  const middleware: MemoryMiddleware = memoryMiddleware(memory, { ...settings, agentName: "loop" });
  const tools: ToolSet = {
    ...middleware.toolSet({ search }),
    ...toToolSet({ pay }, { ...settings, memory }),
  };
  // @ts-expect-error a model is called in actions only
  memoryMiddleware(memory, { ...settings, ctx: mutation, agentName: "loop" });
  const { text } = await generateText({
    ...{ model, tools, toolApproval: toolApproval({ pay }, toolCtx), prompt: "Hello" },
  });
  return text;
}
