import { mismatchText } from "../../audit/mismatch.js";
import { recount } from "../../audit/recount.js";
import { unfolded } from "../../audit/rollups.js";
import type { EventRow } from "../../audit/rows.js";
import { usageOf } from "../script.js";
import {
  groupBy,
  isAnswer,
  isOver,
  matchRuns,
  repeated,
  stateOf,
  stepsOf,
  type Evidence,
  type Finding,
  type RunRow,
} from "./evidence.js";

/** Where the ledger does not say what was used: one event a saved step, and sums that agree. */
export function usageMismatches(evidence: Evidence): Finding[] {
  const { ledger, usage, runs, threads, now } = evidence;
  const events = groupBy(usage.filter(isAnswer), ({ runId = "" }) => runId);
  const of = (run: RunRow) => events.get(run._id) ?? [];
  return [
    ...unfolded({ ...ledger, usageEvents: usage }).map(({ _id }) => `event ${_id} was never folded`),
    ...recount({ ...ledger, usageEvents: usage, runs, threads }, now).map(mismatchText),
    // Every run is over or gone, and with it what it had drawn: also where it has long expired.
    ...ledger.slabs.map(({ _id, runId }) => `slab ${_id} of run ${runId} was never returned`),
    ...unpriced(evidence),
    ...toolCosts(evidence),
    ...runs.filter(isOver).flatMap((run) => countsOf(run, of(run))),
    ...matchRuns(evidence).flatMap(({ script, rows }) =>
      rows.flatMap((run) =>
        of(run)
          .filter(({ step = -1, ...used }) => !isUsage(used, usageOf(script, step)))
          .map(({ step }) => `run ${run._id} (${script.key}): step ${step} did not use that`),
      ),
    ),
    ...uncalled(evidence, of),
  ];
}

/** The prices are set before the first call. */
const unpriced = ({ ledger, usage }: Evidence): Finding[] =>
  usage
    .filter(({ costMicros }) => costMicros === undefined)
    .filter((event) =>
      ledger.prices.some(({ provider, model }) => provider === event.provider && model === event.model),
    )
    .map(({ _id }) => `event ${_id} has no cost, and its model has a price`);

/** Tools that say what they cost. */
const PAID_TOOLS = ["note", "boom"];
const ENDED = ["done", "failed"];

/** What tools cost that came to their end, where it is not in the ledger once. */
function toolCosts({ usage, toolCalls }: Evidence): Finding[] {
  const paid = groupBy(
    usage.filter(({ purpose }) => purpose === "tool"),
    ({ raw = "" }) => raw,
  );
  return [
    ...[...paid]
      .filter(([, events]) => events.length > 1)
      .map(([operationId, { length }]) => `tool ${operationId} is ${length} times in the ledger`),
    ...toolCalls
      .filter(({ toolName, state }) => PAID_TOOLS.includes(toolName) && ENDED.includes(state.kind))
      .filter(({ runId, step }) => !paid.has(`${runId}:${step}`))
      .map(({ runId, step }) => `tool ${runId}:${step} ended and is not in the ledger`),
  ];
}

function countsOf(run: RunRow, events: EventRow[]): Finding[] {
  const twice = repeated(events, ({ step }) => String(step)).map(
    ([step, count]) => `run ${run._id}: ${count} events of step ${step}`,
  );
  if (stateOf(run) !== "completed") return twice;
  const paid = new Set(events.map(({ step }) => step));
  const steps = Array.from({ length: stepsOf(run) }, (_, step) => step);
  const unpaid = steps
    .filter((step) => !paid.has(step))
    .map((step) => `run ${run._id}: no event of step ${step}`);
  const beyond = events
    .filter(({ step = -1 }) => step >= stepsOf(run) || step < 0)
    .map(({ step }) => `run ${run._id}: an event of step ${step}, which is not there`);
  return [...twice, ...unpaid, ...beyond];
}

/** Events of calls that nobody made to the end. */
function uncalled(evidence: Evidence, eventsOf: (run: RunRow) => EventRow[]): Finding[] {
  const made = new Set(
    evidence.calls.flatMap((entry) =>
      entry.kind === "model" && entry.event === "completed" ? [`${entry.key}:${entry.step}`] : [],
    ),
  );
  return matchRuns(evidence).flatMap(({ script, rows }) =>
    rows
      .filter((run) => stateOf(run) === "completed")
      .flatMap(eventsOf)
      .filter(({ step }) => !made.has(`${script.key}:${step}`))
      .map(({ step }) => `${script.key}: step ${step} is in the ledger and was never asked to the end`),
  );
}

type Tokens = { inputTokens: number; outputTokens: number };
const isUsage = (left: Tokens, right: Tokens): boolean =>
  left.inputTokens === right.inputTokens && left.outputTokens === right.outputTokens;
