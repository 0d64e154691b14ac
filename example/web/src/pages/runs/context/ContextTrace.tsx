import { Alert, Stack, Text } from "@mantine/core";
import type { ContextExplanation } from "convex-agent-memory";
import { api } from "../../../api.js";
import { errorText } from "../../../shell/errorText.js";
import { formatCount, formatShare } from "../../../shell/formats.js";
import { LoadingState } from "../../../shell/states.js";
import { useOne } from "../useOne.js";
import classes from "../runs.module.css";
import { SectionRow } from "./SectionRow.js";
import { colorOfSection, titleOfSection, type Section } from "./sections.js";
import { WholeRequest } from "./WholeRequest.js";

/** What the model was shown when it wrote a message: each section, what stood in it and why, and what was left out. */
export function ContextTrace({ messageId }: { messageId: string }) {
  const explained = useOne(api.inspect.explainContext, { messageId });
  if (explained === undefined) return <LoadingState label="Loading what the model was shown" />;
  if (explained instanceof Error) {
    const { title, advice } = errorText(explained);
    return (
      <Alert color="gray" title={title}>
        {advice}
      </Alert>
    );
  }
  return (
    <Stack gap="md">
      <Text size="sm">
        The model was shown {formatCount(explained.tokens)} tokens, by estimate. Each thing in it, where it
        comes from and why it is there:
      </Text>
      <BudgetBar explained={explained} />
      <div className={classes.scroll}>
        <table className={classes.table}>
          <caption style={{ position: "absolute", clip: "rect(0 0 0 0)" }}>What the model was shown</caption>
          <thead>
            <tr>
              <th scope="col">Section</th>
              <th scope="col" data-number>
                Tokens
              </th>
              <th scope="col" data-number>
                Share
              </th>
            </tr>
          </thead>
          <tbody>
            {explained.sections.filter(isWorthARow).map((section) => (
              <SectionRow key={section.section} section={section} all={explained.tokens} />
            ))}
          </tbody>
        </table>
      </div>
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
