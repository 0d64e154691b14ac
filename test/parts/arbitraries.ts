import type { ModelMessage } from "ai";
import fc from "fast-check";

type AnswerPart = Exclude<Extract<ModelMessage, { role: "assistant" }>["content"], string>[number];
type UserPart = Exclude<Extract<ModelMessage, { role: "user" }>["content"], string>[number];
type ToolPart = Extract<ModelMessage, { role: "tool" }>["content"][number];
type Output = Extract<ToolPart, { type: "tool-result" }>["output"];

/** Keys that break careless copies: of Convex objects, of prototypes, of JSON Schema. */
const hostileKey = fc.constantFrom("$ref", "_id", "constructor", "toJSON", "größe", "名前", "🙂", "a.b");
export const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
export const json = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.parse(JSON.stringify(value)) as never),
  fc.dictionary(hostileKey, words, { maxKeys: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as never),
);
export const inputs = fc.dictionary(hostileKey, words, { maxKeys: 3 }).map((value) => ({ ...value }));
export const metadata = fc
  .dictionary(
    fc.constantFrom("openai", "anthropic", "google"),
    fc.dictionary(fc.constantFrom("itemId", "signature", "$ref"), words, { minKeys: 1, maxKeys: 2 }),
    { minKeys: 1, maxKeys: 2 },
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, Record<string, string>>);
export const optional = <Key extends string, Value>(key: Key, value: fc.Arbitrary<Value>) =>
  fc.option(value, { nil: undefined }).map((given) => (given === undefined ? {} : { [key]: given }));
const options = optional("providerOptions", metadata);
export const url = fc.webUrl().map((text) => new URL(text));
export const kind = fc.constantFrom("openai.compaction" as const, "anthropic.edits" as const);
export const both = <Left extends object, Right extends object>(
  left: fc.Arbitrary<Left>,
  right: fc.Arbitrary<Right>,
) => fc.tuple(left, right).map(([a, b]) => ({ ...a, ...b }));
export const of = <Part>(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Part> =>
  arbitrary as fc.Arbitrary<Part>;

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
