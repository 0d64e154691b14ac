import { v, type Infer } from "convex/values";
import type { WorkflowManager } from "@convex-dev/workflow";
import type { MutationCtx, Principal, RunOutcome, RunState } from "../client/index.js";
import { isMemoryError, vErrorCode, type ErrorCode } from "../validators/errors.js";
import { vPrincipal } from "../validators/principal.js";
import { vDriverCall, vRunState, type RunDriver } from "../validators/run.js";
import { beginTurn } from "./beginTurn.js";
import type { ResolvedAgent } from "./definition.js";
import { recordIn } from "./lastTry.js";

/** A call that another agent's durable run answers: open that, or tell the model why not. */
export const vNestContext = v.object({
  kind: v.literal("nest"),
  as: vPrincipal,
  runId: v.string(),
  callId: v.string(),
  toolName: v.string(),
  /** Where the asking run's own functions are. */
  path: v.string(),
  failure: v.optional(v.string()),
});

/**
 * `begin`: a nested run opens itself. `nest`: a run asks another agent. `stop`: a run is not to ask its model again.
 * `end`: a workflow is over, whatever became of it. The others are what the
 * component asks for.
 */
export const vSettleContext = v.union(
  v.object({
    kind: v.literal("begin"),
    as: vPrincipal,
    threadId: v.string(),
    prompt: v.string(),
    path: v.string(),
  }),
  vNestContext,
  v.object({ kind: v.literal("stop"), as: vPrincipal, runId: v.string() }),
  v.object({ kind: v.literal("end"), as: vPrincipal, runId: v.string(), nested: v.boolean() }),
  ...vDriverCall.members,
);
/** What a nested run is told: where it stands, and whether it waits for the event that its turn has come. */
export const vSettled = v.union(
  v.object({ runId: v.string(), waits: v.boolean() }),
  v.object({ state: v.union(vRunState, v.null()) }),
  v.string(),
  v.null(),
);
export type Settled = Infer<typeof vSettled>;

type SettleContext = Infer<typeof vSettleContext>;

/** Opens the run of a nested workflow, once: the workflow's id is its operation. In a busy thread it waits. */
export async function beginRun(
  agent: ResolvedAgent,
  ctx: MutationCtx,
  args: Omit<Extract<SettleContext, { kind: "begin" }>, "kind" | "path"> & {
    workflowId: string;
    workflow: WorkflowManager;
    driver: RunDriver;
  },
): Promise<{ runId: string; waits: boolean }> {
  const { threadId, driver, workflow, workflowId } = args;
  const begun = await beginTurn(agent, ctx, {
    memory: bound(agent, args.as),
    workflow,
    turn: {
      ...{ threadId, driver, workflowId },
      agentName: agent.name,
      engine: "durable",
      prompt: [{ type: "text", text: args.prompt }],
      operationId: `workflow:${workflowId}`,
      limits: { maxMessages: 0 },
      whileRunning: "queue",
    },
  });
  // One whose turn came in this very transaction was sent the event already.
  return { runId: begun.runId, waits: begun.behind !== undefined || begun.state.kind === "queued" };
}

/** Ends a run whose stop condition is met behind its tools; its id when it goes on, because it has messages to read. */
export async function stopRun(
  agent: ResolvedAgent,
  ctx: MutationCtx,
  { as, runId }: { as: Principal; runId: string },
): Promise<string | null> {
  try {
    const ending = { runId, outcome: { kind: "completed" as const }, unlessSteered: true };
    const { state } = await bound(agent, as).turns.end(ctx, ending);
    return state.kind === "running" ? runId : null;
  } catch (error) {
    if (isMemoryError(error, "RUN_NOT_FOUND")) return null; // it went with its thread
    throw error;
  }
}

/** Records how a workflow ended, when its last step has not done so already; null when the run went with its thread. */
export async function endRun(
  agent: ResolvedAgent,
  ctx: MutationCtx,
  { result, as, runId }: { result: unknown; as: Principal; runId: string },
): Promise<RunState | null> {
  try {
    return (await bound(agent, as).turns.end(ctx, { runId, outcome: outcomeOf(result) })).state;
  } catch (error) {
    if (!isMemoryError(error, "RUN_NOT_FOUND")) throw error;
    return null;
  }
}

/** The memory as the agent sees it for a principal. */
export const bound = (agent: ResolvedAgent, as: Principal) =>
  agent.memory.as({ ...as, agentName: as.agentName ?? agent.name });

/** What Convex says about a function that is not there; a message is all that a workflow hands on. */
const MISSING_FUNCTION =
  /function handle not found|could not find (?:public function|internal function|function|module)|there is no such export/i;
/** One of our own errors in the text of an error: its data is JSON there. */
const OWN_ERROR = /"code":"([A-Z_]+)".*?"message":"((?:[^"\\]|\\.)*)"/;
/** What errors put before their words, once for each function that they went through. */
const ERROR_NAMES = /^(?:Uncaught )?(?:\w*Error: )+/;
const MESSAGE_MAX_CHARACTERS = 500;

/** What the end of a workflow says about its run. */
export function outcomeOf(result: unknown): RunOutcome {
  const kind = field(result, "kind");
  if (kind === "success") return { kind: "completed" };
  if (kind === "canceled") return { kind: "canceled", reason: "The workflow was canceled." };
  const error = field(result, "error");
  const text = typeof error === "string" ? error : "The workflow failed.";
  const [firstLine = ""] = text.split("\n");
  const message = firstLine.slice(0, MESSAGE_MAX_CHARACTERS);
  if (MISSING_FUNCTION.test(text))
    return {
      kind: "failed",
      code: "RUN_CODE_MOVED",
      message: `The file of the run was moved or its exports renamed while it waited: ${message}`,
    };
  return ownOutcome(text) ?? { kind: "failed", code: "MODEL_FAILED", message };
}

/** What one of our own errors says in the text of another; a model's also what the provider's error was. */
function ownOutcome(text: string): RunOutcome | null {
  const [, code, message = ""] = OWN_ERROR.exec(text) ?? [];
  if (!isErrorCode(code)) return null;
  const error = code === "MODEL_FAILED" ? recordIn(text) : undefined;
  return { kind: "failed", code, message: unescaped(message), ...(error === undefined ? {} : { error }) };
}

/** As it was before it stood in JSON. */
function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

/** What an error that a workflow handed on says, with our code where it is one of ours. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [firstLine = ""] = text.split("\n");
  const words = firstLine.replace(ERROR_NAMES, "");
  const [, code, own] = OWN_ERROR.exec(text) ?? [];
  const said = isErrorCode(code) ? `${code}: ${own}` : words;
  return (MISSING_FUNCTION.test(text) ? `RUN_CODE_MOVED: ${words}` : said).slice(0, MESSAGE_MAX_CHARACTERS);
}

const isErrorCode = (code: string | undefined): code is ErrorCode =>
  vErrorCode.members.some((member) => member.value === code);

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
