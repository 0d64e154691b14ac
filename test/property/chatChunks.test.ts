// The chunks of an answer, read by the AI SDK itself: what it shows is what the thread shows.
import { readUIMessageStream, type UIMessage, type UIMessageChunk } from "ai";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chunksBetween } from "../../src/react/chatChunks.js";

type UIPart = UIMessage["parts"][number];

/** How one part comes to be: each state with all that was before it. */
type Growth = UIPart[];

const words = fc.string({ unit: "grapheme", maxLength: 12 });

const texts = fc
  .tuple(
    fc.constantFrom("text" as const, "reasoning" as const),
    fc.array(words, { minLength: 1, maxLength: 4 }),
  )
  .map(([type, pieces]): Growth => {
    const grown = pieces.map((_, index) => pieces.slice(0, index + 1).join(""));
    return [
      ...grown.map((text): UIPart => ({ type, text, state: "streaming" })),
      { type, text: grown.at(-1)!, state: "done" },
    ];
  });

const tools = fc
  .tuple(fc.uuid(), fc.jsonValue(), fc.constantFrom("given", "failed", "denied", "approved", "asked", "open"))
  .map(([toolCallId, given, end]): Growth => {
    const call = { type: "dynamic-tool" as const, toolName: "pay", toolCallId };
    const input = { given };
    const written = JSON.stringify(input);
    const asked = { ...call, input, state: "approval-requested" as const, approval: { id: toolCallId } };
    const approval = { id: toolCallId, approved: true as const };
    const begun: Growth = [
      { ...call, state: "input-streaming", input: undefined, rawInput: written.slice(0, 3) },
      { ...call, state: "input-streaming", input: undefined, rawInput: written },
      { ...call, state: "input-available", input },
    ];
    switch (end) {
      case "given":
        return [...begun, { ...call, input, state: "output-available", output: given }];
      case "failed":
        return [...begun, { ...call, input, state: "output-error", errorText: "No." }];
      case "denied":
        return [
          ...begun,
          asked,
          {
            ...call,
            input,
            state: "output-denied",
            approval: { id: toolCallId, approved: false, reason: "No." },
          },
        ];
      case "approved":
        return [
          ...begun,
          asked,
          { ...asked, state: "approval-responded", approval },
          { ...call, input, state: "output-available", output: given, approval },
        ];
      case "asked":
        return [...begun, asked];
      case "open":
        return begun;
    }
  });

const whole = fc.constantFrom<Growth>(
  [{ type: "step-start" }],
  [{ type: "file", mediaType: "image/png", url: "https://files.invalid/a.png" }],
  [{ type: "source-url", sourceId: "s", url: "https://pages.invalid/", title: "A page" }],
  [{ type: "source-document", sourceId: "d", mediaType: "text/plain", title: "A text" }],
  [{ type: "data-note", id: "n", data: { said: "x" } }],
);

/** All that an answer is, time after time: its parts grow one behind the other. */
const histories = fc
  .array(fc.oneof({ weight: 3, arbitrary: texts }, { weight: 3, arbitrary: tools }, whole), { maxLength: 8 })
  .map((drawn) => {
    const growths = drawn.map((growth, index) => growth.map((part) => namedApart(part, index)));
    return growths.flatMap((growth, index) =>
      growth.map((part) => [...growths.slice(0, index).map((ended) => ended.at(-1)!), part]),
    );
  });

/** Data of an id that is there already takes the place of the earlier: an answer has each id once. */
function namedApart(part: UIPart, index: number): UIPart {
  return part.type === "data-note" ? { ...part, id: `n${index}` } : part;
}

