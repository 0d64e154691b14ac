import { Stack } from "@mantine/core";
import { IconSearch, IconSearchOff } from "@tabler/icons-react";
import { useRecall, type Recalled } from "../../../data/useRecall.js";
import { EmptyState, ErrorState, LoadingState } from "../../../shell/states.js";
import { RecallAnswerView } from "./RecallAnswerView.js";
import { RecallForm } from "./RecallForm.js";

/** Asks memory as an agent does, and shows what it finds and why. */
export function RecallTab() {
  const { recalled, recall } = useRecall();
  return (
    <Stack gap="lg">
      <RecallForm isBusy={recalled.kind === "asking"} onAsk={recall} />
      <section aria-label="What was found" aria-live="polite">
        <Found recalled={recalled} />
      </section>
    </Stack>
  );
}

function Found({ recalled }: { recalled: Recalled }) {
  if (recalled.kind === "idle")
    return (
      <EmptyState icon={IconSearch} title="What would be recalled?">
        Ask as you would ask the researcher. You see what it would be shown, in which order, and why.
      </EmptyState>
    );
  if (recalled.kind === "asking") return <LoadingState label="Recalling" />;
  if (recalled.kind === "failed") return <ErrorState error={recalled.error} />;
  if (recalled.answer.hits.length === 0)
    return (
      <EmptyState icon={IconSearchOff} title="Nothing is found">
        Nothing that you chose to look through fits “{recalled.ask.query}”. Try other words, or look in more
        places.
      </EmptyState>
    );
  return <RecallAnswerView {...recalled} />;
}
