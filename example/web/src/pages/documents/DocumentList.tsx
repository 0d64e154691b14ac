import { Anchor, Badge, Box, Button, Center, Group, Paper, Stack, Table, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconFiles } from "@tabler/icons-react";
import type { Document } from "convex-agent-memory";
import { Link } from "react-router";
import { api } from "../../api.js";
import { usePages } from "../../data/usePages.js";
import { EmptyState, LoadingState } from "../../shell/states.js";
import { Moment } from "../../text/Moment.js";
import { formatBytes, plural, formatCount } from "../../shell/formats.js";
import { documentAddress } from "../../shell/addresses.js";
import { Tags } from "./Tags.js";
import classes from "./documents.module.css";

const PAGE_DOCUMENTS = 30;
/** All of the tenant, by their key. */
const LISTED = {
  args: { scope: "tenant", limit: PAGE_DOCUMENTS } as const,
  order: {
    idOf: ({ documentId }: Document) => documentId,
    compare: (left: Document, right: Document) => (left.key < right.key ? -1 : 1),
  },
};
/** From here on a table has room. */
const WIDE = "(min-width: 48em)";

/** All documents by their key, live. */
export function DocumentList() {
  const { items, isLoading, error, canLoadMore, loadMore } = usePages(api.documents.listDocuments, LISTED);
  const isWide = useMediaQuery(WIDE, true, { getInitialValueInEffect: false });
  if (error !== undefined) throw error; // the boundary around it says it
  if (items.length === 0)
    return isLoading ? (
      <LoadingState label="Loading the documents" />
    ) : (
      <EmptyState icon={IconFiles} title="No documents yet">
        Drop Markdown or text files above. The researcher finds passages in them and cites them in its
        answers.
      </EmptyState>
    );
  return (
    <Stack gap="sm">
      {isWide ? <WideList documents={items} /> : <NarrowList documents={items} />}
      {canLoadMore && (
        <Center>
          <Button variant="default" onClick={() => void loadMore()}>
            Show more documents
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function WideList({ documents }: { documents: readonly Document[] }) {
  return (
    <Table verticalSpacing="xs" aria-label="Documents">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Document</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th className={classes["end"]}>Chunks</Table.Th>
          <Table.Th className={classes["end"]}>Size</Table.Th>
          <Table.Th className={classes["end"]}>Updated</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {documents.map((document) => (
          <Table.Tr key={document.documentId} className={classes["row"]}>
            <Table.Td>
              <DocumentName document={document} />
            </Table.Td>
            <Table.Td>
              <DocumentState document={document} />
            </Table.Td>
            <Table.Td className={classes["end"]}>{formatCount(document.chunks)}</Table.Td>
            <Table.Td className={classes["end"]}>{formatBytes(document.bytes)}</Table.Td>
            <Table.Td className={classes["end"]}>
              {document.state.kind === "ready" ? <Moment at={document.state.readyAt} /> : "–"}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function NarrowList({ documents }: { documents: readonly Document[] }) {
  return (
    <Stack gap="xs" component="ul" className={classes["plainList"]} aria-label="Documents">
      {documents.map((document) => (
        <Paper key={document.documentId} component="li" withBorder p="sm" className={classes["row"]}>
          <DocumentName document={document} />
          <Group gap="xs" mt={6}>
            <DocumentState document={document} />
            <Text size="xs" c="dimmed">
              {plural(document.chunks, "chunk")} · {formatBytes(document.bytes)}
              {document.state.kind === "ready" && (
                <>
                  {" · "}
                  <Moment at={document.state.readyAt} isDay />
                </>
              )}
            </Text>
          </Group>
        </Paper>
      ))}
    </Stack>
  );
}

function DocumentName({ document: { key, title, metadata, importance } }: { document: Document }) {
  return (
    <Box miw={0}>
      <Anchor
        component={Link}
        to={documentAddress(key)}
        size="sm"
        fw={500}
        c="inherit"
        className={classes["rowLink"]}
      >
        {title ?? key}
      </Anchor>
      {title !== undefined && (
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {key}
        </Text>
      )}
      <Tags metadata={metadata} importance={importance} />
    </Box>
  );
}

/** Whether it can be found, and how far a new text of it is. */
function DocumentState({ document: { state, writing } }: { document: Document }) {
  if (writing === undefined)
    return (
      <Badge variant="dot" color={state.kind === "ready" ? "teal" : "gray"} tt="none" fw={500}>
        {state.kind === "ready" ? "Ready" : "Empty"}
      </Badge>
    );
  const { phase, written, total } = writing;
  const words = {
    writing: `Writing ${formatCount(written.chunks)} of ${formatCount(total.chunks)}`,
    failed: "Failed",
    abandoned: "Interrupted",
  };
  const reason = phase.kind === "failed" ? phase.reason : "Add the file again to go on where it stopped.";
  return (
    <Badge
      variant="dot"
      color={phase.kind === "writing" ? "indigo" : "red"}
      tt="none"
      fw={500}
      title={phase.kind === "writing" ? undefined : reason}
    >
      {words[phase.kind]}
    </Badge>
  );
}
