// An agent that does what it is told: "story" tells one, "pay" asks for a payment, "form" asks the page, "fail" fails.
import { vRunTicket } from "convex-agent-memory";
import { defineAgent, defineTool, type RunReference, type RunTicket } from "convex-agent-memory/ai";
import { scriptedModel, type ScriptedAnswer, type ScriptedTurn } from "convex-agent-memory/test";
import { makeFunctionReference, mutationGeneric } from "convex/server";
import { ConvexError, v } from "convex/values";
import { z } from "zod";
import { memory, principal, workflow } from "./memory.js";

const STORY = Array.from({ length: 120 }, (_, index) => `word-${index}`).join(" ");

const ANSWERS: Record<string, ScriptedAnswer> = {
  story: { reasoning: "They want a story.", text: STORY },
  look: { text: "Let me look.", toolCalls: [{ toolName: "look", input: { at: "Oslo" } }] },
  pay: {
    text: "I need to pay.",
    toolCalls: [
      { toolName: "pay", input: { amount: 3 } },
      { toolName: "look", input: { at: "Rome" } },
    ],
  },
  form: { text: "Fill this in.", toolCalls: [{ toolName: "form", input: { title: "Address" } }] },
  fail: { text: "I began and then", error: "The model is on fire." },
};

type Prompt = Parameters<Extract<ScriptedTurn, (...args: never[]) => unknown>>[0]["prompt"];

/** What was asked last, and whether a tool has answered since. */
const answer: ScriptedTurn = ({ prompt }) =>
  prompt.at(-1)?.role === "tool"
    ? { text: `Done: ${JSON.stringify(prompt.at(-1)?.content).replaceAll(/[^a-zA-Z ]+/g, " ")}` }
    : (ANSWERS[lastWord(prompt)] ?? { text: `You said: ${lastWord(prompt)}.` });

function lastWord(prompt: Prompt): string {
  const asked = prompt.findLast(({ role }) => role === "user");
  const texts =
    asked?.role === "user" ? asked.content.flatMap((part) => (part.type === "text" ? [part.text] : [])) : [];
  return texts.at(-1)?.split(/\s+/).at(-1) ?? "";
}

const clerk = defineAgent(memory, {
  name: "clerk",
  model: () => scriptedModel([answer, answer], { chunks: 60, delayMs: 5 }),
  instructions: "Do as you are told.",
  throttleMs: 20,
  tools: {
    look: defineTool({
      description: "Looks.",
      inputSchema: z.object({ at: z.string() }),
      execute: (_ctx, { at }) => ({ seen: `It is quiet in ${at}.` }),
    }),
    pay: defineTool({
      description: "Pays.",
      inputSchema: z.object({ amount: z.number() }),
      needsApproval: true,
      execute: (_ctx, { amount }) => `Paid ${amount}.`,
    }),
    form: defineTool({
      description: "Lets the page fill in a form.",
      inputSchema: z.object({ title: z.string() }),
      answersLater: true,
    }),
  },
});

export const { run, step, settle } = clerk.durable(workflow);
const self = makeFunctionReference<"mutation">("clerk:run") as unknown as RunReference;

/** Asks; "refuse" is refused. */
export const send = mutationGeneric({
  args: {
    threadId: v.string(),
    prompt: v.string(),
    operationId: v.string(),
    fileIds: v.optional(v.array(v.string())),
    tone: v.optional(v.string()),
  },
  returns: vRunTicket,
  handler: async (ctx, { fileIds = [], tone = "", ...args }): Promise<RunTicket> => {
    if (args.prompt === "refuse")
      throw new ConvexError({
        code: "RATE_LIMITED",
        message: "You ask too often: wait a minute.",
        details: {},
      });
    const text = [...fileIds.map((fileId) => `file ${fileId}`), tone, args.prompt].join(" ").trim();
    return await clerk.start(ctx, self, { as: await principal(ctx), ...args, prompt: text });
  },
});

/** Answers an earlier prompt again. */
export const again = mutationGeneric({
  args: { threadId: v.string(), promptMessageId: v.string(), operationId: v.string() },
  returns: vRunTicket,
  handler: async (ctx, args): Promise<RunTicket> =>
    await clerk.start(ctx, self, { as: await principal(ctx), ...args }),
});
