import type { ActionCtx, BoundMemory } from "../client/index.js";
import { compactThread } from "./compaction.js";
import type { ResolvedAgent } from "./definition.js";
import { describeError } from "./errors.js";
import { extractAfterRun } from "./extraction.js";

type AfterRun = {
  ctx: ActionCtx;
  memory: BoundMemory;
  threadId: string;
  runId: string;
  /** The thread has no room for another turn. */
  isDue: boolean;
  abortSignal?: AbortSignal;
};

/** True when something is to be done after a run: what it was over then decides `isDue`. */
export const hasWorkAfterRun = ({ extraction, compaction }: ResolvedAgent, isDue: boolean): boolean =>
  extraction !== undefined || (isDue && compaction?.afterRun === true);

/**
 * The last thing of a run, when its answer is saved: finds facts in what was said, and makes room for the next turn.
 * Never throws: what fails is a warning, and is done by a later turn or a worker.
 */
export async function workAfterRun(
  agent: ResolvedAgent,
  { isDue, runId, ...request }: AfterRun,
): Promise<string[]> {
  if (!hasWorkAfterRun(agent, isDue)) return [];
  const { ctx, ...where } = request;
  const warnings: string[] = [];
  if (agent.extraction !== undefined)
    warnings.push(...(await extractAfterRun(ctx, { ...agent.extraction, ...where, runId })).warnings);
  if (isDue) warnings.push(...(await compactAfterRun(agent, { ...request, runId })));
  return warnings;
}

async function compactAfterRun(
  { compaction, compactionModel: model, maxRetries }: ResolvedAgent,
  { ctx, ...where }: Omit<AfterRun, "isDue">,
): Promise<string[]> {
  if (compaction?.afterRun !== true) return [];
  const { settings } = compaction;
  const writer = model === undefined ? {} : { model };
  try {
    return (await compactThread(ctx, { ...where, settings, maxRetries, ...writer })).warnings;
  } catch (error) {
    return [`The thread was not compacted: ${describeError(error)}`];
  }
}
