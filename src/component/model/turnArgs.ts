import type { BudgetAsk } from "../../validators/budgetRun.js";
import type { ContextAsk } from "../../validators/contextGiven.js";
import type { HookHandles } from "../../validators/hook.js";
import type { Caller } from "../../validators/principal.js";
import type { LogLevel, RunEngine } from "../../validators/run.js";
import type { ParentCall, RunDriver, WhileRunning } from "../../validators/runDriving.js";
import type { ContextLimits } from "../../validators/turn.js";

/** What a turn is begun with. */
export type BeginArgs = {
  caller: Caller;
  threadId: string;
  agentName: string;
  engine: RunEngine;
  prompt?: unknown[];
  promptMessageId?: string;
  operationId?: string;
  limits?: ContextLimits;
  shown?: ContextAsk;
  stream?: boolean;
  recall?: boolean;
  /** Of a durable run; `workflowId` where its workflow is under way already. */
  driver?: RunDriver;
  workflowId?: string;
  hooks?: HookHandles;
  /** What is logged of the run: "errors" unless told. */
  logs?: LogLevel;
  /** Of a nested run. */
  parent?: ParentCall;
  /** What to do while another run has the thread: "reject" unless told. */
  whileRunning?: WhileRunning;
  /** When a durable run is to start, in ms since the epoch; at once unless told, and where that is past. */
  startAt?: number;
  /** What it needs of its budgets; absent: none limits it. */
  budgets?: BudgetAsk;
};
