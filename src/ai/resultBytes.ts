import type { StepResult } from "../client/index.js";
import { toolResultPart } from "../parts/toolResult.js";
import { utf8Bytes } from "../shared/utf8.js";

/** Bytes of one tool's result: it is one message, and a mutation takes 16 MiB of arguments in all. */
const TOOL_RESULT_MAX_BYTES = 6 * 1024 * 1024;
/** Bytes of the results that one in-action step saves together. */
const STEP_RESULTS_MAX_BYTES = 12 * 1024 * 1024;

/** The result, or an error that says that it is too long to be kept. */
export function keptResult(result: StepResult): StepResult {
  const bytes = utf8Bytes(result.part.output);
  return bytes > TOOL_RESULT_MAX_BYTES ? tooLong(result, bytes) : result;
}

/** The results of one step, those that are too long together with the ones before them as errors. */
export function keptResults(results: readonly StepResult[]): StepResult[] {
  let bytes = 0;
  return results.map((result) => {
    const added = utf8Bytes(result.part.output);
    if (bytes + added > STEP_RESULTS_MAX_BYTES) return tooLong(result, added);
    bytes += added;
    return result;
  });
}

function tooLong(result: StepResult, bytes: number): StepResult {
  const { callId, toolName } = result.part;
  const error = `The tool's result has ${bytes} bytes, more than can be kept: ask for less.`;
  return { ...result, failed: true, part: toolResultPart({ callId, toolName, error }) };
}
