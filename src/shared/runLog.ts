import { ERROR_CODES, type ErrorCode } from "../validators/errors.js";
import type { LogLevel } from "../validators/run.js";
import { LOG_LINES_PER_FUNCTION } from "./runLimits.js";

/** What a log tells of. Transitions are told where they are made, so a mutation that is retried tells them again. */
export type LogEvent =
  | "run.queued"
  | "run.running"
  | "run.awaitingApproval"
  | "run.awaitingResult"
  | "run.completed"
  | "run.failed"
  | "run.canceled"
  | "run.warned"
  | "budget.exceeded"
  | "model.failed"
  | "tool.failed"
  | "embedding.failed"
  | "hook.failed"
  | "stream.failed";

/** One line: names, counts and codes. Nothing of what was said, nor of what a provider or a tool said. */
export type LogLine = {
  event: LogEvent;
  runId?: string;
  agentName?: string;
  toolName?: string;
  hook?: string;
  code?: string;
  /** What went wrong in words of ours. */
  warning?: string;
  ms?: number;
  tokens?: number;
  /** Of a budget: whose, of what and for how long, as in "user tokens day". */
  budget?: string;
  limit?: number;
  spent?: number;
  /** What a run cost, in millionths of the ledger's currency, as far as that is known. */
  costMicros?: number;
};

/** What one function execution has logged; `held` is its last line, as long as nothing more follows. */
type Budget = { lines: number; held?: LogLine; leftOut: number };
const budgets = new WeakMap<object, Budget>();

/**
 * Logs a line as JSON, unless the level leaves it out; 20 lines a function execution, which its ctx tells apart. What
 * is beyond is counted, and `closeLog` says how much it was.
 *
 * @example logRun(ctx, "errors", { event: "tool.failed", runId, toolName, ms });
 */
export function logRun(ctx: object, level: LogLevel, line: LogLine): void {
  if (!isLogged(level, line.event)) return;
  const budget = budgets.get(ctx) ?? { lines: 0, leftOut: 0 };
  budgets.set(ctx, budget);
  if (budget.lines >= LOG_LINES_PER_FUNCTION) return;
  if (budget.lines < LOG_LINES_PER_FUNCTION - 1) {
    budget.lines += 1;
    print(line);
    return;
  }
  budget.held ??= line;
  budget.leftOut += 1;
}

/** Says how many lines were left out, as the last one: at the end of a function that may log many. */
export function closeLog(ctx: object): void {
  const budget = budgets.get(ctx);
  if (budget?.held === undefined) return;
  const { held, leftOut } = budget;
  budgets.set(ctx, { lines: LOG_LINES_PER_FUNCTION, leftOut: 0 });
  if (leftOut === 1) print(held);
  else console.error(JSON.stringify({ event: "log.leftOut", lines: leftOut }));
}

function isLogged(level: LogLevel, event: LogEvent): boolean {
  switch (level) {
    case "off":
      return false;
    case "errors":
      return isError(event);
    case "all":
      return true;
  }
}

const isError = (event: LogEvent): boolean =>
  event.endsWith(".failed") || event === "run.warned" || event === "budget.exceeded";

function print(line: LogLine): void {
  const text = JSON.stringify(line);
  if (isError(line.event)) console.error(text);
  else console.log(text);
}

/** The code of ours that an error's words begin with; nothing else of them. */
export function ownCode(words: string): { code?: ErrorCode } {
  const code = ERROR_CODES.find((known) => words.trimStart().startsWith(`${known}:`));
  return code === undefined ? {} : { code };
}

/** A warning without what others said in it: our words end at the first colon. */
export function warningLine(warning: string): Pick<LogLine, "warning" | "code"> {
  const [ours = "", rest = ""] = warning.split(/:(.*)/s);
  return { warning: ours, ...ownCode(rest) };
}
