// One span per function that ran, also nested, inside components and scheduled: what it read and wrote.
import { AsyncLocalStorage } from "node:async_hooks";
import { TransactionMetricsTracker } from "convex-test/dist/transactionMetrics.js";
import type { ExecutionContext } from "./convexTestInternals.js";
import type { DocumentWrite } from "./documents.js";
import type { ReadInterval } from "./readSets.js";

/** Counted as convex-test accounts for them: rows returned, document sizes without indexes. Not Convex billing. */
export type SpanCounts = {
  documentsRead: number;
  bytesRead: number;
  documentsWritten: number;
  bytesWritten: number;
  /** Each `db.get` and each query is one range. */
  indexRanges: number;
  scheduledFunctions: number;
  textSearches: number;
  vectorSearches: number;
};

export type Span = SpanCounts & {
  id: number;
  parentId: number | null;
  children: Span[];
  /** "" is the app. */
  componentPath: string;
  functionPath: string;
  kind: ExecutionContext["udfType"];
  startedAtMs: number;
  durationMs: number;
  failed: boolean;
  /** What the function itself read and wrote, without the functions it called. */
  reads: ReadInterval[];
  writes: DocumentWrite[];
};

/** convex-test runs its own bookkeeping (and the host's) under this path; it is nobody's function. */
const BOOKKEEPING_PATH = "custom";

const currentSpan = new AsyncLocalStorage<Span | null>();

const COUNT_NAMES = [
  "documentsRead",
  "bytesRead",
  "documentsWritten",
  "bytesWritten",
  "indexRanges",
  "scheduledFunctions",
  "textSearches",
  "vectorSearches",
] as const;

export function zeroCounts(): SpanCounts {
  return {
    documentsRead: 0,
    bytesRead: 0,
    documentsWritten: 0,
    bytesWritten: 0,
    indexRanges: 0,
    scheduledFunctions: 0,
    textSearches: 0,
    vectorSearches: 0,
  };
}

// The tracker's methods are shared by all hosts of the process, so they are wrapped once.
let trackerInstrumented = false;
function instrumentTracker(): void {
  if (trackerInstrumented) return;
  trackerInstrumented = true;
  const count = (amounts: Partial<SpanCounts>) => {
    const span = currentSpan.getStore();
    if (!span) return;
    for (const name of COUNT_NAMES) span[name] += amounts[name] ?? 0;
  };
  wrapTracker("trackRead", (bytes) => count({ documentsRead: 1, bytesRead: bytes }));
  wrapTracker("trackWrite", (bytes) => count({ documentsWritten: 1, bytesWritten: bytes }));
  wrapTracker("trackIndexRange", () => count({ indexRanges: 1 }));
  wrapTracker("trackScheduledFunction", () => count({ scheduledFunctions: 1 }));
}

type TrackerMethod = "trackRead" | "trackWrite" | "trackIndexRange" | "trackScheduledFunction";

function wrapTracker(method: TrackerMethod, observe: (bytes: number) => void): void {
  const prototype = TransactionMetricsTracker.prototype as Record<TrackerMethod, (bytes: number) => void>;
  const track = prototype[method];
  prototype[method] = function (this: TransactionMetricsTracker, bytes: number) {
    observe(bytes);
    track.call(this, bytes);
  };
}

export class SpanRecorder {
  #spans: Span[] | null = null;
  #nextId = 1;

  start(): void {
    instrumentTracker();
    this.#spans = [];
  }

  /** Ends recording and returns every span since `start`, in the order in which they began. */
  stop(): Span[] {
    const spans = this.#spans ?? [];
    this.#spans = null;
    return spans;
  }

  get recording(): boolean {
    return this.#spans !== null;
  }

  onRead(read: ReadInterval): void {
    const span = this.#spans === null ? null : currentSpan.getStore();
    if (!span) return;
    span.reads.push(read);
    if (read.kind === "search") span.textSearches++;
  }

  onWrite(write: DocumentWrite): void {
    if (this.#spans !== null) currentSpan.getStore()?.writes.push(write);
  }

  onVectorSearch(): void {
    const span = this.#spans === null ? null : currentSpan.getStore();
    if (span) span.vectorSearches++;
  }

  /** Runs a function inside its span. */
  run(context: ExecutionContext, work: () => unknown): unknown {
    if (this.#spans === null) return work();
    if (context.udfPath === BOOKKEEPING_PATH) return currentSpan.run(null, work);
    const span = this.#open(context);
    const startedAt = performance.now();
    const settle = (failed: boolean) => {
      span.durationMs = performance.now() - startedAt;
      span.failed = failed;
    };
    const result = currentSpan.run(span, work);
    if (!(result instanceof Promise)) {
      settle(false);
      return result;
    }
    return result.then(
      (value: unknown) => {
        settle(false);
        return value;
      },
      (error: unknown) => {
        settle(true);
        throw error;
      },
    );
  }

  #open(context: ExecutionContext): Span {
    const parent = currentSpan.getStore() ?? null;
    const span: Span = {
      id: this.#nextId++,
      parentId: parent?.id ?? null,
      children: [],
      componentPath: context.componentPath,
      functionPath: context.udfPath,
      kind: context.udfType,
      startedAtMs: Date.now(),
      durationMs: 0,
      failed: false,
      reads: [],
      writes: [],
      ...zeroCounts(),
    };
    parent?.children.push(span);
    this.#spans?.push(span);
    return span;
  }
}

/** Runs host work under nobody's span. */
export function outsideSpans<T>(work: () => T): T {
  return currentSpan.run(null, work);
}

/** The sum of all counts. */
export function totalCounts(spans: readonly Span[]): SpanCounts {
  const total = zeroCounts();
  for (const span of spans) for (const name of COUNT_NAMES) total[name] += span[name];
  return total;
}
