import { Alert, Button, Center, Stack, Text } from "@mantine/core";
import { IconFileOff, IconQuoteOff } from "@tabler/icons-react";
import type { Chunk, Document } from "convex-agent-memory";
import { useEffect } from "react";
import { api } from "../../api.js";
import { useLoadWhile } from "../../data/useLoadWhile.js";
import { usePages } from "../../data/usePages.js";
import { useResult } from "../../data/useResult.js";
import { PageBoundary } from "../../shell/PageBoundary.js";
import { EmptyState, LoadingState } from "../../shell/states.js";
import { chunkElementId } from "./chunkElement.js";
import { ChunkText } from "./ChunkText.js";
import classes from "./documents.module.css";
import { FarPassage } from "./FarPassage.js";
import { Outline } from "./Outline.js";

const PAGE_CHUNKS = 100;
const IN_ORDER = {
  idOf: ({ chunkId }: Chunk) => chunkId,
  compare: (left: Chunk, right: Chunk) => left.index - right.index,
};
/** A passage further down is shown by itself: to scroll there, everything before it would be loaded. */
const SCROLL_MAX_CHUNKS = 500;

/** The outline of a document beside its chunks; the one of `chunkId` is scrolled to and marked. */
export function DocumentView({ document, chunkId }: { document: Document; chunkId: string | null }) {
  const { documentId, key, state } = document;
  const chunks = usePages(api.documents.listChunks, {
    args: { documentId, limit: PAGE_CHUNKS },
    order: IN_ORDER,
  });
  const wanted = useResult(api.documents.getChunk, chunkId === null ? "skip" : { chunkId });
  const index = wanted.kind === "ready" && wanted.value.documentKey === key ? wanted.value.index : null;
  useLoadWhile(isBelow(index, chunks), chunks);
  useScrollTo(index !== null && index < chunks.items.length ? chunkElementId(index) : null);
  if (state.kind === "empty")
    return <NothingToRead title="Nothing to read yet" text="It is being written for the first time." />;
  if (chunks.error !== undefined) throw chunks.error; // the boundary around it says it
  if (chunks.isLoading) return <LoadingState label="Loading the text" />;
  if (chunks.items.length === 0)
    return (
      <NothingToRead title="No words in it" text="The document has no text that could be found or cited." />
    );
  return (
    <div className={classes["view"]}>
      <Outline documentKey={key} chunks={chunks.items} />
      <Stack gap="sm">
        {chunkId !== null && (
          <CitedPassage chunkId={chunkId} index={index} isKnown={wanted.kind !== "loading"} />
        )}
        <div>
          {chunks.items.map((chunk) => (
            <ChunkText key={chunk.chunkId} chunk={chunk} isMarked={chunk.index === index} />
          ))}
        </div>
        {chunks.canLoadMore && (
          <Center>
            <Button variant="default" onClick={() => void chunks.loadMore()}>
              Show more of it
            </Button>
          </Center>
        )}
      </Stack>
    </div>
  );
}

type CitedProps = { chunkId: string; index: number | null; isKnown: boolean };

/** What is said of a cited passage that cannot be scrolled to. */
function CitedPassage({ chunkId, index, isKnown }: CitedProps) {
  if (index === null) return isKnown && <NoSuchPassage />;
  if (index < SCROLL_MAX_CHUNKS) return null;
  return (
    <PageBoundary place={chunkId}>
      <FarPassage chunkId={chunkId} />
    </PageBoundary>
  );
}

function NothingToRead({ title, text }: { title: string; text: string }) {
  return (
    <EmptyState icon={IconFileOff} title={title}>
      {text}
    </EmptyState>
  );
}

function NoSuchPassage() {
  return (
    <Alert icon={<IconQuoteOff aria-hidden />} title="The cited passage is not there any more" color="yellow">
      <Text size="sm">The document was changed since it was cited. This is how it reads now.</Text>
    </Alert>
  );
}

/** Whether a chunk comes with a page that is still to be loaded. */
const isBelow = (
  index: number | null,
  { items, canLoadMore }: { items: readonly unknown[]; canLoadMore: boolean },
): boolean => index !== null && index < SCROLL_MAX_CHUNKS && index >= items.length && canLoadMore;

/** Scrolls to an element when it is there, and lets a screen reader go on from it. */
function useScrollTo(elementId: string | null): void {
  useEffect(() => {
    if (elementId === null) return;
    const element = document.getElementById(elementId);
    element?.scrollIntoView({ block: "center" });
    element?.focus({ preventScroll: true });
  }, [elementId]);
}
