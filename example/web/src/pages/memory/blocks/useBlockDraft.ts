import type { Block } from "convex-agent-memory";
import { useAttempt, type Attempt } from "../../../data/useAttempt.js";
import type { BlockActions } from "./blockActions.js";
import { useKeptDraft } from "./useKeptDraft.js";

export type BlockDraft = Pick<Attempt, "isBusy" | "failure"> & {
  value: string;
  isChanged: boolean;
  /** The block was changed since this draft began. */
  isConflict: boolean;
  edit: (value: string) => void;
  drop: () => void;
  /** Writes the draft over the version that is shown now; one that comes in between is a conflict again. */
  save: () => void;
};

/** What stands in an editor: the block as it is, until someone begins to write. */
export function useBlockDraft(
  { blockId, label, value: stored, version }: Block,
  update: BlockActions["update"],
): BlockDraft {
  const { draft, setDraft } = useKeptDraft({ blockId });
  const { isBusy, failure, attempt, clear } = useAttempt();
  const isChanged = draft !== null && draft.value !== stored;
  const write = async () => {
    if (draft === null) return;
    const edit = { kind: "set" as const, value: draft.value };
    await attempt(async () => {
      const written = await update({ label, edit, version });
      // What was written on meanwhile stays; where another was faster, their version is on its way, and is a conflict.
      if (written.kind !== "written") setDraft((now) => now && { ...now, base: version });
      else setDraft((now) => (now?.value === edit.value ? null : now && { ...now, base: version + 1 }));
    });
  };
  return {
    value: draft?.value ?? stored,
    isChanged,
    isConflict: isChanged && draft.base !== version && !isBusy,
    edit: (value) => setDraft((before) => ({ base: isChanged ? (before?.base ?? version) : version, value })),
    drop: () => {
      setDraft(() => null);
      clear();
    },
    save: () => void write(),
    isBusy,
    failure,
  };
}
