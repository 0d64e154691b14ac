import { Markdown } from "../../messages/Markdown.js";

/** A document cites nothing. */
const NO_CITATIONS = new Map<never, never>();

/** Markdown of a document as it reads. */
export function MarkdownText({ children }: { children: string }) {
  return <Markdown text={children} numbers={NO_CITATIONS} />;
}
