import type { ActionCtx, BoundMemory, ContextHindrance, Part, Rerun, Spent, Usage } from "../client/index.js";
import { memoryError } from "../validators/errors.js";
import { boundTo } from "./boundTo.js";
import type { ResolvedAgent } from "./definition.js";
import { ModelFailure, toCallerError } from "./errors.js";
import { withinLimits } from "./limitedCall.js";
import { abortWith } from "./modelStep.js";
import { callModel, type ModelAnswer } from "./modelCall.js";
import { reserveFirst } from "./rateLimits.js";
import { agentAgain, type KeptAgent } from "./rerunAgent.js";
import { checkRerun, type RerunArgs } from "./rerunArgs.js";
import { checkRoom, roomFor } from "./rerunBudget.js";
import { contextAgain, type Asked, type ContextAgain } from "./rerunContext.js";
import { recalledNow, recalledThen } from "./rerunRecall.js";
import { atMost } from "./spent.js";

/** A re-run under way: whose, of which call, and what it has spent besides its answer. */
type Running = {
  agent: ResolvedAgent;
  ctx: ActionCtx;
  memory: BoundMemory;
  threadId: string;
  spent: Spent[];
  warnings: string[];
};

/** Makes a saved call of the model again. See `Agent.rerun`. */
export async function rerunCall(agent: ResolvedAgent, ctx: ActionCtx, args: RerunArgs): Promise<Rerun> {
  checkRerun(args);
  const { memory, principal } = boundTo(agent, args.as);
  const saved = await readCall(agent, ctx, { memory, messageId: args.messageId });
  const again = agentAgain(agent, saved.kept, args);
  const { threadId, runId } = saved;
  const running: Running = { agent: again, ctx, memory, threadId, spent: [], warnings: [] };
  try {
    const abort = abortWith(args.abortSignal);
    const room = await roomFor(again, { ctx, memory, threadId });
    checkRoom(again, room, 0);
    const asked = { ...saved, args, recalled: await recalledFor(running, { ...saved, args }, abort.signal) };
    const built = await contextAgain(again, asked);
    checkRoom(again, room, Math.ceil(built.estimate));
    const answer = await ask(running, built, { as: principal, abortSignal: abort.signal });
    const costMicros = await record(running, [...answer.alsoUsed, answer.usage]);
    return resultOf(running, { answer, built, costMicros });
  } catch (error) {
    await record(running, error instanceof ModelFailure ? error.spent : []);
    const cause = error instanceof ModelFailure ? error.cause : error;
    throw toCallerError(cause, { agentName: agent.name, runId });
  }
}

type SavedCall = Pick<Asked, "material" | "explained" | "kept"> & {
  threadId: string;
  runId: string;
};

/** What the call was shown, for whoever may replay it. Throws `CONTEXT_GONE` where that cannot be read any more. */
async function readCall(
  agent: ResolvedAgent,
  ctx: ActionCtx,
  { memory, messageId }: { memory: BoundMemory; messageId: string },
): Promise<SavedCall> {
  const explained = await memory.contexts.explain(ctx, { messageId });
  if (explained.agentName !== agent.name)
    throw memoryError(
      "INVALID_ARGUMENT",
      `The call was made by the agent "${explained.agentName}": make it again with that one.`,
      { messageId, agentName: explained.agentName },
    );
  const material = await memory.contexts.material(ctx, { messageId });
  if (material.kind !== "material") throw contextGone(messageId, material);
  const { threadId } = await memory.runs.get(ctx, { runId: explained.runId });
  // The boundary where kept settings are an agent's again: they were written from one.
  const kept = material.agent as KeptAgent;
  return { material, explained, kept, threadId, runId: explained.runId };
}

const contextGone = (messageId: string, { kind, source }: ContextHindrance) =>
  memoryError(
    "CONTEXT_GONE",
    `The call cannot be made again: the ${source.kind} that it was shown was ${kind === "SOURCE_ERASED" ? "erased" : "changed"} since.`,
    { messageId, hindrance: kind, source: source.kind, id: source.id ?? null },
  );

