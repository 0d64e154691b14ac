import type { DemoResult } from "./demo.js";
import type { MemoryReport } from "./memory.js";

/** What `--json` prints; times in ms. */
export function toJson(result: DemoResult): Record<string, unknown> {
  const { model, ingest, answers, crash, hostPeakBytes, problems } = result;
  return {
    ok: problems.length === 0,
    model: model.chat,
    embeddingModel: model.embedding,
    documents: ingest.documents,
    chunks: ingest.chunks,
    ingestMs: Math.round(ingest.ingestMs),
    chunksPerMinute: Math.round(ingest.chunksPerMinute),
    skipped: result.skipped,
    answers: answers.map(({ question, answer, citations, steps, ms, firstTokenMs }) => ({
      question,
      answer,
      citations,
      steps,
      ms: Math.round(ms),
      firstTokenMs: firstTokenMs === null ? null : Math.round(firstTokenMs),
    })),
    memory: toMemoryJson(result.memory),
    usage: result.usage,
    costs: result.costs,
    hostPeakBytes,
    problems,
    ...(result.budget === null ? {} : { budget: result.budget }),
    ...(crash === null ? {} : { crash }),
  };
}

function toMemoryJson({ remembered, question, answer, citations, explain, replay }: MemoryReport) {
  return { remembered, question, answer, citations, explain, replay };
}
