import type { UIMessage } from "ai";
import fc from "fast-check";
import { both, inputs, json, kind, metadata, of, optional, url, words } from "./arbitraries.js";

type UIPart = UIMessage["parts"][number];

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
