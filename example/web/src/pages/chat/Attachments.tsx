import { CloseButton, Group, Paper, Progress, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { FileIcon } from "../../messages/FileChip.js";
import { formatBytes } from "../../shell/formats.js";
import classes from "./chat.module.css";
import type { Upload } from "./useUploads.js";

/** The files of a question before it is sent: how far each is, or why it cannot be sent; each can be taken away. */
export function Attachments({ uploads, onRemove }: { uploads: Upload[]; onRemove: (key: string) => void }) {
  if (uploads.length === 0) return null;
  return (
    <ul className={classes.attachments} aria-label="Attached files">
      {uploads.map((upload) => (
        <li key={upload.key}>
          <Paper withBorder px="xs" py={4} radius="md" data-upload={upload.state.kind}>
            <Group gap="xs" wrap="nowrap">
              {upload.state.kind === "refused" ? (
                <IconAlertTriangle size={18} color="var(--mantine-color-red-6)" aria-hidden />
              ) : (
                <FileIcon mediaType={upload.mediaType} />
              )}
              <Text size="sm" truncate maw="11rem" component="span">
                {upload.name}
              </Text>
              <Text size="xs" c="dimmed" component="span" style={{ flex: "none" }}>
                {formatBytes(upload.bytes)}
              </Text>
              <CloseButton
                size="sm"
                aria-label={`Take away ${upload.name}`}
                onClick={() => onRemove(upload.key)}
              />
            </Group>
            <UploadState upload={upload} />
          </Paper>
        </li>
      ))}
    </ul>
  );
}

function UploadState({ upload: { name, state } }: { upload: Upload }) {
  switch (state.kind) {
    case "uploading":
      return <Progress size="xs" value={state.progress * 100} aria-label={`Sending ${name}`} />;
    case "refused":
      return (
        <Text size="xs" c="red" role="alert">
          {state.reason}
        </Text>
      );
    case "ready":
      return null;
  }
}
