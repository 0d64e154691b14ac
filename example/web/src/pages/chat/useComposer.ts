import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useDraft } from "../../data/useDraft.js";
import { useIsHere } from "../../data/useIsHere.js";
import type { ComposerProps, Prompt, Way } from "./composerTypes.js";
import { problemOf, type SendProblem } from "./sendProblem.js";
import { useUploads, type Upload } from "./useUploads.js";

const KEPT = "What you wrote is kept where you wrote it.";

/** What someone writes, and what becomes of it. What could not be sent is put back where it was written. */
export function useComposer({ draftKey, onSend, run }: ComposerProps) {
  const [text, setText] = useDraft(draftKey);
  const files = useUploads();
  const [problem, setProblem] = useState<SendProblem | null>(null);
  const [chosen, setWay] = useState<Way>("queue");
  const [sending, setSending] = useState(0);
  const way = run === undefined ? "queue" : chosen;
  const attached = files.uploads.filter(({ state }) => state.kind !== "refused");
  const obstacle = obstacleTo({ text, attached, way });

  const isHere = useIsHere();
  /** Where it was written; in passing to who has gone elsewhere meanwhile. */
  const tell = (kept: SendProblem): void => {
    if (isHere.current) return setProblem(kept);
    notifications.show({ color: "red", title: kept.title, message: `${kept.advice} ${KEPT}` });
  };
  const deliver = async (prompt: Prompt, uploads: Upload[]): Promise<void> => {
    setSending((count) => count + 1);
    try {
      if (way === "steer" && run !== undefined) await run.steer(prompt.text);
      else await onSend(prompt);
    } catch (error) {
      tell(problemOf(error));
      setText((since) => (since.trim() === "" ? prompt.text : `${prompt.text}\n${since}`));
      files.setUploads((since) => [...uploads, ...since]);
    }
    setSending((count) => count - 1);
  };
  const submit = (): void => {
    if (obstacle !== null) return;
    const fileIds = attached.flatMap(({ state }) => (state.kind === "ready" ? [state.fileId] : []));
    // What was sent is no longer there: a second click has nothing to send.
    setText(() => "");
    files.setUploads([]);
    setProblem(null);
    void deliver({ text: text.trim(), fileIds }, attached);
  };
  const stop = (): void => {
    run?.cancel().catch((error: unknown) => tell(problemOf(error)));
  };
  return {
    ...{ text, uploads: files.uploads, add: files.add, remove: files.remove },
    write: (written: string) => setText(() => written),
    ...{ problem, forgetProblem: () => setProblem(null), way, setWay, submit, stop },
    canSend: obstacle === null,
    hint: sending > 0 ? "Sending …" : (obstacle ?? "Enter sends, Shift+Enter breaks the line"),
  };
}

type Written = { text: string; attached: Upload[]; way: Way };

/** Why what is written cannot be sent yet, in words; null where it can, "" where there is nothing to say. */
function obstacleTo({ text, attached, way }: Written): string | null {
  if (attached.some(({ state }) => state.kind === "uploading")) return "A file is still on its way";
  if (way === "steer" && attached.length > 0) return "Files go with a question of their own";
  return text.trim() === "" && attached.length === 0 ? "" : null;
}
