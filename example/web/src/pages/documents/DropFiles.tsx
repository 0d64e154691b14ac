import "@mantine/dropzone/styles.css";
import { Button, FileButton, Group, Stack, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconFileText, IconFileUpload, IconFolderPlus } from "@tabler/icons-react";
import { useRef } from "react";
import { formatBytes } from "../../shell/formats.js";
import { chosenFiles, FILE_MAX_BYTES, TEXT_ENDINGS, type ChosenFile } from "./readTextFile.js";

const HINT = `Markdown and text (${TEXT_ENDINGS.join(", ")}), up to ${formatBytes(FILE_MAX_BYTES)} a file. A file of the same name takes the place of the one before.`;

/** A choice of folders, which browsers know and the types of React do not. */
const FOLDER = { webkitdirectory: "", "aria-label": "Folder to add" };

/** Where files are dropped, or chosen one by one or as a folder. What is refused is told in the list of uploads. */
export function DropFiles({ onFiles }: { onFiles: (files: ChosenFile[]) => void }) {
  const open = useRef<() => void>(null);
  const take = (files: File[]) => onFiles(chosenFiles(files));
  return (
    <Dropzone
      onDrop={take}
      openRef={open}
      activateOnClick={false}
      activateOnKeyboard={false}
      tabIndex={-1}
      p="lg"
      aria-label="Drop files here"
      inputProps={{ "aria-label": "Files to add" }}
      enablePointerEvents
    >
      <Group justify="space-between" gap="md">
        <Group gap="md" wrap="nowrap" style={{ flex: "1 1 260px" }}>
          <IconFileText size={32} stroke={1.3} aria-hidden style={{ flexShrink: 0 }} />
          <Stack gap={2}>
            <Text fw={500}>Drop files or a folder here</Text>
            <Text size="sm" c="dimmed">
              {HINT}
            </Text>
          </Stack>
        </Group>
        <Group gap="xs">
          <Button leftSection={<IconFileUpload size={16} aria-hidden />} onClick={() => open.current?.()}>
            Choose files
          </Button>
          <FileButton onChange={take} multiple inputProps={FOLDER}>
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconFolderPlus size={16} aria-hidden />}>
                Choose a folder
              </Button>
            )}
          </FileButton>
        </Group>
      </Group>
    </Dropzone>
  );
}
