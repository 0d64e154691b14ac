// Durable runs of different lengths: what each of their steps costs. A step is one saved call of the model or of a tool,
// however many steps of the workflow these are; a run in which the model is asked n times, for a tool each time but the
// last, has 2n - 1, in n steps of its workflow.
import { getDocumentSize, type Value } from "convex/values";
import type { Host, Span } from "../../host/index.js";
import { spansOf, withHost } from "../benchHost.js";
import { countSpans, type Counts } from "../counts.js";
import { makeLookUps } from "../material/turn.js";
import { createThread, ours, USER_ID } from "../sides.js";

/** How often the model is asked in a run. */
export const MODEL_CALLS = [5, 10, 20, 40];
/** How many tools each step of a run asks for at once, where they are steps of the workflow each, and its model calls. */
export const PARALLEL = { tools: 2, modelCalls: 10 };
/** Runs that are under way together, where the work pool is shared, and how often each asks its model. */
export const TOGETHER = { runs: 10, modelCalls: 10 };

/** Of one run: everything from its start until its workflow is cleaned up. */
type RunCounts = Counts & {
  steps: number;
  /** Calls of the memory from the busiest action, shared out among the calls of the model and of tools that it saved. */
  componentCallsPerStep: number;
  /** What the steps left in the workflow's journal before it was cleaned up. */
  journalBytes: number;
};

/** What one step costs. */
export type StepCounts = {
  componentCalls: number;
  functions: number;
  indexRanges: number;
  documentsRead: number;
  bytesRead: number;
  documentsWritten: number;
  bytesWritten: number;
  journalBytes: number;
};

export type DurableCounts = {
  /** By the number of model calls: the whole run shared out among its steps, with its start, end and idle polling. */
  perStep: Record<string, StepCounts & { steps: number }>;
  /** By the number of model calls: what each step more than the shorter run before cost. */
  perStepMore: Record<string, StepCounts>;
  /** Ten runs at once, of ten model calls each. */
  perStepTogether: StepCounts;
  /** A run whose model asks for two tools at a time. */
  perStepParallel: StepCounts;
};

/** Runs of each length. */
export async function measureDurable(
  lengths = MODEL_CALLS,
  { runs, modelCalls } = TOGETHER,
): Promise<DurableCounts> {
  const perStep: DurableCounts["perStep"] = {};
  const perStepMore: DurableCounts["perStepMore"] = {};
  let shorter: RunCounts | null = null;
  for (const length of lengths) {
    const run = await measureRun(length);
    perStep[length] = { steps: run.steps, ...sharedOut(run) };
    if (shorter !== null) perStepMore[length] = sharedOut(run, shorter);
    shorter = run;
  }
  const together = await measureRun(modelCalls, { together: runs });
  const parallel = await measureRun(modelCalls, { tools: PARALLEL.tools });
  return {
    ...{ perStep, perStepMore },
    perStepTogether: sharedOut(together),
    perStepParallel: sharedOut(parallel),
  };
}

function sharedOut(run: RunCounts, less?: RunCounts): StepCounts {
  const steps = run.steps - (less?.steps ?? 0);
  const share = (count: keyof RunCounts) => round((run[count] - (less?.[count] ?? 0)) / steps);
  return {
    componentCalls: run.componentCallsPerStep,
    functions: share("executions"),
    indexRanges: share("indexRanges"),
    documentsRead: share("documentsRead"),
    bytesRead: share("bytesRead"),
    documentsWritten: share("documentsWritten"),
    bytesWritten: share("bytesWritten"),
    journalBytes: share("journalBytes"),
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** A run on a host of its own, or some together, each in a thread of its own; its model asks for so many tools at once. */
export function measureRun(modelCalls: number, { together = 1, tools = 1 } = {}): Promise<RunCounts> {
  return withHost(async (host) => {
    const threadIds: string[] = [];
    for (let index = 0; index < together; index++) threadIds.push(await createThread(host, ours));
    const asked = { userId: USER_ID, prompt: makeLookUps(modelCalls - 1, tools) };
    const spans = await spansOf(host, async () => {
      await Promise.all(
        threadIds.map((threadId) => host.call("mutation", "durable:start", { ...asked, threadId })),
      );
      await runsEnd(host, together);
    });
    const actions = actionsOf(spans).map(({ children }) => {
      const calls = children.filter((span) => span.componentPath === ours.component);
      return { calls: calls.length, saved: calls.filter(isSave).length };
    });
    return {
      ...countSpans(spans, ours.component),
      steps: actions.reduce((sum, { saved }) => sum + saved, 0),
      componentCallsPerStep: Math.max(...actions.map(({ calls, saved }) => calls / saved)),
      journalBytes: journalBytesOf(spans),
    };
  });
}

/** The saving of what one call of the model, or of a tool, gave. */
const isSave = ({ functionPath }: Span): boolean =>
  ["turns:saveStep", "turns:saveResult"].includes(functionPath);

const actionsOf = (spans: readonly Span[]): Span[] =>
  spans.filter((span) => span.functionPath === "durable:step");

/** The sizes of the journal's entries as each was last written. */
export function journalBytesOf(spans: readonly Span[]): number {
  const entries = new Map<string, number>();
  for (const { writes } of spans)
    for (const { componentPath, table, id, after } of writes)
      if (componentPath === "workflow" && table === "steps" && after !== null)
        entries.set(id, getDocumentSize(after as Record<string, Value>));
  return [...entries.values()].reduce((sum, bytes) => sum + bytes, 0);
}

const RUN_TIMEOUT_MS = 120_000;
const POLL_MS = 20;
/** Scheduled functions further away are clean-up for another day, as in an idle app. */
const SOON_MS = 2_000;

async function runsEnd(host: Host, count: number): Promise<void> {
  const deadline = Date.now() + RUN_TIMEOUT_MS;
  for (;;) {
    await host.idle();
    const runs = await host.readTable(ours.component, "runs");
    const states = runs.map((run) => (run["state"] as { kind: string } | undefined)?.kind ?? "running");
    if (states.includes("failed")) throw new Error("A durable run failed");
    const soon = host
      .scheduledJobs()
      .some((job) => job.state === "pending" && job.dueAt < Date.now() + SOON_MS);
    const completed = states.filter((state) => state === "completed").length;
    if (completed === count && !soon) return;
    if (Date.now() > deadline)
      throw new Error(`The durable runs were ${states.join(", ")} after ${RUN_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
