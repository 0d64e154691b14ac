import { type Passage } from "./passages.js";

/** A block of working memory as a prompt shows it. */
export type ShownBlock = { label: string; description: string; value: string };

/** What an agent's memory puts in front of a message: what was recalled for it, and what stands for older talk. */
const FRAME = /^\s*<(recalled|summary)>([^]*?)<\/\1>/;
const BLOCKS = /<memory>([^]*?)<\/memory>/;
/** An entry begins with its citation on a line of its own, a block with its label. Notices come before the first. */
const ENTRY_START = /\n\n(?=\[[^[\]\n]{1,300}\]\n)/;
const BLOCK_START = /\n\n(?=# [^\n]+(?:\n|$))/;
/** `[fact]`, `[fact home.city]`, `[message 3.1]`, `[block profile]`: citations of memory, not of documents. */
const MEMORY_CITATION = /^\[(fact|message|block)(?: ([^\]›]*))?\]$/;

/** A message without what memory put in front of it, and that by kind. */
export type Unframed = { text: string; recalled: string; summary: string };

/** Takes a message apart: what was recalled for it is neither the question nor said by anyone. */
export function unframe(message: string): Unframed {
  const unframed: Unframed = { text: message, recalled: "", summary: "" };
  for (let frame = FRAME.exec(message); frame !== null; frame = FRAME.exec(unframed.text)) {
    const [whole, tag = "", inside = ""] = frame;
    unframed.text = unframed.text.slice(whole.length);
    const shown = inside.replaceAll(`<\\/${tag}>`, `</${tag}>`).trimEnd();
    if (tag === "recalled") unframed.recalled += shown;
    else unframed.summary += shown;
  }
  return { ...unframed, text: unframed.text.trim() };
}

/** What was recalled, each under its own citation. */
export function recalledPassages(recalled: string): Passage[] {
  const entries = recalled.split(ENTRY_START).slice(1);
  return entries.map((entry) => {
    const end = entry.indexOf("\n");
    return { citation: entry.slice(0, end), text: entry.slice(end + 1).trim(), fields: {} };
  });
}

/** The blocks in a system prompt. */
export function blocksIn(instructions: string): ShownBlock[] {
  const inside = BLOCKS.exec(instructions)?.[1]?.trimEnd() ?? "";
  return inside
    .split(BLOCK_START)
    .slice(1)
    .map((block) => {
      const [heading = "", ...lines] = block.split("\n");
      const description = /^\((.*)\)$/.exec(lines[0] ?? "")?.[1];
      const value = lines.slice(description === undefined ? 0 : 1).join("\n");
      return { label: heading.slice(2), description: description ?? "", value: value.trim() };
    });
}

/** A block's value as a source with a citation of its own. */
export const blockPassages = (blocks: ShownBlock[]): Passage[] =>
  blocks.map(({ label, value }) => ({ citation: `[block ${label}]`, text: value, fields: {} }));

/** Which part of memory a citation names and what it is known by there; `null` for that of a document. */
export function memoryCitation(citation: string | null): { kind: string; name: string } | null {
  const [, kind, name = ""] = MEMORY_CITATION.exec(citation ?? "") ?? [];
  return kind === undefined ? null : { kind, name };
}
