import {
  mutationGeneric,
  queryGeneric,
  type Auth,
  type RegisteredMutation,
  type RegisteredQuery,
} from "convex/server";
import { v } from "convex/values";
import { vBudgetStatus, type BudgetStatus } from "../validators/budget.js";
import { vMessage, type Message } from "../validators/message.js";
import { vPage, vPageRequest } from "../validators/page.js";
import type { Principal } from "../validators/principal.js";
import {
  vRun,
  vRunState,
  vWaitingCall,
  type Run,
  type RunState,
  type WaitingCall,
} from "../validators/run.js";
import { vStreamChunk, vStreamState } from "../validators/stream.js";
import { vThread, type Thread } from "../validators/thread.js";
import type { BoundMemory } from "./boundMemory.js";
import type { FollowedStream } from "./streams.js";

type PageRequest = { cursor: string | null; limit?: number };
type Page<Item> = { page: Item[]; cursor: string | null };

// Written out in each line: Convex reads a function's types off the name `RegisteredQuery`, and an alias hides it.

/** The functions that `exposeApi` gives; the hooks of `convex-agent-memory/react` take them as they are. */
export type ExposedApi = {
  /** The caller's threads, newest activity first. */
  listThreads: RegisteredQuery<"public", PageRequest, Promise<Page<Thread>>>;
  /** A thread's messages, newest first; a row in state `streaming` names the stream to follow. */
  listMessages: RegisteredQuery<"public", { threadId: string } & PageRequest, Promise<Page<Message>>>;
  /** The chunks of a stream of this thread, from `after` on. */
  followStream: RegisteredQuery<
    "public",
    { threadId: string; streamId: string; after: number },
    Promise<FollowedStream>
  >;
  /** The thread's active run, else its last. */
  getRun: RegisteredQuery<"public", { threadId: string }, Promise<Run | null>>;
  createThread: RegisteredMutation<
    "public",
    { title?: string; operationId?: string },
    Promise<{ threadId: string }>
  >;
  cancelRun: RegisteredMutation<"public", { runId: string; reason?: string }, Promise<{ state: RunState }>>;
  /** What a run waits for, with what is asked. */
  listWaiting: RegisteredQuery<"public", { runId: string }, Promise<WaitingCall[]>>;
  /** Approves or denies one call; `input` is what the tool is given instead of what the model asked for. */
  decideApproval: RegisteredMutation<
    "public",
    { runId: string; callId: string; step?: number; approved: boolean; input?: unknown; reason?: string },
    Promise<{ state: RunState }>
  >;
  /** Gives the result of a tool that answers later; `error` says why there is none. */
  answerTool: RegisteredMutation<
    "public",
    { runId: string; callId: string; output?: unknown; error?: string },
    Promise<{ state: RunState }>
  >;
  /** Where the budgets stand that limit the caller: also an agent's and a thread's, where they are named. */
  budgetStatus: RegisteredQuery<"public", { agentName?: string; threadId?: string }, Promise<BudgetStatus[]>>;
};

/** The functions by name, as `authorize` gets to know which one asks. */
export type Operation = keyof ExposedApi;

export type ExposeOptions = {
  /** Returns who asks, or throws. Called first in every function; what it throws reaches the client. */
  authorize: (ctx: { auth: Auth }, operation: Operation) => Promise<Principal>;
};

/** What binds a principal: the client. */
type Bindable = { as: (principal: Principal) => BoundMemory };

/** The functions of `AgentMemory.exposeApi`. */
export function createApi(memory: Bindable, { authorize }: ExposeOptions): ExposedApi {
  const as = async (ctx: { auth: Auth }, operation: Operation) => memory.as(await authorize(ctx, operation));
  return {
    listThreads: queryGeneric({
      args: vPageRequest,
      returns: vPage(vThread),
      handler: async (ctx, args) => (await as(ctx, "listThreads")).threads.list(ctx, args),
    }),
    listMessages: queryGeneric({
      args: { threadId: v.string(), ...vPageRequest },
      returns: vPage(vMessage),
      handler: async (ctx, args) =>
        (await as(ctx, "listMessages")).messages.list(ctx, { ...args, order: "desc" }),
    }),
    followStream: queryGeneric({
      args: { threadId: v.string(), streamId: v.string(), after: v.number() },
      returns: v.object({
        state: vStreamState,
        messageId: v.string(),
        chunks: v.array(vStreamChunk),
        more: v.boolean(),
      }),
      handler: async (ctx, { streamId, after }) =>
        (await as(ctx, "followStream")).streams.follow(ctx, { streamId, after }),
    }),
    getRun: queryGeneric({
      args: { threadId: v.string() },
      returns: v.union(vRun, v.null()),
      handler: async (ctx, args) => (await as(ctx, "getRun")).runs.latest(ctx, args),
    }),
    createThread: mutationGeneric({
      args: { title: v.optional(v.string()), operationId: v.optional(v.string()) },
      returns: v.object({ threadId: v.string() }),
      handler: async (ctx, args) => (await as(ctx, "createThread")).threads.create(ctx, args),
    }),
    cancelRun: mutationGeneric({
      args: { runId: v.string(), reason: v.optional(v.string()) },
      returns: v.object({ state: vRunState }),
      handler: async (ctx, args) => (await as(ctx, "cancelRun")).runs.cancel(ctx, args),
    }),
    ...waitingApi(as),
    budgetStatus: queryGeneric({
      args: { agentName: v.optional(v.string()), threadId: v.optional(v.string()) },
      returns: v.array(vBudgetStatus),
      handler: async (ctx, args) => (await as(ctx, "budgetStatus")).budgets.status(ctx, args),
    }),
  };
}

/** What a run waits for, and what people do about it. */
function waitingApi(
  as: (ctx: { auth: Auth }, operation: Operation) => Promise<BoundMemory>,
): Pick<ExposedApi, "listWaiting" | "decideApproval" | "answerTool"> {
  return {
    listWaiting: queryGeneric({
      args: { runId: v.string() },
      returns: v.array(vWaitingCall),
      handler: async (ctx, args) => (await as(ctx, "listWaiting")).runs.listWaiting(ctx, args),
    }),
    decideApproval: mutationGeneric({
      args: {
        runId: v.string(),
        callId: v.string(),
        step: v.optional(v.number()),
        approved: v.boolean(),
        input: v.optional(v.any()), // the tool's own schema checks it, where it runs
        reason: v.optional(v.string()),
      },
      returns: v.object({ state: vRunState }),
      handler: async (ctx, { runId, callId, step, approved, input, reason }) => {
        const { runs } = await as(ctx, "decideApproval");
        const decided: unknown = input;
        return approved
          ? await runs.approve(ctx, { runId, callId, step, input: decided })
          : await runs.deny(ctx, { runId, callId, step, reason });
      },
    }),
    answerTool: mutationGeneric({
      args: {
        runId: v.string(),
        callId: v.string(),
        output: v.optional(v.any()), // whatever the tool gives
        error: v.optional(v.string()),
      },
      returns: v.object({ state: vRunState }),
      handler: async (ctx, { runId, callId, output, error }) => {
        const { runs } = await as(ctx, "answerTool");
        const given: unknown = output;
        const answer = error === undefined ? { output: given } : { error };
        return await runs.answer(ctx, { runId, callId, ...answer });
      },
    }),
  };
}
