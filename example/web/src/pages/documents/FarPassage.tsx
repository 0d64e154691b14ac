import { Paper, Stack, Text, Title } from "@mantine/core";
import { api } from "../../api.js";
import { useResult } from "../../data/useResult.js";
import { Markdown } from "../../messages/Markdown.js";
import { LoadingState } from "../../shell/states.js";

const NEIGHBOURS = 2;

/** A passage far down in a long document, with what stands around it. */
export function FarPassage({ chunkId }: { chunkId: string }) {
  const read = useResult(api.documents.readChunksAround, { chunkIds: [chunkId], neighbours: NEIGHBOURS });
  if (read.kind === "loading") return <LoadingState label="Loading the passage" />;
  if (read.kind === "failed") throw read.error; // the boundary around it says it
  return read.value.spans.map(({ from, to, text, headings }) => (
    <Paper key={from} withBorder p="md" component="section" aria-label="Cited passage">
      <Stack gap="xs">
        <Title order={2} size="h5">
          {headings.at(-1) ?? "The cited passage"}
        </Title>
        <Text size="xs" c="dimmed">
          Chunks {from + 1} to {to + 1}, with what stands around the cited one
        </Text>
        <Markdown text={text} />
      </Stack>
    </Paper>
  ));
}
