import { generateText, isStepCount, tool, type ToolSet } from "ai";
import { z } from "zod";
import { createExtractiveModel } from "../../example/convex/models/extractive.js";

export const LOOP = "[Agents › Loop control]";
export const TESTING = "[Testing › Mock providers]";
export const passages = [
  {
    text: "## Loop control\n\nThe tool loop stops when the model answers without a tool call. Set a limit of steps to stop the tool loop earlier.\n\n```ts\nconst loop = stop(tool);\n```",
    citation: LOOP,
    key: "agents.mdx",
  },
  {
    text: "Mock providers let you test your code without calling a real model. They cost nothing.",
    citation: TESTING,
    key: "testing.mdx",
  },
];
export const question = "How do I stop the tool loop?";

/** A search over the passages above that records what it was asked. */
export function searching(result: unknown = passages) {
  const queries: string[] = [];
  const search = tool({
    description: "Search the documents.",
    inputSchema: z.object({ query: z.string() }),
    execute: ({ query }) => {
      queries.push(query);
      return result;
    },
  });
  return { queries, tools: { search } };
}

/** One question to the extractive model, through the AI SDK. */
export function ask(prompt: string, tools: ToolSet) {
  return generateText({ model: createExtractiveModel(), prompt, tools, stopWhen: isStepCount(5) });
}
