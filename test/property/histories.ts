// Histories as a thread has them: turns with a prompt, groups of tool calls with their results, and an answer.
import fc from "fast-check";
import { tokensOf } from "../../src/shared/partBodies.js";
import type { Part } from "../../src/validators/content.js";
import type { Message, MessageRole } from "../../src/validators/message.js";
import { call, result, text } from "../support/aMemory.js";

export type TurnShape = {
  /** Calls of each step that asks for tools. */
  groups: number[];
  /** Tokens of each message; those of its words unless told. */
  tokens?: number;
  /** Characters of each tool's output. */
  output?: number;
  /** After which steps the user steered the run. */
  steered?: number[];
  /** Whether the turn ends with an answer. */
  isAnswered?: boolean;
};

const turnShape = fc.record<TurnShape>(
  {
    groups: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 }),
    tokens: fc.integer({ min: 0, max: 300 }),
    steered: fc.array(fc.nat({ max: 3 }), { maxLength: 2 }),
    isAnswered: fc.boolean(),
  },
  { requiredKeys: ["groups", "tokens"] },
);

/** One to six turns. */
export const history = fc.array(turnShape, { minLength: 1, maxLength: 6 }).map(aHistory);

export function aHistory(turns: readonly TurnShape[]): Message[] {
  return turns.flatMap((shape, turn) => aTurn(shape, turn));
}

function aTurn(shape: TurnShape, turn: number): Message[] {
  const { groups, tokens, output = 40, steered = [], isAnswered = true } = shape;
  const messages: Message[] = [];
  const say = (role: MessageRole, parts: Part[]) =>
    messages.push({
      messageId: `m${turn}-${messages.length}`,
      threadId: "t",
      turn,
      step: messages.length,
      role,
      parts,
      state: { kind: "complete" },
      tokens: tokens ?? tokensOf(parts),
      createdAt: 0,
    });
  say("user", [text(`Question ${turn}?`)]);
  for (const [group, calls] of groups.entries()) {
    const ids = Array.from({ length: calls }, (_, index) => `${turn}-${group}-${index}`);
    say(
      "assistant",
      ids.map((id) => call(id)),
    );
    for (const id of ids) say("tool", [result(id, "x".repeat(output))]);
    if (steered.includes(group)) say("user", [text(`Steer ${group}.`)]);
  }
  if (isAnswered) say("assistant", [text(`Answer ${turn}.`)]);
  return messages;
}

/** Each message that asks for tools with the messages that answer it. */
export function groupsOf(messages: readonly Message[]): Message[][] {
  const idsIn = (message: Message, type: "toolCall" | "toolResult"): string[] =>
    message.parts.flatMap((part) => (part.type === type ? [part.callId] : []));
  return messages
    .filter((message) => idsIn(message, "toolCall").length > 0)
    .map((asking) => {
      const asked = idsIn(asking, "toolCall");
      return [
        asking,
        ...messages.filter((message) => idsIn(message, "toolResult").some((id) => asked.includes(id))),
      ];
    });
}
