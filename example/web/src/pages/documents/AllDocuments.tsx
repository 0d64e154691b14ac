import { Container, Group, Stack, Text, Title } from "@mantine/core";
import { api } from "../../api.js";
import { useResult } from "../../data/useResult.js";
import { plural } from "../../shell/formats.js";
import { DocumentList } from "./DocumentList.js";
import { DropFiles } from "./DropFiles.js";
import { SearchDocuments } from "./SearchDocuments.js";
import { UploadList } from "./UploadList.js";
import { useUploads } from "./useUploads.js";

/** Adding documents, searching in them, and the list of them. */
export function AllDocuments() {
  const { uploads, queue } = useUploads();
  const counted = useResult(api.documents.countDocuments, { scope: "tenant" });
  return (
    <Container size="lg" py="lg">
      <Stack gap="lg">
        <Group justify="space-between" align="baseline" gap="xs">
          <div>
            <Title order={1} size="h2">
              Documents
            </Title>
            <Text c="dimmed">What the researcher searches and cites, for everyone of your tenant.</Text>
          </div>
          {counted.kind === "ready" && (
            <Text size="sm" c="dimmed" role="status">
              {plural(counted.value.documents, "document")}, {plural(counted.value.chunks, "chunk")}
            </Text>
          )}
        </Group>
        <DropFiles onFiles={queue.add} />
        <UploadList uploads={uploads} queue={queue} />
        <SearchDocuments />
        <DocumentList />
      </Stack>
    </Container>
  );
}
