// What the audit reads: the rows that are left, the log of calls, and what was to happen.
import { groupBy } from "../../audit/mismatch.js";
import { readLedger, type EventRow, type LedgerRows, type LedgerRun } from "../../audit/rows.js";
import type { Host, StoredDocument } from "../../host/index.js";
import type { CallEntry } from "../callLog.js";
import type { ExpectedRun } from "../scenarios/scenario.js";
import { scriptIn } from "../script.js";

type Row = { _id: string; _creationTime: number };
type State<Kind extends string> = { kind: Kind };

export type ThreadRow = Row & { scope: string };
export type HeadRow = Row & {
  threadId: string;
  nextTurn: number;
  messages: number;
  activeRunId?: string;
  queuedRuns?: number;
};
export type CountRow = Row & { scope: string; threads: number };
export type RunRow = LedgerRun & {
  turn: number;
  /** Absent: running. */
  state?: State<string> & { endedAt?: number; code?: string; message?: string };
  nextStep?: number;
  firstStep?: number;
  /** What it read while it was under way: so many of its places it did not write itself. */
  steered?: { places: number };
};
export type MessageRow = Row & {
  threadId: string;
  turn: number;
  step: number;
  role: string;
  parts: { type: string; text?: string; callId?: string }[];
  /** Absent: complete. */
  state?: State<string>;
  runId?: string;
};
export type ToolCallRow = Row & {
  runId: string;
  askedBy: number;
  step: number;
  callId: string;
  toolName: string;
  state: State<string>;
  decision?: State<string>;
};
export type StreamRow = Row & { state: State<string>; runId?: string };
export type ChunkRow = Row & { streamId: string; seq: number };
/** What a tool cost names in `raw` which run of it that was. */
export type UsageRow = EventRow & { raw?: string };
export type NoteRow = Row & { operationId: string };
/** A row of another component's, or of the scheduler: that it is there is all that matters. */
export type LeftOver = { table: string; row: Record<string, unknown> };

/** A thread or run that a row of the component names. */
export type Mention = { table: string; field: "threadId" | "runId"; id: string };

export type Evidence = {
  threads: ThreadRow[];
  heads: HeadRow[];
  counts: CountRow[];
  runs: RunRow[];
  messages: MessageRow[];
  toolCalls: ToolCallRow[];
  streams: StreamRow[];
  chunks: ChunkRow[];
  usage: UsageRow[];
  /** The rest of the ledger. */
  ledger: Omit<LedgerRows, "usageEvents" | "runs" | "threads">;
  /** The host's clock when all was over, in ms. */
  now: number;
  notes: NoteRow[];
  /** Rows of the workflow component and its workpool that belong to work. */
  leftOver: LeftOver[];
  /** What the component's rows name, but for the ledger's: it outlives threads. */
  mentions: Mention[];
  /** The component's scheduled functions that are still to come, by their names. */
  timers: string[];
  calls: CallEntry[];
  expected: ExpectedRun[];
  /** Threads that were removed. */
  removed: string[];
};

export const MEMORY = "agentMemory";
/** The ledger outlives threads. */
const LEDGER = ["usageEvents", "usageRollups"];
/** Tables that hold rows only while something is under way. */
const WORK_TABLES: [component: string, table: string][] = [
  ...["workflows", "steps", "events", "onCompleteFailures"].map((table): [string, string] => [
    "workflow",
    table,
  ]),
  ...["work", "pendingStart", "pendingCompletion", "pendingCancelation", "payload"].map(
    (table): [string, string] => ["workflow/workpool", table],
  ),
];

