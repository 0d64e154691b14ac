import { v, type Infer } from "convex/values";
import type { MutationCtx, Principal, RunOutcome } from "../client/index.js";
import { isMemoryError, vErrorCode, type ErrorCode } from "../validators/errors.js";
import { vPrincipal } from "../validators/principal.js";
import { vDriverCall, type RunDriver } from "../validators/run.js";
import type { ResolvedAgent } from "./definition.js";
import { recordIn } from "./lastTry.js";

/**
 * `begin`: a nested run opens itself. `end`: a workflow is over, whatever became of it. The others are what the
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
  v.object({ kind: v.literal("end"), as: vPrincipal, runId: v.string(), nested: v.boolean() }),
  ...vDriverCall.members,
);
type SettleContext = Infer<typeof vSettleContext>;

/** Opens the run of a nested workflow, once: the workflow's id is its operation. */
export async function beginRun(
  agent: ResolvedAgent,
  ctx: MutationCtx,
  args: Omit<Extract<SettleContext, { kind: "begin" }>, "kind" | "path"> & {
    workflowId: string;
    driver: RunDriver;
  },
): Promise<string> {
  const { runId } = await bound(agent, args.as).turns.begin(ctx, {
    threadId: args.threadId,
    agentName: agent.name,
    engine: "durable",
    prompt: [{ type: "text", text: args.prompt }],
    operationId: `workflow:${args.workflowId}`,
    limits: { maxMessages: 0 },
    driver: args.driver,
    workflowId: args.workflowId,
  });
  return runId;
}

/** Records how a workflow ended, when its last step has not done so already. */
export async function endRun(
  agent: ResolvedAgent,
  ctx: MutationCtx,
  { result, as, runId }: { result: unknown; as: Principal; runId: string },
): Promise<void> {
  try {
    await bound(agent, as).turns.end(ctx, { runId, outcome: outcomeOf(result) });
  } catch (error) {
    if (!isMemoryError(error, "RUN_NOT_FOUND")) throw error; // it went with its thread
  }
}

const bound = (agent: ResolvedAgent, as: Principal) =>
  agent.memory.as({ ...as, agentName: as.agentName ?? agent.name });

/** What Convex says about a function that is not there; a message is all that a workflow hands on. */
const MISSING_FUNCTION =
  /function handle not found|could not find (?:public function|internal function|function|module)|there is no such export/i;
/** One of our own errors in the text of an error: its data is JSON there. */
const OWN_ERROR = /"code":"([A-Z_]+)".*?"message":"((?:[^"\\]|\\.)*)"/;
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

const isErrorCode = (code: string | undefined): code is ErrorCode =>
  vErrorCode.members.some((member) => member.value === code);

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
