import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import * as commonLimits from "../../src/shared/limits.js";
import * as ledgerLimits from "../../src/shared/ledgerLimits.js";
import * as runLimits from "../../src/shared/runLimits.js";
import { ERROR_CODES } from "../../src/validators/errors.js";
import { readPages } from "./snippets.js";

const readme = readFileSync("README.md", "utf8");
const section = (heading: string): string =>
  readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";

/** The rows of the table of a section without its head, cell by cell. */
const rowsOf = (heading: string): string[][] =>
  [...section(heading).matchAll(/^\|(.+)\|$/gm)]
    .slice(2)
    .map(([, row = ""]) => row.split("|").map((cell) => cell.trim()));

const UNITS: Record<string, number> = {
  KiB: 1024,
  MiB: 1024 * 1024,
  min: 60_000,
  h: 3_600_000,
  days: 86_400_000,
};

/** The numbers of a cell in bytes, ms or as counts: "7 MiB and 512 parts" gives 7,340,032 and 512. */
const numbersIn = (cell: string): number[] =>
  [...cell.matchAll(/(\d[\d,]*)(?: (KiB|MiB|min|h|days)\b)?/g)].map(
    ([, digits = "", unit = ""]) => Number(digits.replaceAll(",", "")) * (UNITS[unit] ?? 1),
  );

/** The headings of a page as addresses name them. */
const anchorsIn = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );

const limits = { ...commonLimits, ...runLimits, ...ledgerLimits };

/** What each row of the table of limits says, in its order. */
const LIMITS: Record<string, number[]> = {
  "one message with all its parts": [limits.MESSAGE_MAX_BYTES, limits.MESSAGE_MAX_PARTS],
  "a part that stays in its message": [limits.INLINE_PART_MAX_BYTES, limits.PREVIEW_BYTES],
  "one append": [limits.APPEND_MAX_MESSAGES, limits.APPEND_MAX_BYTES, limits.APPEND_MAX_FILES],
  "a page": [limits.PAGE_DEFAULT_ITEMS, limits.PAGE_MAX_ITEMS, limits.PAGE_MAX_BYTES],
  "history in a context": [
    limits.CONTEXT_MAX_MESSAGES,
    limits.CONTEXT_MAX_BYTES,
    limits.CONTEXT_DEFAULT_TOKENS,
  ],
  "tool calls of one step": [limits.STEP_MAX_TOOL_CALLS],
  "agents that ask each other": [limits.NESTING_MAX_DEPTH, limits.NESTED_ANSWER_MAX_BYTES],
  "a wait for approval or an answer": [limits.APPROVAL_TIMEOUT_MS, limits.WAIT_MAX_MS],
  "an input edited by an approval": [limits.EDITED_INPUT_MAX_BYTES],
  "a run that starts later": [limits.START_AT_MAX_MS],
  "one question to the ledger": [
    limits.USAGE_MAX_ROWS,
    limits.USAGE_MAX_EVENTS,
    limits.USAGE_MAX_GROUPS,
    limits.SERIES_MAX_POINTS,
  ],
  "messages that steer a run": [limits.STEERING_MAX_UNREAD, limits.STEERING_MAX_MESSAGES],
  "a file that an action stores": [limits.FILE_STORE_MAX_BYTES],
  "lines that a function logs": [limits.LOG_LINES_PER_FUNCTION],
  "participants of a thread": [limits.PARTICIPANTS_MAX],
  "title, metadata": [limits.TITLE_MAX_BYTES, limits.METADATA_MAX_BYTES],
  "ids and names from the app": [limits.NAME_MAX_CHARACTERS],
  "a document": [limits.DOCUMENT_MAX_BYTES],
  "a chunk": [limits.CHUNK_MAX_TOKENS, limits.CHUNK_MAX_BYTES],
  "a question to recall": [limits.RECALL_QUERY_MAX_CHARACTERS],
  "hits of a recall": [limits.RECALL_MAX_HITS, limits.RECALL_DEFAULT_TOKENS],
  "text of a message that recall finds": [limits.RECALL_TEXT_MAX_BYTES],
  "one append of facts": [limits.FACTS_PER_APPEND, limits.FACT_MAX_BYTES, limits.FACT_MAX_SOURCES],
  "a block": [
    limits.BLOCK_DEFAULT_TOKENS,
    limits.BLOCK_MAX_TOKENS,
    limits.BLOCKS_PER_SCOPE,
    limits.BLOCK_VERSIONS_KEPT,
  ],
  "one call of an extraction": [limits.EXTRACTION_MAX_MESSAGES, limits.EXTRACTION_MAX_FACTS],
  "a summary": [limits.SUMMARY_MAX_BYTES, limits.SUMMARIES_PER_THREAD],
  "a filter on documents": [limits.FILTER_MAX_KEYS],
  "dimensions of a vector": [Math.max(...limits.VECTOR_DIMENSIONS)],
  "results of operations with an id": [limits.OPERATION_RETENTION_MS],
  "files that no message holds": [limits.FILE_GRACE_MS],
  "chunks of an ended stream": [limits.STREAM_RETENTION_MS],
  "silence of a run inside an action": [limits.RUN_LEASE_MS],
  "active runs of a thread": [1],
  "prices of a model": [limits.PRICE_MAX_PERIODS, limits.PRICE_MAX_NAMES],
  "tokens of one call": [limits.USAGE_MAX_TOKENS],
  "costs that a run of a tool tells": [limits.TOOL_MAX_COSTS],
  "budgets of an agent": [limits.BUDGET_MAX_RULES, limits.SLAB_DEFAULT_CALLS, limits.SLAB_MAX_CALLS],
  "output of a call with budgets": [limits.BUDGET_OUTPUT_TOKENS],
  "a run that waits to ask its model": [limits.RATE_WAIT_MAX_MS, limits.WAITS_MAX],
  "runs of a thread that wait": [limits.QUEUE_MAX_RUNS, limits.SCHEDULED_MAX_RUNS],
  "an action that waits for its turn": [limits.QUEUE_WAIT_MAX_MS, limits.QUEUE_LEASE_MS],
};

