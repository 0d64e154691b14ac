import type { LanguageModel } from "ai";
import { callIdCopies } from "./content.js";

type LanguageModelV4 = Extract<LanguageModel, { specificationVersion: "v4" }>;
type CallOptions = Parameters<LanguageModelV4["doGenerate"]>[0];
type Generated = Awaited<ReturnType<LanguageModelV4["doGenerate"]>>;
type Streamed = Awaited<ReturnType<LanguageModelV4["doStream"]>>;
type StreamPart = Streamed["stream"] extends ReadableStream<infer Item> ? Item : never;

/**
 * The model with what the SDK takes for granted: in a whole answer each call has an id of its own (else the SDK gives
 * two calls the input of one), and a stream that ends without saying so ends with an error.
 */
export function soundModel(model: LanguageModel): LanguageModel {
  if (typeof model === "string" || model.specificationVersion !== "v4") return model;
  const doGenerate = async (options: CallOptions) => withOwnCallIds(await model.doGenerate(options));
  const doStream = async (options: CallOptions) => withEnd(await model.doStream(options));
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

function withOwnCallIds(answer: Generated): Generated {
  const nextCallId = callIdCopies();
  const content = answer.content.map((part) =>
    part.type === "tool-call" && part.providerExecuted !== true
      ? { ...part, toolCallId: nextCallId(part.toolCallId) }
      : part,
  );
  return { ...answer, content };
}

function withEnd(streamed: Streamed): Streamed {
  let isEnded = false;
  const noted = new TransformStream<StreamPart, StreamPart>({
    transform(part, controller) {
      if (part.type === "finish" || part.type === "error") isEnded = true;
      controller.enqueue(part);
    },
    flush(controller) {
      const error = new TypeError("The provider's stream ended without finishing.");
      if (!isEnded) controller.enqueue({ type: "error", error });
    },
  });
  return { ...streamed, stream: streamed.stream.pipeThrough(noted) };
}
