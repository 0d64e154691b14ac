import { estimateTokens } from "../shared/tokens.js";
import type { CallOptions } from "./sdkModel.js";

/** About what an image of common size is: its bytes tell nothing of its tokens. */
const FILE_TOKENS = 1_000;

type Message = CallOptions["prompt"][number];
type Part = Exclude<Message["content"], string>[number];

/** What a request asks, in tokens by estimate: its messages, and the tools that it tells of. */
export function requestTokens({ prompt, tools = [] }: Pick<CallOptions, "prompt" | "tools">): number {
  const said = prompt.flatMap(({ content }) =>
    typeof content === "string" ? [estimateTokens(content)] : content.map(partTokens),
  );
  return said.reduce((sum, tokens) => sum + tokens, tools.length === 0 ? 0 : jsonTokens(tools));
}

function partTokens(part: Part): number {
  switch (part.type) {
    case "text":
    case "reasoning":
      return estimateTokens(part.text);
    case "tool-call":
      return jsonTokens(part.input);
    case "tool-result":
      return jsonTokens(part.output);
    case "file":
    case "reasoning-file":
      return FILE_TOKENS;
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
