import { Button, Group, Paper, Text } from "@mantine/core";
import type { Chunk } from "convex-agent-memory";
import type { ThreadMessage } from "convex-agent-memory/react";
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../api.js";
import { documentAddress } from "../shell/addresses.js";
import { HEADING_MARK, type Citation } from "./citations.js";
import { LoadingSource } from "./LoadingSource.js";
import { Markdown } from "./Markdown.js";
import { Onward } from "./Onward.js";
import { passagesIn } from "./parts.js";

type DocumentCitation = Extract<Citation, { kind: "document" }>;
type DocumentSourceProps = { citation: DocumentCitation; text: string; message: ThreadMessage };

const PAGE_CHUNKS = 100;

/** The passage of a document that a citation names, as it stands now; where it is gone, as the answer's model read it. */
export function DocumentSource({ citation, text, message }: DocumentSourceProps) {
  const document = useQuery(api.documents.getDocument, { scope: "tenant", key: citation.key });
  const read = passagesIn(message.parts).flatMap((one) => (one.citation === text ? [one.text] : []));
  if (document === undefined) return <LoadingSource />;
  const path = [document?.title ?? citation.key, ...citation.heading.split(HEADING_MARK)].filter(
    (part) => part !== "",
  );
  return (
    <>
      <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {[...new Set(path)].join(HEADING_MARK)}
      </Text>
      {document === null ? (
        <AsRead texts={read} />
      ) : (
        <ChunksUnder document={document} heading={citation.heading} read={read} cursor={null} />
      )}
    </>
  );
}

type CitedDocument = { documentId: string; key: string };
type ChunksUnderProps = { document: CitedDocument; heading: string; read: string[]; cursor: string | null };

/** Looks through the pages of a document for the passages under a heading. */
function ChunksUnder({ document, heading, read, cursor }: ChunksUnderProps) {
  const { documentId, key } = document;
  const chunks = useQuery(api.documents.listChunks, { documentId, cursor, limit: PAGE_CHUNKS });
  if (chunks === undefined) return <LoadingSource />;
  const under = chunks.page.filter((chunk) => chunk.heading === heading);
  const cited = under.filter(({ text }) => read.includes(text));
  const meant = cited.length > 0 ? cited : under;
  if (meant.length === 0 && chunks.cursor !== null)
    return <ChunksUnder {...{ document, heading, read }} cursor={chunks.cursor} />;
  return (
    <>
      {meant.map((chunk) => (
        <ChunkCard key={chunk.chunkId} chunk={chunk} />
      ))}
      {meant.length === 0 && <AsRead texts={read} />}
      <Onward to={documentAddress(key, meant[0]?.chunkId)}>Open in Documents</Onward>
    </>
  );
}

function ChunkCard({ chunk }: { chunk: Chunk }) {
  const [isWide, setWide] = useState(false);
  const around = useQuery(
    api.documents.readChunksAround,
    isWide ? { chunkIds: [chunk.chunkId], neighbours: 1 } : "skip",
  );
  const text = around?.spans[0]?.text ?? chunk.text;
  return (
    <Paper withBorder p="md" data-chunk={chunk.index}>
      <Markdown text={text} />
      <Group mt="sm">
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => setWide(!isWide)}
          loading={isWide && around === undefined}
        >
          {isWide ? "Only this passage" : "Show what stands around it"}
        </Button>
      </Group>
    </Paper>
  );
}

/** What the model was given to read, where the document no longer has it. */
function AsRead({ texts }: { texts: string[] }) {
  return (
    <>
      <Text size="sm">
        {texts.length === 0
          ? "No document has such a passage. The answer may have made this source up."
          : "The document was changed or removed since. This is what the answer was written from:"}
      </Text>
      {texts.map((text, index) => (
        <Paper key={index} withBorder p="md">
          <Markdown text={text} />
        </Paper>
      ))}
    </>
  );
}
