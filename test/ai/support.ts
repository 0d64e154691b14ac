import { getFunctionAddress, getFunctionName, type FunctionReference } from "convex/server";
import { z } from "zod";
import { defineAgent, defineTool, type Agent, type AgentDefinition } from "../../src/ai/index.js";
import type { ActionCtx, BoundMemory, LogLevel, Message, Part } from "../../src/client/index.js";
import { scriptedModel, type ScriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { aMemory, OWNER, type TestMemory } from "../support/aMemory.js";

export type TestAgent = TestMemory & {
  agent: Agent;
  model: ScriptedModel;
  owner: BoundMemory;
  threadId: string;
  /** The doors that were called, in order, as `turns.begin`; the setting up is not among them. */
  calls: string[];
};

/** An agent with a scripted model and a private thread of the owner's. */
export async function anAgent(
  script: ScriptedTurn[],
  { chunks, delayMs, ...definition }: Partial<AgentDefinition> & { chunks?: number; delayMs?: number } = {},
  logs?: LogLevel,
): Promise<TestAgent> {
  const test = aMemory({}, { logs });
  const model = scriptedModel(script, { chunks, delayMs });
  const agent = defineAgent(test.memory, {
    name: "helper",
    model: () => model,
    instructions: "Be brief.",
    ...definition,
  });
  const owner = test.memory.as(OWNER);
  const { threadId } = await owner.threads.create(test.ctx, {});
  const calls: string[] = [];
  return { ...test, ctx: counting(test.ctx, calls), agent, model, owner, threadId, calls };
}

/** The ctx, noting each call of the component. */
export function counting(ctx: ActionCtx, calls: string[]): ActionCtx {
  const note = (reference: FunctionReference<"query" | "mutation" | "action">) =>
    calls.push(doorOf(reference));
  const { runQuery, runMutation, runAction } = ctx as unknown as Record<
    string,
    (...args: unknown[]) => unknown
  >;
  const counted =
    (run: typeof runQuery) =>
    (reference: unknown, ...args: unknown[]) => {
      note(reference as FunctionReference<"query">);
      return run?.(reference, ...args);
    };
  return {
    runQuery: counted(runQuery),
    runMutation: counted(runMutation),
    runAction: counted(runAction),
  } as unknown as ActionCtx;
}

/** The door that a reference leads to, as `turns.begin`. */
export function doorOf(reference: FunctionReference<"query" | "mutation" | "action">): string {
  const address: { name?: string; reference?: string } = getFunctionAddress(reference);
  const path = address.reference?.split("/").slice(3) ?? [getFunctionName(reference)];
  return path.join(".");
}

/** A thread's messages, oldest first. */
export async function messagesOf({ owner, ctx, threadId }: Pick<TestAgent, "owner" | "ctx" | "threadId">) {
  const { page } = await owner.messages.list(ctx, { threadId, cursor: null, limit: 100, order: "asc" });
  return page;
}

/** Each message as `role: what it says`, for reading a thread at a glance. */
export const transcript = (messages: readonly Message[]): string[] =>
  messages.map((message) => `${message.role}: ${message.parts.map(partInWords).join(" ")}`);

function partInWords(part: Part): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "reasoning":
      return `(${part.text})`;
    case "toolCall":
      return `${part.toolName}(${part.input})`;
    case "toolResult":
      return `${part.outputKind} ${part.output}`;
    default:
      return part.type;
  }
}

/** A tool that reads a thermometer. */
export const weather = defineTool({
  description: "The weather in a city.",
  inputSchema: z.object({ city: z.string() }),
  execute: (_ctx, { city }) => ({ city, degrees: 7 }),
});
/** An answer that asks for the weather of each city. */
export const asksFor = (...cities: string[]) => ({
  toolCalls: cities.map((city) => ({ toolName: "weather", input: { city } })),
});
