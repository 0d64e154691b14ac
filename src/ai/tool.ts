import { asSchema, type FlexibleSchema, type Schema, type ToolApprovalStatus } from "ai";
import type { GenericActionCtx, GenericDataModel } from "convex/server";
import type { BoundMemory, BudgetAsk, Principal } from "../client/index.js";
import type { RunReference } from "./siblings.js";
import type { ToolUsage } from "./toolCosts.js";
import { ANSWER_TIMEOUT_MS, APPROVAL_TIMEOUT_MS, WAIT_MAX_MS } from "../shared/runLimits.js";
import { memoryError } from "../validators/errors.js";

/** What a tool gets: the ctx of the app's action, and whose turn it works for. */
export type ToolContext = GenericActionCtx<GenericDataModel> & {
  /** The memory, bound to the principal of the run. */
  memory: BoundMemory;
  principal: Principal;
  threadId: string;
  /** Empty where the tool runs outside of a run: in a loop of the AI SDK without a middleware. */
  runId: string;
  /** The turn that is answered: what was said before it has a lower number. */
  turn: number;
  /** The call: with `runId` it says what `runs.answer` and `runs.decide` are about. */
  callId: string;
  /** The same for every attempt of this call: pass it to whatever must happen once. */
  operationId: string;
  /**
   * Aborted when the tool's `timeoutMs` is over, within seconds after the run was canceled, and in an action with the
   * caller's signal: pass it to what the tool waits for. A tool that does not listen is left behind.
   */
  abortSignal: AbortSignal;
  /**
   * Records what a call of another service cost: with the tool's result, in one transaction, also where the tool fails
   * afterwards; in the totals of its run. Each run of the tool that comes to its end is recorded once. Throws
   * `INVALID_ARGUMENT` for counts that are none, and `CURRENCY_MISMATCH` for a second currency in one tool.
   *
   * @example ctx.recordUsage({ provider: "acme", model: "search", costMicros: 5_000 }); // half a cent
   */
  recordUsage: (usage: ToolUsage) => void;
};

/** What `needsApproval` gets: nothing has happened yet, so there is no `operationId`, and nothing to pay for. */
export type ApprovalContext = Omit<ToolContext, "operationId" | "recordUsage">;

/**
 * Whether a call needs somebody's approval: true and false, or a status of the AI SDK's `toolApproval`. `denied` keeps
 * the call from running without asking anybody; `approved` and `not-applicable` let it run.
 */
export type NeedsApproval = boolean | ToolApprovalStatus;

/** How often a tool that throws is tried, and how long it waits in between: `initialBackoffMs`, then times `base`. */
export type ToolRetry = { maxAttempts: number; initialBackoffMs: number; base: number };

type ToolSettings<Input> = {
  /** Tells the model when to use the tool and what it returns. */
  description: string;
  /** A Zod schema, a Standard Schema or `jsonSchema(…)`: the model is told it and its input is checked against it. */
  inputSchema: FlexibleSchema<Input>;
  /**
   * True when running the tool twice with one `operationId` does no harm: after a crash it runs again. Otherwise a
   * call that may have run is told to the model as interrupted. False unless told.
   */
  idempotent?: boolean;
  /**
   * Whether a call waits until somebody has decided about it. Asked once, when the model has asked for the tool. A
   * function that throws fails the call: nobody is asked, nothing runs. False unless told.
   */
  needsApproval?: boolean | ((ctx: ApprovalContext, input: Input) => NeedsApproval | Promise<NeedsApproval>);
  /** How long an approval is waited for, in ms: 7 days unless told, a year at most. Then the call is denied. */
  approvalTimeoutMs?: number;
  /** How long a result that comes later is waited for, in ms: 7 days unless told, a year at most. */
  answerTimeoutMs?: number;
  /** How long one attempt may take, in ms: then its signal is aborted, and the model is told. No limit unless told. */
  timeoutMs?: number;
  /** Tries a tool that throws again, within its step. Only for one that is `idempotent`. Once unless told. */
  retry?: ToolRetry;
};

/** Of a tool that asks another agent: whom, and the agent's durable run where it has one. */
export type NestedAgent = {
  readonly agentName: () => string;
  readonly run?: () => RunReference;
  /** What its durable run begins with of its budgets. */
  readonly budgets?: () => Promise<{ budgets?: BudgetAsk }>;
};

