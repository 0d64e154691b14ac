import { Stack, Text } from "@mantine/core";
import type { Message, UsageEvent } from "convex-agent-memory";
import { useAction } from "convex/react";
import { useState } from "react";
import { api } from "../../../api.js";
import { useAttempt } from "../../../data/useAttempt.js";
import { useResult } from "../../../data/useResult.js";
import { errorText } from "../../../shell/errorText.js";
import { LoadingState } from "../../../shell/states.js";
import { FailureNotice } from "../../../text/FailureNotice.js";
import { readRequest } from "../context/readRequest.js";
import { RerunForm } from "./RerunForm.js";
import type { MadeRerun } from "./madeRerun.js";
import { RerunResult } from "./RerunResult.js";
import { rerunOf, type RerunChoices, type Was } from "./rerunArgs.js";
import { useModels } from "./useModels.js";

type RerunPanelProps = { message: Message; call: UsageEvent | undefined; isOpen: boolean };

/** The same call with something changed: the form, and every re-run that was made, beside the answer that was saved. */
export function RerunPanel({ message, call, isOpen }: RerunPanelProps) {
  const { messageId } = message;
  const [isUsed, setUsed] = useState(isOpen);
  if (isOpen && !isUsed) setUsed(true);
  const replayed = useResult(api.inspect.replayContext, isUsed ? { messageId } : "skip");
  const explained = useResult(api.inspect.explainContext, isUsed ? { messageId } : "skip");
  const models = useModels(isUsed);
  const { made, isBusy, failure, run } = useReruns(messageId);
  if (!isUsed) return null;
  if (replayed.kind === "failed") return <Refusal error={replayed.error} />;
  if (explained.kind === "failed") return <Refusal error={explained.error} />;
  if (replayed.kind === "loading" || explained.kind === "loading")
    return <LoadingState label="Loading what there is to change" />;
  if (isErased(replayed.value)) return <Refusal error={{ code: "CONTEXT_GONE" }} />;
  const instructions = ownInstructions(replayed.value);
  return (
    <Stack gap="md">
      <Text size="sm">
        The same call of the model, with something changed. Nothing of it is saved in the conversation and no
        tool is run; the model is asked once more, which is paid for like any other call.
      </Text>
      <RerunForm
        key={instructions}
        {...{ instructions, models, isBusy }}
        onRun={(choices, firstModel) => void run(choices, { instructions, firstModel })}
      />
      <FailureNotice failure={failure} color="yellow" />
      <Stack gap="md" aria-live="polite">
        {made.map((rerun) => (
          <RerunResult key={rerun.number} rerun={rerun} explained={explained.value} {...{ message, call }} />
        ))}
      </Stack>
    </Stack>
  );
}

/** A file that is gone is only named to the model; everything else that is erased cannot be shown to it again. */
const isErased = (replayed: typeof api.inspect.replayContext._returnType): boolean =>
  replayed.kind === "SOURCE_ERASED" && replayed.source.kind !== "file";

/** Blocks stand behind the instructions in the same text: they are a section of their own. */
const BLOCKS = "\n\n<memory>";
const ownInstructions = (replayed: typeof api.inspect.replayContext._returnType): string =>
  replayed.kind === "same" ? (readRequest(replayed.text).instructions.split(BLOCKS, 1)[0] ?? "") : "";

const Refusal = ({ error }: { error: unknown }) => (
  <FailureNotice failure={errorText(error)} color="yellow" />
);

/** The re-runs of a call on this page, the newest first. They are kept nowhere else. */
function useReruns(messageId: string) {
  const rerun = useAction(api.rerun.run);
  const [made, setMade] = useState<MadeRerun[]>([]);
  const { isBusy, failure, attempt } = useAttempt();
  const run = (choices: RerunChoices, was: Was) => {
    const { args, changes } = rerunOf(messageId, choices, was);
    return attempt(async () => {
      const result = await rerun(args);
      setMade((before) => [{ number: before.length + 1, changes, result }, ...before]);
    });
  };
  return { made, isBusy, failure, run };
}
