import type { ContextSource } from "../validators/context.js";
import type { ContextBlock } from "../validators/contextGiven.js";
import type { Message } from "../validators/message.js";
import { contextText, renderContext, type RenderedContext, type ToolDescription } from "./contextMessages.js";

/** What is kept of an agent: its settings without headers and provider options. */
export type AgentContent = {
  instructions: string;
  tools: ToolDescription[];
  settings: Record<string, unknown>;
};

/** Why a context cannot be shown again as it was: what was changed or erased since. */
export type ContextHindrance = { kind: "SOURCE_CHANGED" | "SOURCE_ERASED"; source: ContextSource };

/** Everything that a call of a model was shown, to be rendered again. */
export type ContextMaterial = {
  kind: "material";
  /** Of the text that was sent. */
  hash: string;
  /** The turn that was answered. */
  turn: number;
  agent: AgentContent;
  blocks: ContextBlock[];
  summary: string | null;
  messages: Message[];
  /** Texts that were recalled, in the order in which `explain` lists them. */
  recalled: string[];
  /** Where its files are now; those that are gone have none. */
  fileUrls: ReadonlyMap<string, string | null>;
  /** What may have changed since, where the rendered whole differs. */
  suspects: ContextHindrance[];
};

/** What of it is shown. */
type Shown = Pick<ContextMaterial, "turn" | "blocks" | "summary" | "messages" | "recalled" | "fileUrls"> &
  Pick<AgentContent, "instructions" | "tools">;

/** The messages for a model, and all that it is given as one text. */
export function renderMaterial({ fileUrls, ...content }: Shown): { rendered: RenderedContext; text: string } {
  const rendered = renderContext(content, { fileUrl: (fileId) => fileUrls.get(fileId) ?? undefined });
  return { rendered, text: contextText(rendered, content.tools) };
}
