import type { LanguageModel } from "ai";
import { callIdCopies } from "./content.js";

type LanguageModelV4 = Extract<LanguageModel, { specificationVersion: "v4" }>;
type CallOptions = Parameters<LanguageModelV4["doGenerate"]>[0];
type Generated = Awaited<ReturnType<LanguageModelV4["doGenerate"]>>;
type Streamed = Awaited<ReturnType<LanguageModelV4["doStream"]>>;
type StreamPart = Streamed["stream"] extends ReadableStream<infer Item> ? Item : never;

/**
 * The model with what the SDK takes for granted: in a whole answer each call has an id of its own (else the SDK gives
 * two calls the input of one), a stream that ends without saying so ends with an error, one that fails when all was said
 * ends, and an abort takes effect also
 * where the provider does not listen to it.
 */
export function soundModel(model: LanguageModel): LanguageModel {
  if (typeof model === "string" || model.specificationVersion !== "v4") return model;
  const doGenerate = async (options: CallOptions) =>
    withOwnCallIds(await unlessAborted(model.doGenerate(options), options));
  const doStream = async (options: CallOptions) =>
    withEnd(await unlessAborted(model.doStream(options), options));
  return new Proxy(model, {
    get(target, key): unknown {
      if (key === "doGenerate") return doGenerate;
      if (key === "doStream") return doStream;
      const value: unknown = Reflect.get(target, key, target);
      // The boundary where a method stays its model's own, which may have private fields.
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** What a provider gives, or the reason of the abort: one that does not listen must not hold up a turn for ever. */
async function unlessAborted<Given>(
  given: PromiseLike<Given>,
  { abortSignal }: Pick<CallOptions, "abortSignal">,
): Promise<Given> {
  if (abortSignal === undefined) return await given;
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(abortSignal.reason as Error);
    abortSignal.addEventListener("abort", stop, { once: true });
    if (abortSignal.aborted) stop();
  });
  try {
    return await Promise.race([given, aborted]);
  } finally {
    abortSignal.removeEventListener("abort", stop);
  }
}

function withOwnCallIds(answer: Generated): Generated {
  const nextCallId = callIdCopies();
  const content = answer.content.map((part) =>
    part.type === "tool-call" && part.providerExecuted !== true
      ? { ...part, toolCallId: nextCallId(part.toolCallId) }
      : part,
  );
  return { ...answer, content };
}

/** What was said is whole once the provider has said that it is: an error behind that loses nothing, and is passed over. */
function withEnd(streamed: Streamed): Streamed {
  const reader = streamed.stream.getReader();
  let last: "finish" | "error" | undefined;
  const read = async () => {
    try {
      return await reader.read();
    } catch (error) {
      if (last === "finish") return { done: true as const };
      throw error;
    }
  };
  const stream = new ReadableStream<StreamPart>({
    pull: async (controller) => {
      for (;;) {
        const next = await read();
        if (next.done) {
          const error = new TypeError("The provider's stream ended without finishing.");
          if (last === undefined) controller.enqueue({ type: "error", error });
          return controller.close();
        }
        const { value } = next;
        if (value.type === "error" && last === "finish") continue;
        if (value.type === "finish" || value.type === "error") last ??= value.type;
        return controller.enqueue(value);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { ...streamed, stream };
}
