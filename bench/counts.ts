// What a workload cost, from the host's spans.
import type { Span } from "../host/index.js";
import { totalCounts } from "../host/index.js";
import { takeEmbeddingCalls } from "./models.js";

/** Convex-test accounting: rows returned and sizes of documents, without indexes. Not Convex billing. */
export type Counts = {
  /** Calls from functions of the app into the component that is measured. */
  componentCalls: number;
  /** Functions that ran, also nested and scheduled ones. */
  executions: number;
  indexRanges: number;
  documentsRead: number;
  bytesRead: number;
  documentsWritten: number;
  bytesWritten: number;
  embeddingCalls: number;
};

const isOf = (componentPath: string) => (span: Span) =>
  span.componentPath === componentPath || span.componentPath.startsWith(`${componentPath}/`);

/** Sums spans into counts; `component` is the component whose calls are counted. */
export function countSpans(spans: readonly Span[], component: string): Counts {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const isCall = (span: Span) => span.parentId !== null && byId.get(span.parentId)?.componentPath === "";
  const { indexRanges, documentsRead, bytesRead, documentsWritten, bytesWritten } = totalCounts(spans);
  return {
    componentCalls: spans.filter(isOf(component)).filter(isCall).length,
    executions: spans.length,
    indexRanges,
    documentsRead,
    bytesRead,
    documentsWritten,
    bytesWritten,
    embeddingCalls: takeEmbeddingCalls(),
  };
}
