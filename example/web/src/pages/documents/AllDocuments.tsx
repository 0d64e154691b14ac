import { Container, Stack, Text } from "@mantine/core";
import { api } from "../../api.js";
import { useResult } from "../../data/useResult.js";
import { plural } from "../../shell/formats.js";
import { PageBoundary } from "../../shell/PageBoundary.js";
import { PageHeader } from "../../shell/PageHeader.js";
import { DocumentList } from "./DocumentList.js";
import { DropFiles } from "./DropFiles.js";
import { SearchDocuments } from "./SearchDocuments.js";
import { UploadList } from "./UploadList.js";
import { useUploadQueue } from "./useUploadQueue.js";

/** Adding documents, searching in them, and the list of them. */
export function AllDocuments() {
  const { uploads, queue } = useUploadQueue();
  const counted = useResult(api.documents.countDocuments, { scope: "tenant" });
  return (
    <Container size="lg" py="lg">
      <Stack gap="lg">
        <PageHeader
          title="Documents"
          description="What the researcher searches and cites, for everyone of your tenant."
        >
          {counted.kind === "ready" && (
            <Text size="sm" c="dimmed" role="status">
              {plural(counted.value.documents, "document")}, {plural(counted.value.chunks, "chunk")}
            </Text>
          )}
        </PageHeader>
        <DropFiles onFiles={queue.add} />
        <UploadList uploads={uploads} queue={queue} />
        <SearchDocuments />
        <PageBoundary>
          <DocumentList />
        </PageBoundary>
      </Stack>
    </Container>
  );
}
