import type { ModelMessage } from "ai";
import { estimateTokens } from "../shared/tokens.js";
import type { CallOptions } from "./sdkModel.js";

/** About what an image of common size is: its bytes tell nothing of its tokens. */
const FILE_TOKENS = 1_000;

type Message = CallOptions["prompt"][number] | ModelMessage;
type Part = Exclude<Message["content"], string>[number];

/** What a request asks, in tokens by estimate: its messages, and the tools that it tells of. */
export function requestTokens({ prompt, tools = [] }: Pick<CallOptions, "prompt" | "tools">): number {
  const said = prompt.map((message) => messageTokens(message) + fileTokens(message));
  return said.reduce((sum, tokens) => sum + tokens, tools.length === 0 ? 0 : jsonTokens(tools));
}

/** What a message says, without its files. */
export const messageTokens = ({ content }: Message): number =>
  typeof content === "string"
    ? estimateTokens(content)
    : content.reduce((sum, part) => sum + partTokens(part), 0);

/** What the files of a message are taken for. */
export const fileTokens = ({ content }: Message): number =>
  typeof content === "string" ? 0 : content.filter(isFile).length * FILE_TOKENS;

const isFile = ({ type }: Part): boolean => type === "file" || type === "reasoning-file" || type === "image";

function partTokens(part: Part): number {
  switch (part.type) {
    case "text":
    case "reasoning":
      return estimateTokens(part.text);
    case "tool-call":
      return jsonTokens(part.input);
    case "tool-result":
      return jsonTokens(part.output);
    default:
      return 0;
  }
}

/** What JSON has no text for counts nothing: the estimate must not cost the answer. */
function jsonTokens(value: unknown): number {
  try {
    return estimateTokens(JSON.stringify(value) ?? "");
  } catch {
    return 0;
  }
}
