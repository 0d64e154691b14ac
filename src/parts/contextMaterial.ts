import type { ReadMaterial } from "../validators/contextMaterial.js";
import { contextText, renderContext, type RenderedContext, type ToolDescription } from "./contextMessages.js";

/** What is kept of an agent: its settings without headers and provider options. */
export type AgentContent = {
  instructions: string;
  tools: ToolDescription[];
  settings: Record<string, unknown>;
};

/** Everything that a call of a model was shown, to be rendered again. */
export type ContextMaterial = Omit<ReadMaterial, "agent" | "files"> & {
  agent: AgentContent;
  /** Where its files are now; those that are gone have none. */
  fileUrls: ReadonlyMap<string, string | null>;
};

/** What was read of a call. The boundary where an agent's kept text is one again: it was written from one. */
export const materialOf = ({ agent, files, ...read }: ReadMaterial): ContextMaterial => ({
  ...read,
  agent: JSON.parse(agent) as AgentContent,
  fileUrls: new Map(files.map(({ fileId, url }) => [fileId, url])),
});

/** What of it is shown. */
type Shown = Pick<ContextMaterial, "turn" | "blocks" | "summary" | "messages" | "recalled" | "fileUrls"> &
  Pick<AgentContent, "instructions" | "tools">;

/** The messages for a model, and all that it is given as one text. */
export function renderMaterial({ fileUrls, ...content }: Shown): { rendered: RenderedContext; text: string } {
  const rendered = renderContext(content, { fileUrl: (fileId) => fileUrls.get(fileId) ?? undefined });
  return { rendered, text: contextText(rendered, content.tools) };
}
