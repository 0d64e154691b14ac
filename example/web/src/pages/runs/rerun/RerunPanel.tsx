import { Alert, Stack, Text } from "@mantine/core";
import type { Message, UsageEvent } from "convex-agent-memory";
import { useAction } from "convex/react";
import { useState } from "react";
import { api } from "../../../api.js";
import { errorText } from "../../../shell/errorText.js";
import { LoadingState } from "../../../shell/states.js";
import { readRequest } from "../context/readRequest.js";
import { useOne } from "../useOne.js";
import { RerunForm } from "./RerunForm.js";
import type { MadeRerun } from "./madeRerun.js";
import { RerunResult } from "./RerunResult.js";
import { rerunOf, type RerunChoices, type Was } from "./rerunArgs.js";
import { useModels } from "./useModels.js";

type RerunPanelProps = { message: Message; call: UsageEvent | undefined; agentName: string; isOpen: boolean };

type Problem = { title: string; advice: string };

/** The same call with something changed: the form, and every re-run that was made, beside the answer that was saved. */
export function RerunPanel({ message, call, isOpen }: RerunPanelProps) {
  const { messageId } = message;
  const [isUsed, setUsed] = useState(isOpen);
  if (isOpen && !isUsed) setUsed(true);
  const replayed = useOne(api.inspect.replayContext, isUsed ? { messageId } : "skip");
  const explained = useOne(api.inspect.explainContext, isUsed ? { messageId } : "skip");
  const models = useModels(isUsed);
  const { made, isBusy, problem, run } = useReruns(messageId);
  if (!isUsed) return null;
  if (replayed === undefined || explained === undefined)
    return <LoadingState label="Loading what there is to change" />;
  if (replayed instanceof Error) return <Refusal {...errorText(replayed)} />;
  if (explained instanceof Error) return <Refusal {...errorText(explained)} />;
  if (isErased(replayed)) return <Refusal {...errorText({ code: "CONTEXT_GONE" })} />;
  const instructions = ownInstructions(replayed);
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
      {problem !== null && <Refusal {...problem} />}
      <Stack gap="md" aria-live="polite">
        {made.map((rerun) => (
          <RerunResult key={rerun.number} rerun={rerun} {...{ message, call, explained }} />
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

function Refusal({ title, advice }: Problem) {
  return (
    <Alert color="yellow" title={title} role="alert">
      {advice}
    </Alert>
  );
}

/** The re-runs of a call on this page, the newest first. They are kept nowhere else. */
function useReruns(messageId: string) {
  const rerun = useAction(api.rerun.run);
  const [made, setMade] = useState<MadeRerun[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async (choices: RerunChoices, was: Was): Promise<void> => {
    const { args, changes } = rerunOf(messageId, choices, was);
    const startedAt = performance.now();
    setBusy(true);
    setProblem(null);
    try {
      const result = await rerun(args);
      const ms = performance.now() - startedAt;
      setMade((before) => [{ number: before.length + 1, changes, result, ms }, ...before]);
    } catch (error) {
      setProblem(errorText(error));
    }
    setBusy(false);
  };
  return { made, isBusy, problem, run };
}
