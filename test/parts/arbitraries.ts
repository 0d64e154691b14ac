import type { ModelMessage, UIMessage } from "ai";
import fc from "fast-check";

type AnswerPart = Exclude<Extract<ModelMessage, { role: "assistant" }>["content"], string>[number];
type UserPart = Exclude<Extract<ModelMessage, { role: "user" }>["content"], string>[number];
type ToolPart = Extract<ModelMessage, { role: "tool" }>["content"][number];
type Output = Extract<ToolPart, { type: "tool-result" }>["output"];
type UIPart = UIMessage["parts"][number];

/** Keys that break careless copies: of Convex objects, of prototypes, of JSON Schema. */
const hostileKey = fc.constantFrom("$ref", "_id", "constructor", "toJSON", "größe", "名前", "🙂", "a.b");
export const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.parse(JSON.stringify(value)) as never),
  fc.dictionary(hostileKey, words, { maxKeys: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as never),
);
const inputs = fc.dictionary(hostileKey, words, { maxKeys: 3 }).map((value) => ({ ...value }));
const metadata = fc
  .dictionary(
    fc.constantFrom("openai", "anthropic", "google"),
    fc.dictionary(fc.constantFrom("itemId", "signature", "$ref"), words, { minKeys: 1, maxKeys: 2 }),
    { minKeys: 1, maxKeys: 2 },
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, Record<string, string>>);
const optional = <Key extends string, Value>(key: Key, value: fc.Arbitrary<Value>) =>
  fc
    .option(value, { nil: undefined })
    .map((given) => (given === undefined ? {} : ({ [key]: given } as { [K in Key]: Value })));