/** Reads everything from a host on which nothing runs any more. */
export async function readEvidence(
  host: Host,
  told: Pick<Evidence, "calls" | "expected" | "removed" | "now">,
): Promise<Evidence> {
  /** The boundary where the rows of a database become the shapes above. */
  const rows = async <Shape>(table: string, component = MEMORY): Promise<Shape[]> =>
    (await host.readTable(component, table)) as (Shape & StoredDocument)[];
  const leftOver: LeftOver[] = [];
  for (const [component, table] of WORK_TABLES)
    for (const row of await rows<Record<string, unknown>>(table, component)) leftOver.push({ table, row });
  for (const state of await rows<{ running: unknown[] }>("internalState", "workflow/workpool"))
    for (const running of state.running) leftOver.push({ table: "running", row: { running } });
  const {
    usageEvents,
    runs,
    threads: _,
    ...ledger
  } = await readLedger((table) => host.readTable(MEMORY, table));
  return {
    threads: await rows("threads"),
    heads: await rows("threadHeads"),
    counts: await rows("scopeCounts"),
    runs: runs as RunRow[],
    messages: await rows("messages"),
    toolCalls: await rows("toolCalls"),
    streams: await rows("streams"),
    chunks: await rows("streamChunks"),
    usage: usageEvents,
    ledger,
    notes: await rows("notes", ""),
    leftOver,
    mentions: await readMentions(host),
    timers: host
      .scheduledJobs()
      .flatMap(({ componentPath, name, state }) =>
        componentPath === MEMORY && state === "pending" ? [name] : [],
      ),
    ...told,
  };
}

async function readMentions(host: Host): Promise<Mention[]> {
  const tables = host
    .tables()
    .filter(
      ({ componentPath, table }) =>
        componentPath === MEMORY && !LEDGER.includes(table) && !table.startsWith("_"),
    );
  const read = tables.map(async ({ table }) =>
    (await host.readTable(MEMORY, table)).flatMap((row) =>
      mentionsIn(row).map((mention) => ({ table, ...mention })),
    ),
  );
  return (await Promise.all(read)).flat();
}

/** At any depth. */
const mentionsIn = (value: unknown): Omit<Mention, "table">[] =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([field, inner]: [string, unknown]) =>
        (field === "threadId" || field === "runId") && typeof inner === "string"
          ? [{ field, id: inner }]
          : mentionsIn(inner),
      );

/** Something that should not be so, in one line. */
export type Finding = string;
export type Auditor = (evidence: Evidence) => Finding[];

export const stateOf = (run: RunRow): string => run.state?.kind ?? "running";
export const isOver = (run: RunRow): boolean => ["completed", "failed", "canceled"].includes(stateOf(run));
export const stepsOf = ({ steps = 0 }: RunRow): number => steps;
export const isComplete = ({ state }: MessageRow): boolean =>
  state === undefined || state.kind === "complete";
export const textOf = ({ parts }: MessageRow): string =>
  parts.map((part) => (part.type === "text" ? (part.text ?? "") : "")).join("");

/** The call that gave a step; a call that failed may be recorded beside it. */
export const isAnswer = ({ purpose, isFailed }: EventRow): boolean =>
  purpose === undefined && isFailed !== true;

export const PROMPT_STEP = 0;

/** The expected runs with the rows that they became. */
export function matchRuns({ expected, messages, runs }: Evidence) {
  const byPlace = groupBy(runs, ({ threadId, turn }) => `${threadId}:${turn}`);
  const prompts = messages.filter(({ role }) => role === "user");
  const byKey = groupBy(prompts, (prompt) => scriptIn(textOf(prompt))?.key ?? "");
  return expected.map((run) => {
    const asked = byKey.get(run.script.key) ?? [];
    return {
      ...run,
      asked,
      rows: asked.flatMap(({ threadId, turn }) => byPlace.get(`${threadId}:${turn}`) ?? []),
    };
  });
}

export { groupBy };

/** The keys that several items share, with how many. */
export const repeated = <Item>(items: readonly Item[], keyOf: (item: Item) => string): [string, number][] =>
  [...groupBy(items, keyOf)].flatMap(([key, group]): [string, number][] =>
    group.length > 1 ? [[key, group.length]] : [],
  );
