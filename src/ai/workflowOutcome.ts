import type { RunOutcome } from "../client/index.js";
import { vErrorCode, type ErrorCode } from "../validators/errors.js";

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
  const [, code, own] = OWN_ERROR.exec(text) ?? [];
  return isErrorCode(code)
    ? { kind: "failed", code, message: own ?? message }
    : { kind: "failed", code: "MODEL_FAILED", message };
}

const isErrorCode = (code: string | undefined): code is ErrorCode =>
  vErrorCode.members.some((member) => member.value === code);

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