/** What the SDK shows after these chunks, without the fields that it leaves undefined and the ids of reasoning. */
async function shownBySdk(chunks: UIMessageChunk[], message?: UIMessage): Promise<unknown> {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      controller.enqueue({ type: "start", messageId: "m" });
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.enqueue({ type: "finish", messageMetadata: { ended: true } }); // writes what is there
      controller.close();
    },
  });
  let shown: UIMessage | undefined;
  for await (const next of readUIMessageStream({ stream, message, terminateOnError: true })) shown = next;
  return comparable(shown?.parts ?? []);
}

const comparable = (parts: readonly UIPart[]): unknown =>
  JSON.parse(JSON.stringify(parts.map((part) => withoutInput(part))));

/** While an input is written, the SDK shows what of it can be read already. */
function withoutInput(part: UIPart): object {
  if (part.type === "reasoning") return { type: part.type, text: part.text, state: part.state };
  if (part.type !== "dynamic-tool" || part.state !== "input-streaming") return part;
  return { ...part, input: undefined };
}

function chunksOfAll(
  history: readonly (readonly UIPart[])[],
  before: readonly UIPart[] = [],
): UIMessageChunk[] {
  return history.flatMap((parts, index) => chunksBetween(history[index - 1] ?? before, parts));
}

test("an answer, however it came to be, is the same where the SDK reads its chunks", async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.context(), async (history, context) => {
      const chunks = chunksOfAll(history);
      context.log(JSON.stringify(chunks));
      expect(await shownBySdk(chunks)).toEqual(comparable(history.at(-1) ?? []));
    }),
  );
});

test("seen only now and then, it is the same", async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.infiniteStream(fc.boolean()), async (history, seen) => {
      const some = history.filter((_, index) => index === history.length - 1 || seen.next().value === true);
      expect(await shownBySdk(chunksOfAll(some))).toEqual(comparable(history.at(-1) ?? []));
    }),
  );
});

test("nothing is said twice where nothing has changed", () => {
  fc.assert(
    fc.property(histories, (history) => {
      for (const parts of history) expect(chunksBetween(parts, structuredClone(parts))).toEqual([]);
    }),
  );
});

test("what did not only grow is written anew, as far as its last step", async () => {
  const step: UIPart = { type: "step-start" };
  const said = (text: string, state: "streaming" | "done"): UIPart => ({ type: "text", text, state });
  const history = [
    [said("First.", "done"), step, said("A first try", "streaming")],
    [said("First.", "done"), step, said("Second", "streaming")],
    [said("First.", "done"), step, said("Second, and done.", "done")],
  ];
  const chunks = chunksOfAll(history);
  expect(chunks.filter(({ type }) => type === "reset-step")).toHaveLength(1);
  expect(await shownBySdk(chunks)).toEqual(comparable(history.at(-1)!));
});

test("an answer that goes on is continued where the SDK has it", async () => {
  const call = { type: "dynamic-tool" as const, toolName: "pay", toolCallId: "c", input: {} };
  const approval = { id: "c", approved: true as const };
  const before: UIPart[] = [
    { type: "text", text: "I pay.", state: "done" },
    { ...call, state: "approval-responded", approval },
  ];
  const after: UIPart[] = [
    before[0]!,
    { ...call, state: "output-available", output: "Paid.", approval },
    { type: "step-start" },
    { type: "text", text: "Done.", state: "done" },
  ];
  const message = { id: "m", role: "assistant" as const, parts: structuredClone(before) };
  expect(await shownBySdk(chunksBetween(before, after), message)).toEqual(comparable(after));
});

test("an input that was edited is shown as it was run", async () => {
  const call = { type: "dynamic-tool" as const, toolName: "pay", toolCallId: "c" };
  const asked: UIPart = { ...call, input: { amount: 3 }, state: "approval-requested", approval: { id: "c" } };
  const paid: UIPart = { ...call, input: { amount: 2 }, state: "output-available", output: "Paid 2." };
  expect(await shownBySdk(chunksOfAll([[asked], [paid]]))).toMatchObject([
    { input: { amount: 2 }, state: "output-available", output: "Paid 2." },
  ]);
});
