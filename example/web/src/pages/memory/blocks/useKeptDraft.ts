import type { Block } from "convex-agent-memory";
import { fieldOf, readJson } from "../../../data/json.js";
import { useDraft } from "../../../data/useDraft.js";

/** What someone writes, and the version of the block that they began with. */
type Draft = { base: number; value: string };

/** The draft of a block where there is one; and what changes it. */
type KeptDraft = {
  draft: Draft | null;
  setDraft: (change: (before: Draft | null) => Draft | null) => void;
};

/** What is written in a block and not saved: it is there again after a reload, and when one comes back from elsewhere. */
export function useKeptDraft({ blockId }: Pick<Block, "blockId">): KeptDraft {
  const [text, setText] = useDraft(`block:${blockId}`);
  return {
    draft: draftIn(text),
    setDraft: (change) =>
      setText((before) => {
        const draft = change(draftIn(before));
        return draft === null ? "" : JSON.stringify(draft);
      }),
  };
}

/** The draft that a text holds; what is none counts as nothing written. */
function draftIn(text: string): Draft | null {
  const { value: kept } = readJson(text);
  const base = fieldOf(kept, "base");
  const value = fieldOf(kept, "value");
  return typeof base === "number" && typeof value === "string" ? { base, value } : null;
}
