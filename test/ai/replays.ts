// What a scripted model was given, and what replay gives, brought to one form: that of the model's own prompt.
import { generateText, jsonSchema, tool, type ModelMessage, type ToolSet } from "ai";
import type { BoundMemory, QueryCtx } from "../../src/client/index.js";
import { canonicalJson } from "../../src/shared/canonicalJson.js";
import { scriptedModel, type ScriptedCallOptions } from "../../src/testing/scriptedModel.js";

type Replayed = {
  instructions: string;
  messages: ModelMessage[];
  tools: { name: string; description: string; inputSchema: object }[];
};

/** The words of one call of a model: its prompt and its tools. */
export const givenTo = ({ prompt, tools = [] }: ScriptedCallOptions): string =>
  canonicalJson({ prompt, tools });

/** What a model is given when it is called with a replayed context. */
export async function givenAgain(text: string): Promise<string> {
  const { instructions, messages, tools } = JSON.parse(text) as Replayed;
  const model = scriptedModel([{ text: "Again." }]);
  const set: ToolSet = Object.fromEntries(
    tools.map(({ name, description, inputSchema }) => [
      name,
      tool({ description, inputSchema: jsonSchema(inputSchema) }),
    ]),
  );
  const named = tools.length === 0 ? {} : { tools: set };
  await generateText({
    model,
    instructions,
    messages: messages.map(withUrls),
    allowSystemInMessages: true,
    ...named,
  });
  return givenTo(model.calls[0]!);
}

/** Addresses are texts in JSON. */
function withUrls(message: ModelMessage): ModelMessage {
  if (message.role !== "user" || typeof message.content === "string") return message;
  const content = message.content.map((part) => {
    if (part.type !== "file") return part;
    const { data } = part as unknown as { data: { type: string; url: string } };
    return data.type === "url" ? { ...part, data: { type: "url", url: new URL(data.url) } } : part;
  });
  return { ...message, content } as ModelMessage;
}

/** The ids of the messages that a model wrote in a thread, in order. */
export async function answersOf(ctx: QueryCtx, owner: BoundMemory, threadId: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const found: Awaited<ReturnType<typeof owner.messages.list>> = await owner.messages.list(ctx, {
      threadId,
      cursor,
      limit: 100,
      order: "asc",
    });
    for (const { role, runId, messageId } of found.page)
      if (role === "assistant" && runId !== undefined) ids.push(messageId);
    cursor = found.cursor;
  } while (cursor !== null);
  return ids;
}
