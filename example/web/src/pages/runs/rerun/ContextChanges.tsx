import { Group, Text } from "@mantine/core";
import { formatCount, plural } from "../../../shell/formats.js";
import { ItemLine } from "../context/ItemLine.js";
import { colorOfSection, titleOfSection, type Section } from "../context/sections.js";
import { FiguresTable } from "../FiguresTable.js";
import classes from "../runs.module.css";
import { diffSections, type SectionChange } from "./contextDiff.js";

/** Items of one kind of change that are shown. */
const SHOWN_ITEMS = 5;

/** What the model was shown then and now, section by section. */
export function ContextChanges({ before, after }: { before: readonly Section[]; after: readonly Section[] }) {
  const changes = diffSections(before, after);
  return (
    <FiguresTable caption="What the model was shown then and now" first="Shown" numbers={["Saved", "New"]}>
      {changes.map((change) => (
        <ChangeRow key={change.section} change={change} />
      ))}
    </FiguresTable>
  );
}

function ChangeRow({ change: { section, before, after, removed, added } }: { change: SectionChange }) {
  return (
    <tr>
      <th scope="row">
        <Group gap="xs" wrap="nowrap">
          <span
            className={classes.dot}
            style={{ ["--slice" as string]: colorOfSection(section) }}
            aria-hidden
          />
          <span>{titleOfSection(section)}</span>
        </Group>
        <Items words="left out" items={removed} />
        <Items words="new" items={added} />
      </th>
      <td data-number>{formatCount(before)}</td>
      <td data-number>{formatCount(after)}</td>
    </tr>
  );
}

function Items({ words, items }: { words: string; items: SectionChange["added"] }) {
  if (items.length === 0) return null;
  return (
    <>
      <Text size="xs" c="dimmed" mt={4}>
        {plural(items.length, "thing")} {words}
      </Text>
      <ul className={classes.items}>
        {items.slice(0, SHOWN_ITEMS).map((item, index) => (
          <ItemLine key={index} item={item} />
        ))}
      </ul>
    </>
  );
}
