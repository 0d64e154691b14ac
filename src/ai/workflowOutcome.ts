import type { RunOutcome } from "../client/index.js";
import { ERROR_CODES, type ErrorCode } from "../validators/errors.js";
import { recordIn } from "./lastTry.js";

/** What Convex says about a function that is not there; a message is all that a workflow hands on. */
const MISSING_FUNCTION =
  /function handle not found|could not find (?:public function|internal function|function|module)|there is no such export/i;
/** One of our own errors in the text of an error: its data is JSON there. */
const OWN_ERROR = /"code":"([A-Z_]+)".*?"message":"((?:[^"\\]|\\.)*)"/;
/** What errors put before their words, once for each function that they went through. */
const ERROR_NAMES = /^(?:Uncaught )?(?:\w*Error: )+/;
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
  return ownOutcome(text) ?? { kind: "failed", code: "MODEL_FAILED", message };
}

/** What one of our own errors says in the text of another; a model's also what the provider's error was. */
function ownOutcome(text: string): RunOutcome | null {
  const [, code, message = ""] = OWN_ERROR.exec(text) ?? [];
  if (!isErrorCode(code)) return null;
  const error = code === "MODEL_FAILED" ? recordIn(text) : undefined;
  return { kind: "failed", code, message: unescaped(message), ...(error === undefined ? {} : { error }) };
}

/** As it was before it stood in JSON. */
function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

/** What an error that a workflow handed on says, with our code where it is one of ours. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [firstLine = ""] = text.split("\n");
  const words = firstLine.replace(ERROR_NAMES, "");
  const [, code, own] = OWN_ERROR.exec(text) ?? [];
  const said = isErrorCode(code) ? `${code}: ${own}` : words;
  return (MISSING_FUNCTION.test(text) ? `RUN_CODE_MOVED: ${words}` : said).slice(0, MESSAGE_MAX_CHARACTERS);
}

const isErrorCode = (code: string | undefined): code is ErrorCode =>
  ERROR_CODES.some((known) => known === code);

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
