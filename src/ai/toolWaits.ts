import type { ToolApprovalStatus } from "ai";
import type { AskedWait, CallWait, PartOf } from "../client/index.js";
import { describeError } from "./errors.js";
import type { AgentTool, ApprovalContext, NeedsApproval } from "./tool.js";
import { attempt } from "./toolAttempts.js";
import { activeOf } from "./modelFields.js";
import { notFound, readInput, type ToolScope } from "./toolExecution.js";

type Tools = Record<string, AgentTool>;
type ToolCallPart = PartOf<"toolCall">;
type JudgedCall = Pick<ToolCallPart, "callId" | "toolName" | "input">;
type Judged = Omit<AskedWait, "callId"> | null;

type Waiting = ToolScope & {
  /** The tools that the step's `prepareStep` left, by name. */
  activeTools: readonly string[] | undefined;
};

/**
 * What the calls of one step wait for, before it is saved; calls that simply run are left out. A call whose input does
 * not fit, whose `needsApproval` throws or denies it, or whose tool was turned off for the step, is refused: nobody is
 * asked, and the model is told.
 */
export async function waitsOf(
  tools: Tools,
  calls: ToolCallPart[],
  { activeTools, ...scope }: Waiting,
): Promise<AskedWait[]> {
  const active = activeOf(tools, activeTools);
  const judged = await Promise.all(
    calls.map(async (call): Promise<AskedWait[]> => {
      const wait = isTurnedOff(call, { tools, active })
        ? refusedAs(notFound(active, call.toolName))
        : await judge(active, call, scope);
      return wait === null ? [] : [{ callId: call.callId, ...wait }];
    }),
  );
  return judged.flat();
}

/** True for a tool of the agent that may not be used in this step. */
const isTurnedOff = ({ toolName }: ToolCallPart, { tools, active }: Record<"tools" | "active", Tools>) =>
  Object.hasOwn(tools, toolName) && !Object.hasOwn(active, toolName);

const refusedAs = (output: string): Judged => ({ runs: true, refused: { outputKind: "error", output } });

/** What one call waits for, or why it may not run; null where it simply runs. */
export async function judge(tools: Tools, call: JudgedCall, scope: ToolScope): Promise<Judged> {
  const tool = Object.hasOwn(tools, call.toolName) ? tools[call.toolName] : undefined;
  if (tool === undefined || (tool.approval === undefined && tool.later === undefined)) return null;
  try {
    const input = await readInput(tool, call);
    return waitOf(tool, await statusOf(tool, approvalContext(call, scope), input));
  } catch (error) {
    return refusedAs(describeError(error));
  }
}

function waitOf({ approval, later }: AgentTool, { type, reason }: Status): Judged {
  const runs = later?.runs ?? true;
  const answer = later === undefined ? {} : { answerTimeoutMs: later.timeoutMs };
  switch (type) {
    case "denied":
      return { runs, refused: { outputKind: "denied", output: reason ?? "" } };
    case "not-applicable":
    case "approved":
      return later === undefined ? null : { runs, ...answer };
    case "user-approval": {
      const requestReason = reason === undefined ? {} : { requestReason: reason };
      return { runs, ...answer, approvalTimeoutMs: approval?.timeoutMs, ...requestReason };
    }
  }
}

/** A status of the AI SDK, told in full. */
type Status = Extract<ToolApprovalStatus, { type: string }>;

/** Whether a call needs an approval, as a status of the AI SDK. Throws what the tool's function throws. */
export async function statusOf(tool: AgentTool, ctx: ApprovalContext, input: unknown): Promise<Status> {
  const { approval } = tool;
  if (approval === undefined) return { type: "not-applicable" };
  const answer = await attempt({ timeoutMs: tool.timeoutMs }, ctx.abortSignal, (abortSignal) =>
    approval.ask({ ...ctx, abortSignal }, input),
  );
  return statusIn(asAnswer(answer));
}

/** The boundary where what a tool's function was awaited for has its type again. */
const asAnswer = (answer: unknown): NeedsApproval => answer as NeedsApproval;

function statusIn(answer: NeedsApproval): Status {
  if (typeof answer === "object") return answer;
  if (typeof answer === "string") return { type: answer };
  return { type: answer === true ? "user-approval" : "not-applicable" };
}

/** The boundary where the Convex ctx of the caller's action becomes the one that `needsApproval` gets. */
function approvalContext({ callId }: JudgedCall, { ctx, ...scope }: ToolScope): ApprovalContext {
  return { ...ctx, ...scope, callId } as ApprovalContext;
}

/**
 * The agent's rules for approvals in the words of the AI SDK, for tools that are handed to `generateText` or
 * `ToolLoopAgent`: a status for each tool that has `needsApproval`.
 *
 * @example await generateText({ model, tools, toolApproval: toolApproval({ pay }, toolCtx), prompt });
 */
export function toolApproval(
  tools: Tools,
  ctx: Omit<ApprovalContext, "callId">,
): Record<string, (input: unknown, options: { toolCallId: string }) => Promise<ToolApprovalStatus>> {
  const held = Object.entries(tools).filter(([, tool]) => tool.approval !== undefined);
  return Object.fromEntries(
    held.map(([name, tool]) => [
      name,
      (input: unknown, { toolCallId }: { toolCallId: string }) =>
        statusOf(tool, { ...ctx, callId: toolCallId }, input),
    ]),
  );
}

type Planned = { callId: string; toolName: string; wait?: CallWait };

/** What is to be run of a saved step: calls that only wait for their result are not. */
export function plan(calls: readonly Planned[]): {
  calls: { callId: string; toolName: string; held?: boolean }[];
  later: boolean;
} {
  const isHeld = ({ wait }: Planned): boolean => wait?.approvalTimeoutMs !== undefined;
  return {
    calls: calls
      .filter((call) => isHeld(call) || call.wait?.runs !== false)
      .map((call) => ({
        ...{ callId: call.callId, toolName: call.toolName },
        ...(isHeld(call) ? { held: true } : {}),
      })),
    later: calls.some(({ wait }) => wait?.answerTimeoutMs !== undefined),
  };
}
