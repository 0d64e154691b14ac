// Every state of a call that somebody is asked about, as the AI SDK itself takes it.
import { convertToModelMessages, safeValidateUIMessages } from "ai";
import { describe, expect, test } from "vitest";
import { fromUIMessages } from "../../src/parts/fromUIMessages.js";
import { toUIMessages } from "../../src/parts/uiMessages.js";
import type { Message } from "../../src/client/index.js";
import type { Part } from "../../src/validators/content.js";
import type { OpenCall } from "../../src/validators/run.js";
import { aMessage, textPart } from "./aMessage.js";

const call = (more: object = {}): Part => ({
  ...{ type: "toolCall", callId: "a", toolName: "pay", input: '{"sum":1}' },
  ...more,
});
const atProvider = { providerExecuted: true };
const request: Part = { type: "approvalRequest", approvalId: "ask-1", callId: "a", reason: "Costs money." };
const response = (approved: boolean): Part => ({
  ...{ type: "approvalResponse", approvalId: "ask-1", approved, reason: "As told.", providerExecuted: true },
});
const result = (outputKind: "json" | "error" | "interrupted" | "denied"): Part => ({
  ...{ type: "toolResult", callId: "a", toolName: "pay", outputKind, output: '"paid"' },
});

/** What is said in the answer, and by whom it is decided. */
type Case = { said: Part[]; decided?: Part[]; results?: Part[]; open?: OpenCall["kind"] };
const cases: Record<string, [state: string, scene: Case]> = {
  "ours, undecided": ["approval-requested", { said: [call()], open: "approval" }],
  "ours, approved": ["approval-responded", { said: [call()], open: "approved" }],
  "ours, with its result to come": ["input-available", { said: [call()], open: "result" }],
  "ours, done": ["output-available", { said: [call()], results: [result("json")] }],
  "ours, failed": ["output-error", { said: [call()], results: [result("error")] }],
  "ours, interrupted": ["output-error", { said: [call()], results: [result("interrupted")] }],
  "ours, denied": ["output-denied", { said: [call()], results: [result("denied")] }],
  "ours, with input that is no JSON": ["input-available", { said: [call({ input: "{sum" })] }],
  "a provider's, undecided": ["approval-requested", { said: [call(atProvider), request] }],
  "a provider's, approved": [
    "approval-responded",
    { said: [call(atProvider), request], decided: [response(true)] },
  ],
  "a provider's, denied": [
    "approval-responded",
    { said: [call(atProvider), request], decided: [response(false)] },
  ],
  "a provider's, done": ["output-available", { said: [call(atProvider), result("json")] }],
};

const sceneOf = ({ said, decided = [], results = [] }: Case): Message[] => [
  aMessage("user", [textPart("Pay.")]),
  aMessage("assistant", [textPart("A moment."), ...said], { step: 1 }),
  ...results.map((part, index) => aMessage("tool", [part], { step: index + 2 })),
  ...decided.map((part, index) => aMessage("user", [part], { turn: 1, step: index })),
];

describe.each(Object.entries(cases))("a call that is %s", (_what, [state, scene]) => {
  const run = { turn: 0, waiting: { approvals: 1, results: 0, calls: [] as OpenCall[] } };
  if (scene.open !== undefined)
    run.waiting.calls.push({ callId: "a", toolName: "pay", kind: scene.open, requestReason: "Late." });
  const messages = toUIMessages(sceneOf(scene), {}, { run });

  test(`is shown as ${state}, which the SDK validates and converts`, async () => {
    const shown = messages.flatMap(({ parts }) => parts).filter(({ type }) => type === "dynamic-tool");
    expect(shown).toMatchObject([{ state }]);
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
    expect(await safeValidateUIMessages({ messages })).toMatchObject({ success: true });
    const told = await convertToModelMessages(messages);
    expect(told.map(({ role }) => role)).toContain("assistant");
  });

  test("reads back as the call and the result that it was", () => {
    const read = fromUIMessages(messages).flatMap(({ parts }) => parts);
    const kinds = (parts: readonly Part[]) =>
      parts.map(({ type }) => type).filter((type) => type === "toolCall" || type === "toolResult");
    expect(kinds(read)).toEqual(kinds(sceneOf(scene).flatMap(({ parts }) => parts)));
  });
});
