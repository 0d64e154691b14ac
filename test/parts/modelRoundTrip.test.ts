import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromModelMessage } from "../../src/parts/fromModelMessage.js";
import { toModelMessages } from "../../src/parts/modelMessages.js";
import type { Part, PartOf } from "../../src/validators/content.js";
import type { Message } from "../../src/validators/message.js";
import { aMessage } from "./aMessage.js";

/** Keys that break careless copies: of Convex objects, of prototypes, of JSON Schema. */
const hostileKey = fc.constantFrom(
  "$ref",
  "_id",
  "__proto__",
  "constructor",
  "toJSON",
  "größe",
  "名前",
  "",
  "🙂",
  "a.b",
);
const { json: hostileJson } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie("json"), { maxLength: 3 }),
    fc
      .array(fc.tuple(hostileKey, tie("json")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));
/** JSON text as a store has it: written from a parsed value. */
const jsonText = hostileJson.map((value) => JSON.stringify(JSON.parse(JSON.stringify(value))));
const wellFormedText = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
const provider = fc.option(
  fc
    .dictionary(fc.constantFrom("openai", "anthropic", "$ref"), fc.dictionary(hostileKey, fc.string()), {
      minKeys: 1,
    })
    .map((metadata) => JSON.stringify(JSON.parse(JSON.stringify(metadata)))),
  { nil: undefined },
);

const extras = (vendor: string | undefined) => (vendor === undefined ? {} : { provider: vendor });

const text: fc.Arbitrary<Part> = fc
  .tuple(wellFormedText, provider)
  .map(([said, vendor]) => ({ type: "text", text: said, ...extras(vendor) }));
const reasoning: fc.Arbitrary<Part> = fc
  .tuple(wellFormedText, provider)
  .map(([said, vendor]) => ({ type: "reasoning", text: said, ...extras(vendor) }));
const file: fc.Arbitrary<Part> = fc.tuple(fc.webUrl(), provider).map(([url, vendor]) => ({
  type: "file",
  mediaType: "image/png",
  name: "a.png",
  file: { kind: "url", url: new URL(url).href },
  ...extras(vendor),
}));

const outputs: fc.Arbitrary<Pick<PartOf<"toolResult">, "outputKind" | "output">> = fc.oneof(
  fc.record({ outputKind: fc.constant("json" as const), output: jsonText }),
  fc.record({ outputKind: fc.constant("text" as const), output: wellFormedText }),
  fc.record({ outputKind: fc.constantFrom("error" as const, "denied" as const), output: wellFormedText }),
  fc.record({
    outputKind: fc.constant("content" as const),
    output: wellFormedText.map((said) => JSON.stringify([{ type: "text", text: said }])),
  }),
);

type Call = { input: string; isByProvider: boolean; vendor?: string; output: PartOf<"toolResult"> };

const call: fc.Arbitrary<
  Omit<Call, "output"> & { output: Pick<PartOf<"toolResult">, "outputKind" | "output"> }
> = fc.record({ input: jsonText, isByProvider: fc.boolean(), vendor: provider, output: outputs });

/** An answer: what it says and asks for, then a message for the result of each call that is ours. */
const answer = fc
  .tuple(fc.array(fc.oneof(text, reasoning)), fc.array(call, { maxLength: 3 }))
  .map(([said, calls]) => {
    const parts: Part[] = [...said];
    const results: Part[] = [];
    calls.forEach(({ input, isByProvider, vendor, output }, index) => {
      const named = { callId: `call-${index}`, toolName: "search" };
      const result: Part = { type: "toolResult", ...named, ...output, ...extras(vendor) };
      parts.push({ type: "toolCall", ...named, input, ...(isByProvider ? { providerExecuted: true } : {}) });
      (isByProvider ? parts : results).push(result);
    });
    const own = parts.length === 0 ? [] : [aMessage("assistant", parts)];
    return [...own, ...results.map((result) => aMessage("tool", [result]))];
  });

const prompt = fc.array(fc.oneof(text, file), { minLength: 1 }).map((parts) => [aMessage("user", parts)]);
const instruction = wellFormedText.map((said) => [aMessage("system", [{ type: "text", text: said }])]);

const conversation: fc.Arbitrary<Message[]> = fc
  .array(fc.oneof(prompt, answer, instruction), { maxLength: 6 })
  .map((groups) => groups.flat());

const said = ({ role, parts }: Pick<Message, "role" | "parts">) => ({ role, parts });

describe("messages that go to a model and come back", () => {
  test("are the same, with any JSON in inputs, outputs and vendor extras", () => {
    fc.assert(
      fc.property(conversation, (messages) => {
        const returned = toModelMessages(messages).flatMap((message) => fromModelMessage(message));
        expect(returned).toEqual(messages.map(said));
      }),
      { numRuns: 200 },
    );
  });

  test("never leave a call of ours without its result right behind it, whatever was lost", () => {
    const lost = fc.tuple(conversation, fc.array(fc.boolean(), { minLength: 1 })).map(([messages, kept]) => {
      return messages.filter((_, index) => kept[index % kept.length]);
    });
    fc.assert(
      fc.property(lost, (messages) => {
        const shown = toModelMessages(messages);
        shown.forEach((message, index) => {
          const asked = message.role === "assistant" ? message.content : [];
          const asks = (typeof asked === "string" ? [] : asked).flatMap((part) =>
            part.type === "tool-call" && part.providerExecuted !== true ? [part.toolCallId] : [],
          );
          const next = shown[index + 1];
          const answers = next?.role === "tool" ? next.content : [];
          const answered = answers.flatMap((part) => (part.type === "tool-result" ? [part.toolCallId] : []));
          if (message.role === "assistant") expect(answered).toEqual(asks);
        });
      }),
    );
  });
});