const options = optional("providerOptions", metadata);
const url = fc.webUrl().map((text) => new URL(text));
const kind = fc.constantFrom("openai.compaction" as const, "anthropic.edits" as const);
const both = <Left extends object, Right extends object>(
  left: fc.Arbitrary<Left>,
  right: fc.Arbitrary<Right>,
) => fc.tuple(left, right).map(([a, b]) => ({ ...a, ...b }));
const of = <Part>(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Part> => arbitrary as fc.Arbitrary<Part>;

const text = of<AnswerPart & UserPart>(both(fc.record({ type: fc.constant("text"), text: words }), options));
const file = of<AnswerPart & UserPart>(
  both(
    fc.record({
      type: fc.constant("file"),
      mediaType: fc.constantFrom("image/png", "application/pdf"),
      data: fc.oneof(
        url.map((at) => ({ type: "url", url: at })),
        metadata.map((reference) => ({
          type: "reference",
          reference: Object.fromEntries(Object.keys(reference).map((key) => [key, "file-1"])),
        })),
      ),
    }),
    both(optional("filename", words), options),
  ),
);
const said = fc.oneof(
  text,
  file,
  of<AnswerPart>(both(fc.record({ type: fc.constant("reasoning"), text: words }), options)),
  of<AnswerPart>(
    both(
      fc.record({
        type: fc.constant("reasoning-file"),
        mediaType: fc.constant("image/png"),
        data: url.map((at) => ({ type: "url", url: at })),
      }),
      options,
    ),
  ),
  of<AnswerPart>(both(fc.record({ type: fc.constant("custom"), kind }), options)),
);

const contentItem = fc.oneof(
  both(fc.record({ type: fc.constant("text"), text: words }), options),
  both(
    fc.record({
      type: fc.constant("file"),
      mediaType: fc.constant("image/png"),
      data: url.map((at) => ({ type: "url", url: at })),
    }),
    options,
  ),
  both(
    fc.record({
      type: fc.constant("file"),
      mediaType: fc.constant("image/png"),
      data: fc.constant({ type: "data", data: "AQID" }),
    }),
    optional("filename", words),
  ),
  fc.record({ type: fc.constant("file-url"), url: fc.webUrl() }),
  fc.record({ type: fc.constant("file-id"), fileId: fc.constantFrom("f", "g") }),
  both(fc.record({ type: fc.constant("custom") }), options),
);
const outputs = of<Output>(
  fc.oneof(
    both(
      fc.record({
        type: fc.constantFrom("text", "error-text"),
        value: fc.oneof(words, fc.constant('{"a":1}')),
      }),
      options,
    ),
    both(fc.record({ type: fc.constantFrom("json", "error-json"), value: json }), options),
    fc.record({ type: fc.constant("content"), value: fc.array(contentItem, { maxLength: 3 }) }),
    both(fc.record({ type: fc.constant("execution-denied") }), both(optional("reason", words), options)),
  ),
);

const call = fc.record({
  input: inputs,
  isByProvider: fc.boolean(),
  options,
  resultOptions: options,
  output: outputs,
  approval: fc.option(
    fc.record({
      approved: fc.boolean(),
      more: optional("reason", words),
      asks: optional("reason", words),
      signed: optional("signature", words),
    }),
    { nil: undefined },
  ),
});

/** An answer with calls of ours and of its provider, what was decided about them, and behind it their results. */
const answer = (turn: number): fc.Arbitrary<ModelMessage[]> =>
  fc
    .tuple(fc.array(said, { maxLength: 4 }), fc.array(call, { maxLength: 3 }), options)
    .map(([parts, calls, own]) => {
      const content: AnswerPart[] = [...parts];
      const decided: ToolPart[] = [];
      const results: ToolPart[] = [];
      calls.forEach(({ input, isByProvider, output, approval, ...rest }, index) => {
        const named = { toolCallId: `call-${turn}-${index}`, toolName: "search" };
        const by = isByProvider ? { providerExecuted: true } : {};
        content.push({ type: "tool-call", ...named, input, ...by, ...rest.options });
        if (approval !== undefined) {
          const approvalId = `approval-${turn}-${index}`;
          const { toolCallId } = named;
          content.push({
            type: "tool-approval-request",
            approvalId,
            toolCallId,
            ...approval.asks,
            ...approval.signed,
          });
          decided.push({
            type: "tool-approval-response",
            approvalId,
            approved: approval.approved,
            ...approval.more,
            ...by,
          });
        }
        const result: ToolPart = { type: "tool-result", ...named, output, ...rest.resultOptions };
        if (isByProvider) content.push(result);
        else results.push(result);
      });
      const assistant: ModelMessage[] = content.length === 0 ? [] : [{ role: "assistant", content, ...own }];
      const tool = [...decided, ...results];
      return [...assistant, ...(tool.length === 0 ? [] : [{ role: "tool" as const, content: tool }])];
    });

const prompt = fc
  .tuple(fc.array(fc.oneof(text, file), { minLength: 1, maxLength: 3 }), options)
  .map(([content, own]): ModelMessage[] => [{ role: "user", content, ...own }]);
const instruction = fc
  .tuple(words, options)
  .map(([content, own]): ModelMessage[] => [{ role: "system", content, ...own }]);

/** A conversation of every kind of content that the SDK has for models. */
export const modelConversation: fc.Arbitrary<ModelMessage[]> = fc
  .array(fc.nat(2), { maxLength: 5 })
  .chain((kinds) =>
    fc.tuple(...kinds.map((which, turn) => [prompt, answer(turn), instruction][which] ?? prompt)),
  )
  .map((groups) => groups.flat());

const providerMetadata = optional("providerMetadata", metadata);
const uiText = of<UIPart>(
  both(fc.record({ type: fc.constant("text"), text: words, state: fc.constant("done") }), providerMetadata),
);
const uiFile = of<UIPart>(
  both(
    fc.record({
      type: fc.constant("file"),
      mediaType: fc.constant("image/png"),
      url: url.map(({ href }) => href),
    }),
    both(optional("filename", words), providerMetadata),
  ),
);
const uiData = of<UIPart>(
  both(fc.record({ type: fc.constantFrom("data-chart", "data-a-b"), data: json }), optional("id", words)),
);
const uiSaid = fc.oneof(
  uiText,
  uiFile,
  uiData,
  of<UIPart>(
    both(
      fc.record({ type: fc.constant("reasoning"), text: words, state: fc.constant("done") }),
      providerMetadata,
    ),
  ),
  of<UIPart>(
    both(
      fc.record({
        type: fc.constant("reasoning-file"),
        mediaType: fc.constant("image/png"),
        url: url.map(({ href }) => href),
      }),
      providerMetadata,
    ),
  ),
  of<UIPart>(both(fc.record({ type: fc.constant("custom"), kind }), providerMetadata)),
  of<UIPart>(
    both(
      fc.record({ type: fc.constant("source-url"), sourceId: words, url: fc.webUrl() }),
      both(optional("title", words), providerMetadata),
    ),
  ),
  of<UIPart>(
    both(
      fc.record({
        type: fc.constant("source-document"),
        sourceId: words,
        mediaType: fc.constant("text/plain"),
        title: words,
      }),
      both(optional("filename", words), providerMetadata),
    ),
  ),
);

const asks = both(optional("requestReason", words), optional("signature", words));
const decides = (approved: boolean) => both(both(fc.constant({ approved }), asks), optional("reason", words));
const uiState = fc.oneof(
  fc.constant({ state: "input-available" }),
  asks.map((asked) => ({ state: "approval-requested", approval: asked })),
  fc
    .boolean()
    .chain(decides)
    .map((approval) => ({ state: "approval-responded", approval })),
  both(
    fc.record({ state: fc.constant("output-available"), output: json }),
    both(optional("approval", decides(true)), optional("resultProviderMetadata", metadata)),
  ),
  both(
    fc.record({ state: fc.constant("output-error"), errorText: words }),
    both(optional("approval", decides(true)), optional("resultProviderMetadata", metadata)),
  ),
  decides(false).map((approval) => ({ state: "output-denied", approval })),
);
const uiTool = both(
  fc.record({ type: fc.constant("dynamic-tool"), toolName: fc.constant("search"), input: inputs }),
  both(
    both(optional("title", words), optional("toolMetadata", inputs)),
    both(
      both(optional("providerExecuted", fc.constant(true)), optional("callProviderMetadata", metadata)),
      uiState,
    ),
  ),
);

/** The steps of an answer as an interface shows them; no step is empty, and calls have ids of their own. */
const uiAnswer = (turn: number): fc.Arbitrary<UIPart[]> =>
  fc
    .array(fc.array(fc.oneof(uiSaid, of<UIPart>(uiTool)), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((steps) =>
      steps.flatMap((parts, step) => [
        ...(step === 0 ? [] : [{ type: "step-start" as const }]),
        ...parts.map((part, index): UIPart => {
          if (part.type !== "dynamic-tool") return part;
          const toolCallId = `call-${turn}-${step}-${index}`;
          const approval =
            part.approval === undefined
              ? {}
              : { approval: { ...part.approval, id: `approval-${toolCallId}` } };
          return { ...part, toolCallId, ...approval } as UIPart;
        }),
      ]),
    );

/** A chat of every kind of part that the SDK has for interfaces: prompts and answers in turn. */
export const uiConversation: fc.Arbitrary<UIMessage[]> = fc
  .integer({ min: 1, max: 3 })
  .chain((turns) =>
    fc.tuple(
      ...Array.from({ length: turns }, (_, turn) =>
        fc.tuple(fc.array(fc.oneof(uiText, uiFile, uiData), { minLength: 1, maxLength: 3 }), uiAnswer(turn)),
      ),
    ),
  )
  .map((turns) =>
    turns.flatMap(([prompt, parts], turn): UIMessage[] => [
      { id: `user-${turn}`, role: "user", parts: prompt },
      { id: `assistant-${turn}`, role: "assistant", parts },
    ]),
  );