async function recalledFor(
  { agent, ctx, memory, spent, warnings }: Running,
  { material, explained, kept, args }: Omit<Asked, "recalled">,
  abortSignal: AbortSignal,
) {
  const { recall, kinds } = args.context ?? {};
  if (recall === undefined) return recalledThen(material, explained, kinds);
  return await recalledNow(agent, { ctx, memory, material, kept, args, spent, warnings, abortSignal });
}

type Asking = { as: RerunArgs["as"]; abortSignal: AbortSignal };

/** Asks the model once, within the agent's rate limits: where these have no room now it is refused, not waited for. */
async function ask(
  { agent, ctx }: Running,
  { instructions, messages, text, estimate }: ContextAgain,
  { as, abortSignal }: Asking,
): Promise<ModelAnswer> {
  abortSignal.throwIfAborted();
  const held = await reserveFirst(agent, ctx, { as, model: agent.model, text });
  const built = { instructions, messages, prepared: {}, call: { trace: "", estimate, texts: [] } };
  const limiting = { as, ...(held === undefined ? {} : { held }) };
  return await withinLimits(agent, { ctx, built, limiting, abortSignal }, () =>
    callModel(agent, {
      ...{ instructions, messages, abortSignal, maxRetries: agent.maxRetries },
      files: { encode: async (encode) => encode({}) }, // none is stored: a text stands for it
    }),
  );
}

/** Calls that one re-run is recorded with at most: the SDK's retries, and what reranking took. */
const RERUN_MAX_CALLS = 16;

/**
 * Tells the ledger of each call: the caller pays, in the thread, for the agent; no run has it. What it cost, where that
 * is known of all. An answer is not lost over it: what fails is a warning.
 */
async function record(running: Running, used: readonly Usage[]): Promise<number | undefined> {
  const { ctx, memory, threadId, spent, warnings, agent } = running;
  const reranked = spent.map(({ key: _key, ...usage }) => usage);
  const own = used.map((usage) => ({ ...usage, purpose: "rerun" as const }));
  let costMicros: number | undefined = 0;
  for (const usage of atMost([...reranked, ...own], RERUN_MAX_CALLS))
    try {
      const recorded = await memory.usage.record(ctx, { usage, threadId, agentName: agent.name });
      costMicros = addKnown(costMicros, recorded.costMicros);
    } catch {
      warnings.push("What the call has used could not be recorded.");
      costMicros = undefined;
    }
  return costMicros;
}

const addKnown = (sum: number | undefined, cost: number | undefined): number | undefined =>
  sum === undefined || cost === undefined ? undefined : sum + cost;

type Ended = { answer: ModelAnswer; built: ContextAgain; costMicros: number | undefined };

function resultOf({ warnings }: Running, { answer, built, costMicros }: Ended): Rerun {
  const { sections, tokens, text, isSame, changed } = built;
  const reasoning = reasoningIn(answer.parts);
  return {
    text: answer.text,
    ...(reasoning === "" ? {} : { reasoning }),
    toolCalls: answer.calls.map(({ callId, toolName, input }) => ({ callId, toolName, input })),
    finishReason: answer.step.finishReason,
    usage: [...answer.alsoUsed, answer.usage].map(({ currency: _currency, ...usage }) => ({
      ...usage,
      purpose: "rerun" as const,
    })),
    ...(costMicros === undefined ? {} : { costMicros }),
    context: { sections, tokens, text, isSame, ...(changed === undefined ? {} : { changed }) },
    warnings: [...warnings, ...answer.warnings],
  };
}

const reasoningIn = (parts: readonly Part[]): string =>
  parts.flatMap((part) => (part.type === "reasoning" ? [part.text] : [])).join("\n");
