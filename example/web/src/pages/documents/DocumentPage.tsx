import { Anchor, Button, Container, Group, Stack, Text, Title } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft, IconFileUnknown, IconTrash } from "@tabler/icons-react";
import type { Document } from "convex-agent-memory";
import { useMutation } from "convex/react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api } from "../../api.js";
import { telling } from "../../data/telling.js";
import { useResult } from "../../data/useResult.js";
import { PageBoundary } from "../../shell/PageBoundary.js";
import { PageHeader } from "../../shell/PageHeader.js";
import { EmptyState, ErrorState, LoadingState } from "../../shell/states.js";
import { Moment } from "../../text/Moment.js";
import { formatBytes, plural } from "../../shell/formats.js";
import { DocumentView } from "./DocumentView.js";
import { Tags } from "./Tags.js";

/** One document: what is said about it, its outline and its chunks. */
export function DocumentPage({ documentKey }: { documentKey: string }) {
  return (
    <Container size="lg" py="lg">
      <Anchor component={Link} to="/documents" size="sm">
        <Group gap={4}>
          <IconArrowLeft size={16} aria-hidden />
          All documents
        </Group>
      </Anchor>
      <PageBoundary
        fallback={(error, retry) => (
          <>
            <PageHeader title={documentKey} />
            <ErrorState error={error} onRetry={retry} />
          </>
        )}
      >
        <OneDocument documentKey={documentKey} />
      </PageBoundary>
    </Container>
  );
}

function OneDocument({ documentKey }: { documentKey: string }) {
  const document = useResult(api.documents.getDocument, { scope: "tenant", key: documentKey });
  const [search] = useSearchParams();
  if (document.kind === "failed") throw document.error; // the boundary around it says it
  if (document.kind === "loading")
    return (
      <>
        <PageHeader title={documentKey} />
        <LoadingState label="Loading the document" />
      </>
    );
  if (document.value === null)
    return (
      <EmptyState icon={IconFileUnknown} title="There is no such document" order={1}>
        Nothing is stored under “{documentKey}”. It was removed or renamed, or it belongs to another tenant.
      </EmptyState>
    );
  const { generation } = document.value;
  return (
    <Stack gap="lg" mt="xs">
      <Head document={document.value} />
      <PageBoundary place={String(generation)}>
        <DocumentView key={generation} document={document.value} chunkId={search.get("chunk")} />
      </PageBoundary>
    </Stack>
  );
}

function Head({ document }: { document: Document }) {
  const { key, title, bytes, chunks, state, metadata, importance } = document;
  const remove = useRemoval(document);
  return (
    <Group justify="space-between" align="flex-start" gap="sm">
      <div style={{ flex: "1 1 260px", minWidth: 0 }}>
        <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
          {title ?? key}
        </Title>
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {title !== undefined && `${key} · `}
          {plural(chunks, "chunk")} · {formatBytes(bytes)}
          {state.kind === "ready" && (
            <>
              {" · updated "}
              <Moment at={state.readyAt} />
            </>
          )}
        </Text>
        <Tags metadata={metadata} importance={importance} />
      </div>
      <Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={remove}>
        Remove
      </Button>
    </Group>
  );
}

/** Asks once more, then removes a document. */
function useRemoval({ documentId, key }: Document): () => void {
  const remove = useMutation(api.documents.removeDocument);
  const navigate = useNavigate();
  const removeNow = async () => {
    await remove({ documentId });
    notifications.show({ message: `“${key}” was removed.` });
    await navigate("/documents");
  };
  return () =>
    modals.openConfirmModal({
      title: `Remove “${key}”?`,
      children: (
        <Text size="sm">
          Nobody of your tenant finds it any more. Answers that cite it stay, but their citations lead
          nowhere.
        </Text>
      ),
      labels: { confirm: "Remove the document", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => void telling(removeNow()),
    });
}
