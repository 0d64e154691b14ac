import type { ThreadMessage } from "convex-agent-memory/react";
import { fieldOf } from "../data/json.js";

export type MessagePart = ThreadMessage["parts"][number];
export type ToolPart = Extract<MessagePart, { type: "dynamic-tool" }>;
export type FilePart = Extract<MessagePart, { type: "file" }>;

/** Where the rest of a long part can be read. */
export type WholePart = { messageId: string; part: number; bytes: number };

/** The name under which the package keeps its own notes beside those of providers. */
const OWN = "agentMemory";

/** Where a part is to be read whole, when what is here is only its start. */
export function wholePartOf(metadata: unknown): WholePart | null {
  const own = fieldOf(metadata, OWN);
  const [messageId, part, bytes] = [fieldOf(own, "messageId"), fieldOf(own, "part"), fieldOf(own, "bytes")];
  return typeof messageId === "string" && typeof part === "number" && typeof bytes === "number"
    ? { messageId, part, bytes }
    : null;
}

/** The stored file that a part shows; null for one that lies elsewhere. */
export function fileIdOf({ providerMetadata }: FilePart): string | null {
  const fileId = fieldOf(fieldOf(providerMetadata, OWN), "fileId");
  return typeof fileId === "string" ? fileId : null;
}

export const isTool = (part: MessagePart): part is ToolPart => part.type === "dynamic-tool";

/** The id of a message's row, by which its files and its context are found; while it is on its way it has none yet. */
export const rowIdOf = ({ id, metadata }: ThreadMessage): string => metadata?.messageId ?? id;

/** The words of a message. */
export const textOf = ({ parts }: ThreadMessage): string =>
  parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");

/** A passage that a tool gave to the model, under the citation that it is to be cited by. */
export type ShownPassage = { citation: string; text: string; factId?: string };

/** What the tools of an answer gave to the model to cite. */
export function passagesIn(parts: readonly MessagePart[]): ShownPassage[] {
  return parts.filter(isTool).flatMap((part) => {
    if (part.state !== "output-available" || !Array.isArray(part.output)) return [];
    return part.output.flatMap((item: unknown): ShownPassage[] => {
      const [text, factId] = [fieldOf(item, "text"), fieldOf(item, "factId")];
      const citation = fieldOf(item, "citation") ?? fieldOf(item, "from");
      if (typeof text !== "string" || typeof citation !== "string") return [];
      const inside = citation.replace(/^\[([^]*)\]$/, "$1");
      return [{ citation: inside, text, ...(typeof factId === "string" ? { factId } : {}) }];
    });
  });
}