export type ToolDefinition<Input> = ToolSettings<Input> &
  (
    | {
        answersLater?: false;
        /**
         * What it returns is shown to the model as JSON, a string as it stands; of an async generator its last value.
         * What it throws is told to the model, and so is a result that JSON has no text for: read a stream first.
         */
        execute: (ctx: ToolContext, input: Input) => unknown;
      }
    | {
        /** The result comes with `runs.answer`, from a person, a client or another system; the run waits for it. */
        answersLater: true;
        /** Asks for the result: what it returns is ignored, what it throws is the result. Nothing is run without it. */
        execute?: (ctx: ToolContext, input: Input) => unknown;
      }
  );

/**
 * A tool of an agent. Neither its input nor its output is part of its type: with them, the generated `api` of an app
 * whose tools call `internal.*` would be circular.
 */
export interface AgentTool {
  readonly description: string;
  readonly idempotent: boolean;
  readonly inputSchema: Schema;
  readonly execute: (ctx: ToolContext, input: unknown) => unknown;
  /** Of `agentTool`. */
  readonly nested?: NestedAgent;
  /** Absent where no call needs an approval. */
  readonly approval?: {
    readonly timeoutMs: number;
    readonly ask: (ctx: ApprovalContext, input: unknown) => NeedsApproval | Promise<NeedsApproval>;
  };
  /** Present where the result comes later; `runs`: after `execute` has asked for it. */
  readonly later?: { readonly timeoutMs: number; readonly runs: boolean };
  readonly timeoutMs?: number;
  readonly retry?: ToolRetry;
}

/**
 * Defines a tool. It runs between two calls of the model, in the app's action, with the app's ctx; tools that are
 * asked for together run together. A tool that throws, input that does not fit the schema and a result over 6 MiB
 * become an error that the model is told; the run goes on.
 *
 * Runs at most once a call unless `idempotent`. With `needsApproval` a call waits for `runs.decide`, with `answersLater`
 * for `runs.answer`. Throws `AGENT_INVALID` for settings that contradict each other.
 *
 * @example
 * const search = defineTool({
 *   description: "Search the documents.",
 *   inputSchema: z.object({ query: z.string() }),
 *   execute: (ctx, { query }) => ctx.memory.recall(ctx, { query, kinds: ["chunk"], scopes: ["tenant"] }),
 * });
 */
export function defineTool<Input>(tool: ToolDefinition<Input>): AgentTool {
  checkSettings(tool);
  const { description, idempotent = false, needsApproval = false, timeoutMs, retry, execute } = tool;
  const ask = (ctx: ApprovalContext, input: unknown) =>
    typeof needsApproval === "function" ? needsApproval(ctx, checkedInput<Input>(input)) : needsApproval;
  const { approvalTimeoutMs = APPROVAL_TIMEOUT_MS, answerTimeoutMs = ANSWER_TIMEOUT_MS } = tool;
  return {
    ...{ description, idempotent },
    inputSchema: asSchema(tool.inputSchema),
    execute: (ctx, input) => execute?.(ctx, checkedInput<Input>(input)),
    ...(needsApproval === false ? {} : { approval: { timeoutMs: approvalTimeoutMs, ask } }),
    ...(tool.answersLater === true
      ? { later: { timeoutMs: answerTimeoutMs, runs: execute !== undefined } }
      : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(retry === undefined ? {} : { retry }),
  };
}

function checkSettings<Input>(tool: ToolDefinition<Input>): void {
  const { execute, answersLater, idempotent, retry, description } = tool;
  if (execute === undefined && answersLater !== true)
    throw invalidTool(description, "give it `execute`, or let it answer later");
  for (const name of ["approvalTimeoutMs", "answerTimeoutMs", "timeoutMs"] as const)
    if (!isCount(tool[name] ?? 1)) throw invalidTool(description, `\`${name}\` is 1 to ${WAIT_MAX_MS} ms`);
  if (retry === undefined) return;
  if (idempotent !== true)
    throw invalidTool(description, "only an `idempotent` tool is tried again: it may have had its effect");
  const { maxAttempts, initialBackoffMs, base } = retry;
  if (!isCount(maxAttempts) || maxAttempts > RETRY_MAX_ATTEMPTS || !(initialBackoffMs >= 0) || !(base >= 1))
    throw invalidTool(
      description,
      `\`retry\` tries 1 to ${RETRY_MAX_ATTEMPTS} times, waits 0 ms or more, times 1 or more`,
    );
}

/** Attempts of one tool within one step: they share the time of one action. */
const RETRY_MAX_ATTEMPTS = 20;

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= WAIT_MAX_MS;

const invalidTool = (description: string, why: string) =>
  memoryError("AGENT_INVALID", `A tool cannot be as it is defined: ${why}.`, { description });

/** The boundary where checked JSON becomes the tool's input type: `executeTool` validates it against the schema. */
const checkedInput = <Input>(input: unknown): Input => input as Input;
