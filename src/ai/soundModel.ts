import { gateway, wrapLanguageModel, type LanguageModel } from "ai";
import type { CallMeter } from "./callMeter.js";
import { callIdCopies } from "./content.js";
import type { CallOptions, Generated, LanguageModelV4, Streamed, StreamPart } from "./sdkModel.js";

/**
 * The model with what the SDK takes for granted: in a whole answer each call has an id of its own (else the SDK gives
 * two calls the input of one), a stream that ends without saying so ends with an error, one that fails when all was said
 * ends, an abort takes effect also where the provider does not listen to it, and usage has counts. Every request is
 * measured by the meter.
 */
export function soundModel(given: LanguageModel, meter: CallMeter): LanguageModelV4 {
  const model = resolved(given);
  const doGenerate = (options: CallOptions) =>
    meter.generated(model, options, async () =>
      withOwnCallIds(await unlessAborted(model.doGenerate(options), options)),
    );
  const doStream = (options: CallOptions) =>
    meter.streamed(model, options, async () =>
      withEnd(await unlessAborted(model.doStream(options), options)),
    );
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

/** The model as the SDK would call it: a name is one of its default provider, an older model is adapted. */
function resolved(model: LanguageModel): LanguageModelV4 {
  if (typeof model !== "string" && model.specificationVersion === "v4") return model;
  const named =
    typeof model === "string" ? (globalThis.AI_SDK_DEFAULT_PROVIDER ?? gateway).languageModel(model) : model;
  return wrapLanguageModel({ model: named, middleware: [] });
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
