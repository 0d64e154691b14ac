import type { WorkflowCtx } from "@convex-dev/workflow";
import { answeredEvent, decidedEvent, type Answered, type Decided } from "../shared/runEvents.js";
import type { StepOutcome } from "./stepRecord.js";

type Asked = StepOutcome["calls"][number];
type Calls = Pick<StepOutcome, "calls" | "later"> & {
  place: number;
  /** Runs one call as a step, or as steps, of its own. */
  run: (asked: Asked) => Promise<unknown>;
};

/** As `Promise.all`, but no failure is told before each is over: an event that nobody takes any more would stay. */
async function together<Work extends readonly unknown[]>(
  work: readonly [...Work],
): Promise<{ [Key in keyof Work]: Awaited<Work[Key]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

/**
 * Runs what one model step asked for, together. Calls that need an approval run when all of them are decided; then the
 * results that come later are waited for. "ended" when the run was ended while it waited.
 */
export async function runCalls(
  step: WorkflowCtx,
  { place, calls, later, run }: Calls,
): Promise<"done" | "ended"> {
  const held = calls.filter((asked) => asked.held === true);
  const free = calls.filter((asked) => asked.held !== true);
  const decision = held.length === 0 ? null : step.awaitEvent<Decided>({ name: decidedEvent(place) });
  const [decided] = await together([decision, ...free.map(run)]);
  if (decided?.ended === true) return "ended";
  await together(held.filter(({ callId }) => decided?.approved.includes(callId) === true).map(run));
  if (later !== true) return "done";
  const { ended } = await step.awaitEvent<Answered>({ name: answeredEvent(place) });
  return ended ? "ended" : "done";
}
