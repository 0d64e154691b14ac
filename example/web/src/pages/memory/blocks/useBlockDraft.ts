import type { Block } from "convex-agent-memory";
import { useState } from "react";
import { useAttempt, type Attempt } from "../../../data/useAttempt.js";
import type { BlockActions } from "./blockActions.js";

/** What someone writes, and the version of the block that they began with. */
type Draft = { base: number; value: string };

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
  { label, value: stored, version }: Block,
  { update }: BlockActions,
): BlockDraft {
  const [draft, setDraft] = useState<Draft | null>(null);
  const { isBusy, failure, attempt, clear } = useAttempt();
  const isChanged = draft !== null && draft.value !== stored;
  const write = async () => {
    if (draft === null) return;
    const edit = { kind: "set" as const, value: draft.value };
    await attempt(async () => {
      const written = await update({ label, edit, version });
      // Else the newer version is on its way to this page, and is told as a conflict.
      if (written.kind === "written") setDraft(null);
      else setDraft({ ...draft, base: version });
    });
  };
  return {
    value: draft?.value ?? stored,
    isChanged,
    isConflict: isChanged && draft.base !== version && !isBusy,
    edit: (value) => setDraft((before) => ({ base: isChanged ? (before?.base ?? version) : version, value })),
    drop: () => {
      setDraft(null);
      clear();
    },
    save: () => void write(),
    isBusy,
    failure,
  };
}
