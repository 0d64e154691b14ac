import { Paper, Text } from "@mantine/core";
import { IconFile, IconFileTypePdf, IconPhoto } from "@tabler/icons-react";
import { useQuery } from "convex/react";
import { api } from "../api.js";
import { formatBytes } from "../shell/formats.js";
import classes from "./messages.module.css";
import { fileIdOf, type FilePart } from "./parts.js";
import { QuietBoundary } from "./QuietBoundary.js";
import { webAddress } from "./webAddress.js";

/** The types that a browser shows as a picture and runs nothing of. */
const PICTURES = /^image\/(png|jpeg|gif|webp|avif)$/;

type MessageFileProps = { part: FilePart; messageId: string };

/** A file of a message: a picture as it is, anything else by its name; by that alone where it is not there any more. */
export function MessageFile(props: MessageFileProps) {
  const { mediaType, filename = "a file" } = props.part;
  return (
    <QuietBoundary fallback={<FileChip name={filename} mediaType={mediaType} />}>
      <StoredFile {...props} />
    </QuietBoundary>
  );
}

function StoredFile({ part, messageId }: MessageFileProps) {
  const fileId = fileIdOf(part);
  const file = useQuery(api.chat.getFile, fileId === null ? "skip" : { fileId, messageId });
  const url = fileId === null ? webAddress(part.url) : file?.url;
  const name = part.filename ?? file?.name ?? "a file";
  if (url != null && fileId !== null && PICTURES.test(part.mediaType))
    return (
      <a href={url} target="_blank" rel="noopener noreferrer">
        <img className={classes.picture} src={url} alt={name} loading="lazy" />
      </a>
    );
  return <FileChip name={name} mediaType={part.mediaType} bytes={file?.bytes} url={url ?? undefined} />;
}

export type FileChipProps = { name: string; mediaType: string; bytes?: number; url?: string };

/** The name of a file, its size, and a link to it where it has an address. */
export function FileChip({ name, mediaType, bytes, url }: FileChipProps) {
  const label = (
    <Text size="sm" truncate maw="14rem" component="span">
      {name}
    </Text>
  );
  return (
    <Paper withBorder px="sm" py={4} radius="md" style={{ display: "flex", gap: 8, alignItems: "center" }}>
      <FileIcon mediaType={mediaType} />
      {url === undefined ? (
        label
      ) : (
        <a href={url} target="_blank" rel="noopener noreferrer">
          {label}
        </a>
      )}
      {bytes !== undefined && (
        <Text size="xs" className={classes.meta} component="span" m={0}>
          {formatBytes(bytes)}
        </Text>
      )}
    </Paper>
  );
}

/** What kind of file it is, at a glance. */
export function FileIcon({ mediaType }: { mediaType: string }) {
  if (mediaType.startsWith("image/")) return <IconPhoto size={18} stroke={1.5} aria-hidden />;
  if (mediaType === "application/pdf") return <IconFileTypePdf size={18} stroke={1.5} aria-hidden />;
  return <IconFile size={18} stroke={1.5} aria-hidden />;
}
