import {
  Anchor,
  Button,
  Group,
  Paper,
  Progress,
  ScrollArea,
  Stack,
  Text,
  Title,
  VisuallyHidden,
} from "@mantine/core";
import {
  IconAlertTriangle,
  IconBan,
  IconCheck,
  IconClock,
  IconEqual,
  IconLoader2,
  type Icon,
} from "@tabler/icons-react";
import type { Document } from "convex-agent-memory";
import { Link } from "react-router";
import { api } from "../../api.js";
import { useResult } from "../../data/useResult.js";
import { errorText } from "../../shell/errorText.js";
import { formatBytes, plural, formatCount } from "../../shell/formats.js";
import { documentAddress } from "../../shell/addresses.js";
import classes from "./documents.module.css";
import { isSettled, type Upload, type UploadQueue, type UploadState } from "./uploadQueue.js";

type Draft = NonNullable<Document["writing"]>;

const ICONS: Record<UploadState["kind"], Icon> = {
  queued: IconClock,
  writing: IconLoader2,
  ready: IconCheck,
  unchanged: IconEqual,
  failed: IconAlertTriangle,
  refused: IconBan,
};
const WRITING_LIMIT = 50;

/** The files of this session, each with how far it is. */
export function UploadList({ uploads, queue }: { uploads: readonly Upload[]; queue: UploadQueue }) {
  const isUnderWay = uploads.some((upload) => !isSettled(upload));
  const writing = useResult(
    api.documents.listDocuments,
    isUnderWay ? { scope: "tenant", writing: true, cursor: null, limit: WRITING_LIMIT } : "skip",
  );
  if (uploads.length === 0) return null;
  const page = writing.kind === "ready" ? writing.value.page : [];
  const drafts = new Map(page.map(({ key, writing: draft }) => [key, draft]));
  const settled = uploads.filter(isSettled).length;
  return (
    <Paper withBorder p="md" component="section" aria-label="Uploads">
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Title order={2} size="h5">
            {isUnderWay ? `Adding ${plural(uploads.length, "file")}` : summaryOf(uploads)}
          </Title>
          {settled > 0 && (
            <Button size="compact-sm" variant="subtle" onClick={queue.clear}>
              Clear finished
            </Button>
          )}
        </Group>
        {isUnderWay && (
          <Progress value={(settled / uploads.length) * 100} size="sm" aria-label="Files done" animated />
        )}
        <VisuallyHidden role="status">
          {isUnderWay
            ? `${formatCount(settled)} of ${plural(uploads.length, "file")} done`
            : summaryOf(uploads)}
        </VisuallyHidden>
        <ScrollArea.Autosize mah={280} type="auto" viewportProps={{ tabIndex: 0, "aria-label": "Files" }}>
          <Stack component="ul" gap={6} className={classes["plainList"]}>
            {uploads.map((upload) => (
              <UploadRow
                key={upload.uploadId}
                upload={upload}
                draft={drafts.get(upload.chosen.key)}
                onRetry={() => queue.retry(upload.uploadId)}
              />
            ))}
          </Stack>
        </ScrollArea.Autosize>
        {isUnderWay && (
          <Text size="xs" c="dimmed">
            You can look at other pages meanwhile. Keep this tab open until all files are done.
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

type RowProps = { upload: Upload; draft: Draft | undefined; onRetry: () => void };

function UploadRow({ upload: { chosen, state }, draft, onRetry }: RowProps) {
  const StateIcon = ICONS[state.kind];
  const isDone = state.kind === "ready" || state.kind === "unchanged";
  return (
    <li className={classes["upload"]} data-state={state.kind}>
      <StateIcon size={18} aria-hidden className={classes["uploadIcon"]} />
      <div className={classes["uploadText"]}>
        <Group gap="xs" wrap="nowrap">
          {isDone ? (
            <Anchor component={Link} to={documentAddress(chosen.key)} size="sm" truncate>
              {chosen.key}
            </Anchor>
          ) : (
            <Text size="sm" truncate>
              {chosen.key}
            </Text>
          )}
          <Text size="xs" c="dimmed" className={classes["number"]}>
            {formatBytes(chosen.file.size)}
          </Text>
        </Group>
        <Text size="xs" c={state.kind === "failed" || state.kind === "refused" ? undefined : "dimmed"}>
          {stateText(state, draft)}
        </Text>
        {state.kind === "writing" && draft !== undefined && draft.total.chunks > 0 && (
          <Progress
            size="xs"
            mt={4}
            value={(draft.written.chunks / draft.total.chunks) * 100}
            aria-label={`Chunks of ${chosen.key}`}
          />
        )}
      </div>
      {state.kind === "failed" && (
        <Button size="compact-sm" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </li>
  );
}

function stateText(state: UploadState, draft: Draft | undefined): string {
  switch (state.kind) {
    case "queued":
      return "Waiting for its turn";
    case "writing":
      if (draft === undefined) return "Reading and embedding";
      return `Writing: ${formatCount(draft.written.chunks)} of ${plural(draft.total.chunks, "chunk")}`;
    case "ready":
      return state.chunks === 0
        ? "Ready, but there are no words in it"
        : `Ready: ${plural(state.chunks, "chunk")}`;
    case "unchanged":
      return `Unchanged: it was stored already, in ${plural(state.chunks, "chunk")}`;
    case "failed": {
      const { title, advice } = errorText(state.error);
      return `${title}. ${advice}`;
    }
    case "refused":
      return state.reason;
  }
}

/** How it ended: `3 files ready, 1 not taken`. */
function summaryOf(uploads: readonly Upload[]): string {
  const count = (...kinds: UploadState["kind"][]) =>
    uploads.filter(({ state }) => kinds.includes(state.kind)).length;
  const told = [
    [count("ready"), "ready"],
    [count("unchanged"), "unchanged"],
    [count("failed"), "failed"],
    [count("refused"), "not taken"],
  ] as const;
  return told
    .flatMap(([number, word]) => (number === 0 ? [] : [`${plural(number, "file")} ${word}`]))
    .join(", ");
}
