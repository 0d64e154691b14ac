import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { formatCount, formatShare, plural } from "../../../shell/formats.js";
import classes from "../runs.module.css";
import { ItemLine } from "./ItemLine.js";
import { colorOfSection, titleOfSection, whyLeftOut, type Section } from "./sections.js";

/** Items that are shown before somebody asks for more. */
const SHOWN_ITEMS = 6;

/** One section: its tokens, what stood in it, and what was left out of it. */
export function SectionRow({ section, all }: { section: Section; all: number }) {
  const { section: name, tokens, items, leftOut } = section;
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? items : items.slice(0, SHOWN_ITEMS);
  return (
    <tr>
      <th scope="row">
        <Group gap="xs" wrap="nowrap" align="center">
          <span className={classes.dot} style={{ ["--slice" as string]: colorOfSection(name) }} aria-hidden />
          <span>{titleOfSection(name)}</span>
        </Group>
        {items.length > 0 && (
          <ul className={classes.items}>
            {shown.map((item, index) => (
              <ItemLine key={index} item={item} isWhyKnown={item.why === shown[index - 1]?.why} />
            ))}
          </ul>
        )}
        {shown.length < items.length && (
          <Button size="compact-xs" variant="subtle" onClick={() => setWhole(true)}>
            Show all {items.length}
          </Button>
        )}
        {leftOut.map(({ reason, count, tokens: size }) => (
          <Text key={reason} size="sm" c="dimmed">
            {plural(count, "thing")} left out ({formatCount(size)} tokens): {whyLeftOut(reason)}.
          </Text>
        ))}
      </th>
      <td data-number>{formatCount(tokens)}</td>
      <td data-number>{formatShare(tokens / Math.max(1, all))}</td>
    </tr>
  );
}
