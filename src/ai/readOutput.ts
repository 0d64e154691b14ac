import { jsonSchema } from "ai";
import { READ_OUTPUT_MAX_BYTES } from "../shared/limits.js";
import { splitText } from "../shared/utf8.js";
import { memoryError } from "../validators/errors.js";
import { defineTool, type AgentTool, type ToolContext } from "./tool.js";

type Asked = { messageId: string; part: number; page?: number };

/**
 * A tool that reads the output of an earlier call again, after it left the context: give it to an agent as
 * `readToolOutput`, the name that placeholders use. Reads outputs of tools of the same thread only, 16 KiB at a time.
 *
 * @example defineAgent(memory, { …, tools: { search, readToolOutput: readOutputTool() } });
 */
export function readOutputTool(): AgentTool {
  return defineTool({
    description:
      "Read the output of an earlier tool call that was removed from the conversation to save room. " +
      "Take messageId and part from the placeholder; page continues a long output.",
    inputSchema: jsonSchema<Asked>({
      type: "object",
      properties: {
        messageId: { type: "string" },
        part: { type: "integer", minimum: 0 },
        page: { type: "integer", minimum: 0 },
      },
      required: ["messageId", "part"],
      additionalProperties: false,
    }),
    idempotent: true,
    execute: readOutput,
  });
}

async function readOutput(ctx: ToolContext, asked: Asked): Promise<string> {
  const { memory, threadId } = ctx;
  const { messageId, part: index, page = 0 } = asked;
  const message = await memory.messages.get(ctx, { messageId });
  const part = message.threadId === threadId ? message.parts[index] : undefined;
  if (part?.type !== "toolResult")
    throw memoryError("MESSAGE_NOT_FOUND", "No output of a tool of this conversation stands there.", {
      messageId,
    });
  const text =
    part.payload === undefined ? part.output : await memory.messages.read(ctx, { messageId, part: index });
  const pages = splitText(text, READ_OUTPUT_MAX_BYTES);
  const shown = pages[page] ?? "";
  if (page + 1 >= pages.length) return shown;
  return `${shown}\n\n[Page ${page + 1} of ${pages.length}: call again with "page": ${page + 1} for the next.]`;
}
