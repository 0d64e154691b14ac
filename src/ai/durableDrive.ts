import type { WorkflowCtx } from "@convex-dev/workflow";
import type { Infer } from "convex/values";
import type { Principal } from "../client/index.js";
import { dueEvent } from "../shared/runEvents.js";
import type { ResolvedAgent, StepRetry } from "./definition.js";
import { runCalls } from "./durableTools.js";
import { isToTryAgain } from "./lastTry.js";
import { askNested } from "./nestedRun.js";
import type { vSettleContext } from "./settle.js";
import { siblingsAt } from "./siblings.js";
import { fromRecord, type StepArgs, type StepOutcome, type StepRecord } from "./stepRecord.js";

/**
 * A tool's own step is only lost with its action: what a tool throws is a result. So often that deploys in a row do not
 * lose its result: a tool that may have run is not run again, however often its step is.
 */
const TOOL_RETRY = { maxAttempts: 8, initialBackoffMs: 250, base: 2 };

export type Driving = {
  path: string;
  as: Principal;
  threadId: string;
  runId: string;
  /** Of a run that a workflow around it waits for. */
  prompt?: string;
};

type Driver = { agent: ResolvedAgent; step: WorkflowCtx } & Driving;
type Asked = StepOutcome["calls"][number];

/** Model, tools, model, … until a step ends the run. Each call is written before the next one starts. Gives what it said. */
export async function drive(agent: ResolvedAgent, step: WorkflowCtx, driving: Driving): Promise<string> {
  const driver: Driver = { ...driving, agent, step };
  let outcome = await askModel(driver, 0);
  for (let place = 0; ; place++) {
    const only = onlyCall(outcome);
    if (only !== null) {
      outcome = await askBehindTool(driver, { place, call: only });
      continue;
    }
    const tools = await runCalls(step, { ...outcome, place, run: (asked) => runCall(driver, place, asked) });
    const goesOn = tools !== "ended" && !outcome.ended;
    if (goesOn && (!outcome.stop || (await isSteered(driver)))) {
      outcome = await askModel(driver, place + 1);
      continue;
    }
    // The answer is there, whatever comes of what is done after it.
    if (outcome.after === true)
      await call(driver, { name: "after" }, { place, threadId: driver.threadId, after: true }).catch(
        () => null,
      );
    return outcome.text ?? "";
  }
}

/** What is journalled of a step besides its arguments. */
type StepName = "model" | "tool" | "toolThenModel" | "after";
type More = Omit<StepArgs, "runId" | "as">;

async function call(
  { step, path, runId, as }: Driver,
  { name, retry = TOOL_RETRY }: { name: StepName; retry?: StepRetry },
  more: More,
): Promise<StepOutcome> {
  const args = { runId, as, ...more };
  return fromRecord((await step.runAction(siblingsAt(path).step, args, { name, retry })) as StepRecord);
}

/** A workflow around the run is given what it said, and must know when it failed. */
const reportOf = ({ prompt }: Driver): { report?: true } => (prompt === undefined ? {} : { report: true });

function checked(driver: Driver, outcome: StepOutcome): StepOutcome {
  if (outcome.failure !== undefined && driver.prompt !== undefined) throw new TypeError(outcome.failure);
  return outcome;
}

async function askModel(driver: Driver, place: number): Promise<StepOutcome> {
  const told = place === 0 ? { workflowId: driver.step.workflowId } : {};
  const more = { place, ...told, ...reportOf(driver) };
  return await whenDue(driver, place, await call(driver, { name: "model", retry: driver.agent.retry }, more));
}

/**
 * Waits for as long as the step may not ask its model, then runs the same step again: also where the run was ended
 * meanwhile, which the step finds. The component sends the event at that time.
 */
async function whenDue(driver: Driver, place: number, first: StepOutcome): Promise<StepOutcome> {
  let outcome = first;
  for (let times = 1; outcome.waitUntil !== undefined; times++) {
    const { at: _, reason: __, ...heldOver } = outcome.waitUntil;
    await driver.step.awaitEvent({ name: dueEvent(place) });
    const waited = { times, ...heldOver };
    const more = { place, ...reportOf(driver), waited };
    outcome = await call(driver, { name: "model", retry: driver.agent.retry }, more);
  }
  return checked(driver, outcome);
}

/** The one call of a step that the model is asked behind at once: nothing but its tool is to come before. */
function onlyCall({ calls, later, ended, stop }: StepOutcome): Asked | null {
  const [only, ...others] = calls;
  if (only === undefined || others.length > 0 || later === true || ended || stop) return null;
  return only.held === true || only.nested === true ? null : only;
}

/** Runs the only tool of a step and asks the model behind it, as one step of the workflow where that is possible. */
async function askBehindTool(
  driver: Driver,
  { place, call: asked }: { place: number; call: Asked },
): Promise<StepOutcome> {
  const more = { place, call: asked, thenModel: true, ...reportOf(driver) };
  const together = call(driver, { name: "toolThenModel", retry: driver.agent.retry }, more);
  const outcome = await together.catch(async (error: unknown) => {
    if (isToTryAgain(error)) throw error; // the tool has its result
    await runTool(driver, place, asked); // its actions were lost: each has its own attempts now
    return null;
  });
  return outcome === null || outcome.unasked === true
    ? await askModel(driver, place + 1)
    : await whenDue(driver, place + 1, outcome);
}

const runCall = (driver: Driver, place: number, { callId, toolName, nested }: Asked): Promise<unknown> => {
  const { step, as, runId, path } = driver;
  return nested === true
    ? askNested(step, { as, runId, callId, toolName, path })
    : runTool(driver, place, { callId, toolName });
};

/** A tool as a step of its own. Where every attempt was lost the model is told, and the run goes on. */
async function runTool(driver: Driver, place: number, { callId, toolName }: Asked): Promise<void> {
  try {
    await call(driver, { name: "tool" }, { place, call: { callId, toolName } });
  } catch (error) {
    const { as, runId } = driver;
    const left = settleInline(driver, { kind: "leave", as, runId, callId, toolName, place });
    await left.catch(() => {
      throw error; // the whole file was moved, or the thread removed
    });
  }
}

/** Ends a run that stops behind its tools; true when it goes on, because a message came that it has not read. */
const isSteered = async (driver: Driver): Promise<boolean> => {
  const { as, runId } = driver;
  return (await settleInline(driver, { kind: "stop", as, runId })) !== null;
};

/** In the workflow's own mutation. */
function settleInline({ step, path }: Driver, context: Infer<typeof vSettleContext>): Promise<string | null> {
  const args = { workflowId: step.workflowId, result: null, context };
  return step.runMutation(siblingsAt(path).settle, args, { inline: true }) as Promise<string | null>;
}
