// A provider that keeps its own books: what the ledger holds must be what it bills.
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { APICallError } from "ai";
import { requestTokens } from "../../src/ai/requestTokens.js";
import { estimateTokens } from "../../src/shared/tokens.js";

export type Bill = { calls: number; inputTokens: number; outputTokens: number };

/** How one request goes. What nobody is told of is counted as our estimate counts it. */
export type Request =
  /** An answer with usage of its own. */
  | { says: string }
  | { asks: string; input?: object }
  /** An answer whose usage is nothing that could be counted. */
  | { says: string; unsound: unknown }
  /** Refused before anything was done: not billed. */
  | { refuses: 429 | 500 }
  /** An answer that came and cannot be read. */
  | { garbles: true }
  /** A stream that breaks behind these words; a whole answer that is not streamed never comes. */
  | { breaksAfter: string }
  /** Words, then nothing until it is aborted. */
  | { hangsAfter: string; then?: () => unknown };

export type BilledModel = LanguageModelV4 & { bill: Bill; requests: number };

/** Counts that no two requests share, so that none hides another. */
const countsOf = (request: number) => ({ input: 100 + request, output: 10 + request });

export function billedModel(script: Request[], name = "billed-1"): BilledModel {
  const bill: Bill = { calls: 0, inputTokens: 0, outputTokens: 0 };
  const charge = (inputTokens: number, outputTokens: number) => {
    bill.calls += 1;
    bill.inputTokens += inputTokens;
    bill.outputTokens += outputTokens;
  };
  const answering: Answering = { charge };
  const next = (): { request: Request; number: number } => {
    const number = model.requests++;
    const request = script[number];
    if (request === undefined) throw new TypeError(`The script ends before request ${number + 1}.`);
    return { request, number };
  };
  const model: BilledModel = {
    ...{ specificationVersion: "v4", provider: "biller", modelId: name, supportedUrls: {} },
    ...{ bill, requests: 0 },
    doGenerate: async (asked) => await generate(answering, asked, next()),
    doStream: async (asked) => {
      const { request, number } = next();
      if ("refuses" in request || "garbles" in request) throw failing(answering, asked, request);
      return { stream: streamOf(partsOf(answering, asked, { request, number })) };
    },
  };
  return model;
}

type Answering = { charge: (inputTokens: number, outputTokens: number) => void };
type Numbered = { request: Request; number: number };

async function generate(
  answering: Answering,
  asked: LanguageModelV4CallOptions,
  { request, number }: Numbered,
) {
  const { charge } = answering;
  if ("refuses" in request || "garbles" in request) throw failing(answering, asked, request);
  if ("breaksAfter" in request) throw failing(answering, asked, { refuses: 500 }); // nobody knows of its words
  if ("hangsAfter" in request) {
    charge(requestTokens(asked), 0);
    void request.then?.();
    return await aborted(asked);
  }
  const content = contentOf(request, number);
  return {
    content: [content],
    finishReason: finishOf(request),
    usage: billed(answering, asked, { request, number }) as never,
    warnings: [],
  };
}

const contentOf = (request: Request, number: number): LanguageModelV4Content =>
  "asks" in request
    ? {
        type: "tool-call",
        toolCallId: `call-${number}`,
        toolName: request.asks,
        input: JSON.stringify(request.input ?? {}),
      }
    : { type: "text", text: "says" in request ? request.says : "" };

const finishOf = (request: Request) =>
  "asks" in request
    ? ({ unified: "tool-calls", raw: "tool-calls" } as const)
    : ({ unified: "stop", raw: "stop" } as const);

/** Bills an answer, and gives what is told of it. */
function billed(
  { charge }: Answering,
  asked: LanguageModelV4CallOptions,
  { request, number }: Numbered,
): unknown {
  if ("unsound" in request) {
    charge(requestTokens(asked), estimateTokens(request.says));
    return request.unsound;
  }
  const { input, output } = countsOf(number);
  charge(input, output);
  return {
    inputTokens: { total: input, noCache: input - 5, cacheRead: 3, cacheWrite: 2 },
    outputTokens: { total: output, text: output - 1, reasoning: 1 },
    raw: { request: number },
  };
}

function failing(
  { charge }: Answering,
  asked: LanguageModelV4CallOptions,
  request: { refuses: number } | { garbles: true },
): APICallError {
  const isRefused = "refuses" in request;
  if (!isRefused) charge(requestTokens(asked), 0);
  return new APICallError({
    message: isRefused ? "Overloaded" : "Invalid JSON response",
    url: "https://example.com",
    requestBodyValues: {},
    statusCode: isRefused ? request.refuses : 200,
    responseHeaders: { "retry-after-ms": "1" },
    responseBody: "<html>",
    isRetryable: true,
  });
}

async function* partsOf(
  answering: Answering,
  asked: LanguageModelV4CallOptions,
  { request, number }: Numbered,
): AsyncGenerator<LanguageModelV4StreamPart> {
  yield { type: "stream-start", warnings: [] };
  if ("breaksAfter" in request || "hangsAfter" in request) {
    const words = "breaksAfter" in request ? request.breaksAfter : request.hangsAfter;
    answering.charge(requestTokens(asked), estimateTokens(words));
    yield* said(words);
    if ("breaksAfter" in request) throw new TypeError("The line is cut.");
    void request.then?.();
    await aborted(asked);
  }
  const content = contentOf(request, number);
  if (content.type === "text") yield* said(content.text);
  else yield content as LanguageModelV4StreamPart;
  const usage = billed(answering, asked, { request, number }) as never;
  yield { type: "finish", finishReason: finishOf(request), usage };
}

function* said(words: string): Generator<LanguageModelV4StreamPart> {
  if (words === "") return;
  yield { type: "text-start", id: "0" };
  yield { type: "text-delta", id: "0", delta: words };
  yield { type: "text-end", id: "0" };
}

const aborted = ({ abortSignal }: LanguageModelV4CallOptions): Promise<never> =>
  new Promise((_resolve, reject) => {
    const stop = () => reject(abortSignal?.reason as Error);
    abortSignal?.addEventListener("abort", stop, { once: true });
    if (abortSignal?.aborted === true) stop();
  });

function streamOf(
  parts: AsyncGenerator<LanguageModelV4StreamPart>,
): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream({
    pull: async (controller) => {
      const next = await parts.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
  });
}

/** Several bills as one. */
export const sumOf = (...models: BilledModel[]): Bill =>
  models.reduce(
    (sum, { bill }) => ({
      calls: sum.calls + bill.calls,
      inputTokens: sum.inputTokens + bill.inputTokens,
      outputTokens: sum.outputTokens + bill.outputTokens,
    }),
    { calls: 0, inputTokens: 0, outputTokens: 0 },
  );
