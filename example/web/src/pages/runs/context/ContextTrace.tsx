import { Stack, Text } from "@mantine/core";
import type { ContextExplanation } from "convex-agent-memory";
import { api } from "../../../api.js";
import { useResult } from "../../../data/useResult.js";
import { errorText } from "../../../shell/errorText.js";
import { formatCount, formatShare } from "../../../shell/formats.js";
import { LoadingState } from "../../../shell/states.js";
import { FailureNotice } from "../../../text/FailureNotice.js";
import { FiguresTable } from "../FiguresTable.js";
import classes from "../runs.module.css";
import { SectionRow } from "./SectionRow.js";
import { colorOfSection, titleOfSection, type Section } from "./sections.js";
import { WholeRequest } from "./WholeRequest.js";

/** What the model was shown when it wrote a message: each section, what stood in it and why, and what was left out. */
export function ContextTrace({ messageId }: { messageId: string }) {
  const found = useResult(api.inspect.explainContext, { messageId });
  if (found.kind === "loading") return <LoadingState label="Loading what the model was shown" />;
  if (found.kind === "failed") return <FailureNotice failure={errorText(found.error)} color="gray" />;
  const explained = found.value;
  return (
    <Stack gap="md">
      <Text size="sm">
        The model was shown {formatCount(explained.tokens)} tokens, by estimate. Each thing in it, where it
        comes from and why it is there:
      </Text>
      <BudgetBar explained={explained} />
      <FiguresTable caption="What the model was shown" first="Section" numbers={["Tokens", "Share"]}>
        {explained.sections.filter(isWorthARow).map((section) => (
          <SectionRow key={section.section} section={section} all={explained.tokens} />
        ))}
      </FiguresTable>
      <WholeRequest messageId={messageId} />
    </Stack>
  );
}

const isWorthARow = ({ tokens, items, leftOut }: Section): boolean =>
  tokens > 0 || items.length > 0 || leftOut.length > 0;

/** The sections as slices of one bar. */
export function BudgetBar({
  explained: { sections, tokens },
}: {
  explained: Pick<ContextExplanation, "sections" | "tokens">;
}) {
  const filled = sections.filter((section) => section.tokens > 0);
  const words = filled.map(
    (section) => `${titleOfSection(section.section)} ${formatShare(section.tokens / Math.max(1, tokens))}`,
  );
  return (
    <div className={classes.bar} role="img" aria-label={`Shares of the context: ${words.join(", ")}`}>
      {filled.map((section) => (
        <span
          key={section.section}
          title={`${titleOfSection(section.section)}: ${formatCount(section.tokens)} tokens`}
          style={{ flexGrow: section.tokens, ["--slice" as string]: colorOfSection(section.section) }}
        />
      ))}
    </div>
  );
}
