import type { LanguageModelMiddleware } from "ai";

/** The language model, its calls and its answers as the AI SDK hands them to a middleware. */
export type WrappedCall = Parameters<NonNullable<LanguageModelMiddleware["wrapGenerate"]>>[0];
export type WrappedModel = WrappedCall["model"];
export type ModelRequest = WrappedCall["params"];
export type ModelPrompt = ModelRequest["prompt"];
export type SystemMessage = Extract<ModelPrompt[number], { role: "system" }>;
export type GenerateResult = Awaited<ReturnType<WrappedCall["doGenerate"]>>;
export type StreamResult = Awaited<ReturnType<WrappedCall["doStream"]>>;
type StreamedPart = StreamResult["stream"] extends ReadableStream<infer Item> ? Item : never;

/** What a caller's loop asked of its model, and the instructions that it asked with. */
export type TappedCall = { model: WrappedModel; params: ModelRequest; systems: readonly SystemMessage[] };

/** The caller's model as our own call sees it, and what it said as the caller's loop is to see it. */
export type ModelTap = {
  model: WrappedModel;
  /** What it said, where it was not asked to stream. */
  generated: () => GenerateResult | undefined;
  /** Its stream, once it has begun. */
  streamed: Promise<StreamResult>;
  /** What it streamed when it was asked again behind that, each once. */
  next: () => StreamResult["stream"] | undefined;
};

/**
 * The caller's model with everything that its loop asked for (tools, formats, settings, headers), but for our prompt.
 * What it says goes to our call, which saves it, and to the caller's loop, unchanged.
 */
export function tapModel({ model, params, systems }: TappedCall): ModelTap {
  let generated: GenerateResult | undefined;
  let open: (result: StreamResult) => void = () => {};
  const streamed = new Promise<StreamResult>((resolve) => (open = resolve));
  const asked = ({ prompt, abortSignal }: ModelRequest): ModelRequest => ({
    ...params,
    prompt: withSystems(systems, prompt),
    abortSignal,
  });
  const { provider, modelId, supportedUrls } = model;
  const more: StreamResult["stream"][] = [];
  let isOpened = false;
  const tapped: WrappedModel = {
    specificationVersion: "v4",
    provider,
    modelId,
    supportedUrls,
    doGenerate: async (ours) => (generated = await model.doGenerate(asked(ours))),
    doStream: async (ours) => {
      const result = await model.doStream(asked(ours));
      const [saved, shown] = result.stream.tee();
      if (isOpened) more.push(shown);
      isOpened = true;
      open({ ...result, stream: shown });
      return { ...result, stream: saved };
    },
  };
  return { model: tapped, generated: () => generated, streamed, next: () => more.shift() };
}

/** The instructions of the caller as one text. */
export const instructionsOf = (systems: readonly SystemMessage[]): string =>
  systems.map(({ content }) => content).join("\n\n");

/** The caller's system messages stay as they are, with their options; what stands behind them joins the last. */
function withSystems(systems: readonly SystemMessage[], [first, ...rest]: ModelPrompt): ModelPrompt {
  if (first?.role !== "system") return [...systems, ...(first === undefined ? [] : [first]), ...rest];
  const added = first.content.slice(instructionsOf(systems).length);
  const last = systems.at(-1);
  if (added.trim() === "") return [...systems, ...rest];
  if (last === undefined) return [{ ...first, content: added.trimStart() }, ...rest];
  return [...systems.slice(0, -1), { ...last, content: last.content + added }, ...rest];
}

type Ending = {
  saved: Promise<unknown>;
  /** What follows the stream, once all is saved. */
  next: () => StreamResult["stream"] | undefined;
};

/** Parts that a stream of several answers has once. */
const isOpening = ({ type }: StreamedPart): boolean =>
  type === "stream-start" || type === "response-metadata";

/** The stream for the caller's loop: it ends only when what was said is saved, and as a failure where it is not. */
export function endingWith(stream: StreamResult["stream"], { saved, next }: Ending): StreamResult["stream"] {
  let reader = stream.getReader();
  let isFirst = true;
  const failure = saved.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  const read = async (): Promise<ReadableStreamReadResult<StreamedPart>> => {
    const part = await reader.read().catch(async (error: unknown) => {
      const failed = await failure;
      throw failed === null ? error : failed.error;
    });
    const isLast = part.done || part.value.type === "finish" || part.value.type === "error";
    const failed = isLast ? await failure : null;
    const following = isLast && failed === null ? next() : undefined;
    if (following !== undefined) {
      reader = following.getReader();
      isFirst = false;
      return await read();
    }
    if (part.done) return part;
    if (!isFirst && isOpening(part.value)) return await read();
    return failed === null ? part : { done: false, value: { type: "error", error: failed.error } };
  };
  return new ReadableStream<StreamedPart>({
    pull: async (controller) => {
      const part = await read();
      if (part.done) controller.close();
      else controller.enqueue(part.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
