import { ERROR_TEXTS, type Details, type ErrorText } from "./errorTexts.js";

export type { ErrorText } from "./errorTexts.js";

/** What an error says of itself, where it does: as thrown by a function, or as a failed run keeps it. */
type Told = { code?: string; message?: string; details: Details };

const NOTHING_TOLD: Told = { details: {} };

/** How browsers say that the code of a page could not be fetched. */
const PART_NOT_LOADED = /dynamically imported module|Importing a module script failed|preload CSS/i;

/** Texts for what is no error of a function, by what its message has in it. */
const OTHERS: readonly (readonly [RegExp, ErrorText])[] = [
  [
    PART_NOT_LOADED,
    {
      title: "A part of the page could not be loaded",
      advice: "You may be offline, or the app was renewed meanwhile. Load the page again.",
    },
  ],
  [
    /Failed to fetch|NetworkError|Load failed|Connection lost|WebSocket/i,
    {
      title: "The connection was lost",
      advice: "Look whether it was done before you send it again.",
    },
  ],
  [
    /ArgumentValidationError|Could not parse|does not match validator/i,
    { title: "That was not understood", advice: "Check what you entered, or the address, and try again." },
  ],
  [
    /Could not find public function/i,
    {
      title: "The page and the app do not fit",
      advice: "Load the page again: the app was renewed meanwhile.",
    },
  ],
];

const UNKNOWN_ERROR: ErrorText = { title: "Something went wrong", advice: "Try again in a moment." };

/**
 * Words for people: for what a function threw, for a failed run's `{ code, message, details? }` (give its `exceeded` as
 * the details), and for whatever else was thrown. Never empty, never a code alone.
 */
export function errorText(error: unknown): ErrorText {
  const { code, message, details } = toldBy(error);
  if (code !== undefined && Object.hasOwn(ERROR_TEXTS, code)) {
    const text = ERROR_TEXTS[code as keyof typeof ERROR_TEXTS]; // `hasOwn` said so
    const words = typeof text === "function" ? text(details) : text;
    return code === "INVALID_ARGUMENT" && message !== undefined ? { ...words, advice: message } : words;
  }
  const said = message ?? (error instanceof Error ? error.message : "");
  const other = OTHERS.find(([pattern]) => pattern.test(said))?.[1];
  return (
    other ??
    (code !== undefined && message !== undefined ? { ...UNKNOWN_ERROR, advice: message } : UNKNOWN_ERROR)
  );
}

/** True where only loading the page again can help: its code could not be fetched. */
export const isStalePage = (error: unknown): boolean =>
  error instanceof Error && PART_NOT_LOADED.test(error.message);

/** The code of a function's error, where it has one. */
export const errorCodeOf = (error: unknown): string | undefined => toldBy(error).code;

function toldBy(error: unknown): Told {
  if (typeof error !== "object" || error === null) return NOTHING_TOLD;
  const data: unknown = "data" in error ? error.data : error;
  if (typeof data !== "object" || data === null) return NOTHING_TOLD;
  const { code, message, details } = data as { code?: unknown; message?: unknown; details?: unknown };
  return {
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof message === "string" ? { message } : {}),
    details: typeof details === "object" && details !== null ? (details as Details) : {},
  };
}