describe("the README", () => {
  test("explains every error code and no other", () => {
    const explained = rowsOf("Errors").map(([code = ""]) => code.replaceAll("`", ""));
    expect(explained.sort()).toEqual(ERROR_CODES.toSorted());
  });

  test("tells every limit as the constant has it", () => {
    const told = rowsOf("Limits").map(([what = "", limit = ""]) => [what, numbersIn(limit)]);
    expect(Object.fromEntries(told)).toEqual(LIMITS);
  });

  test("tells the limits of a message also where it explains their error", () => {
    const [, explained = ""] = rowsOf("Errors").find(([code]) => code === "`MESSAGE_TOO_LARGE`") ?? [];
    expect(numbersIn(explained)).toEqual(LIMITS["one message with all its parts"]);
  });

  test("names tests that exist for every promise", () => {
    const promises = rowsOf("What is guaranteed, and tested");
    expect(promises.length).toBeGreaterThan(5);
    for (const [promise, , tests = ""] of promises) {
      const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file);
      expect(files, promise).not.toEqual([]);
      expect(
        files.filter((file) => !existsSync(file)),
        promise,
      ).toEqual([]);
    }
  });
});

describe("the documentation", () => {
  test("links to files and headings that exist", () => {
    const broken = readPages().flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)]
        .map(([, target = "", anchor = ""]) => ({
          file: target === "" ? path : join(dirname(path), target),
          anchor,
        }))
        .filter(
          ({ file, anchor }) => !existsSync(file) || (anchor !== "" && !anchorsIn(file).includes(anchor)),
        )
        .map(({ file, anchor }) => `${path}: ${file}#${anchor}`),
    );
    expect(broken).toEqual([]);
  });

  test("has no page that the README does not lead to", () => {
    const unlinked = readPages().filter(({ path }) => path !== "README.md" && !readme.includes(`](${path})`));
    expect(unlinked.map(({ path }) => path)).toEqual([]);
  });
});
