import { Badge, Group } from "@mantine/core";
import { formatCount } from "../../shell/formats.js";
import { tagsIn } from "./documentTags.js";

/** What an app says about a document: what can be filtered by, and how much it counts beside others. */
export function Tags({ metadata, importance }: { metadata?: string; importance?: number }) {
  const tags = tagsIn(metadata);
  if (tags.length === 0 && importance === undefined) return null;
  return (
    <Group gap={4} mt={4}>
      {importance !== undefined && <Tag text={`importance ${formatCount(importance)}`} />}
      {tags.map((tag) => (
        <Tag key={tag} text={tag} />
      ))}
    </Group>
  );
}

function Tag({ text }: { text: string }) {
  return (
    <Badge size="sm" variant="default" tt="none" fw={400}>
      {text}
    </Badge>
  );
}
