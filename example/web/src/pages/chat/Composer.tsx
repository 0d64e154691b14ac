import { ActionIcon, FileButton, Group, SegmentedControl, Text, Textarea, Tooltip } from "@mantine/core";
import { IconArrowUp, IconPaperclip, IconPlayerStopFilled } from "@tabler/icons-react";
import { useConvexConnectionState } from "convex/react";
import { useEffect, useRef, type DragEvent, type KeyboardEvent, type RefObject } from "react";
import { useIsConnected } from "../../shell/connection.js";
import { ACCEPTED } from "./acceptedFile.js";
import { Attachments } from "./Attachments.js";
import classes from "./chat.module.css";
import { ProblemAlert } from "./ProblemAlert.js";
import type { ActiveRun, ComposerProps, Way } from "./composerTypes.js";
import { useComposer } from "./useComposer.js";

const MOST_ROWS = 10;

/** The place to write: Enter sends, Shift and Enter begin a line. */
export function Composer(props: ComposerProps) {
  const { run, isFocused = false } = props;
  const composer = useComposer(props);
  const input = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (isFocused) input.current?.focus();
  }, [isFocused]);
  const submit = (): void => {
    composer.submit();
    input.current?.focus();
  };
  const stop = (byKeyboard: boolean): void => {
    composer.stop();
    if (byKeyboard) input.current?.focus(); // the button goes
  };
  return (
    <form
      className={classes.composer}
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onDragOver={(event) => {
        if (hasFiles(event)) event.preventDefault();
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        composer.add([...event.dataTransfer.files]);
      }}
    >
      {composer.problem !== null && (
        <ProblemAlert problem={composer.problem} onClose={composer.forgetProblem} />
      )}
      {run !== undefined && <WayChoice way={composer.way} onChange={composer.setWay} />}
      <Attachments uploads={composer.uploads} onRemove={composer.remove} />
      <div className={classes.box}>
        <MessageInput
          input={input}
          placeholder={placeholderOf(run, composer.way)}
          composer={composer}
          onEnter={submit}
        />
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <AttachButton onAdd={composer.add} isDisabled={composer.way === "steer"} />
          <Hint words={composer.hint} />
          <Group gap="xs" wrap="nowrap">
            {run !== undefined && <StopButton onStop={stop} />}
            <SendButton isSteering={composer.way === "steer"} canSend={composer.canSend} />
          </Group>
        </Group>
      </div>
    </form>
  );
}

/** Text that is dropped goes where it is dropped, as ever. */
const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer.types.includes("Files");

type MessageInputProps = {
  input: RefObject<HTMLTextAreaElement | null>;
  placeholder: string;
  composer: Pick<ReturnType<typeof useComposer>, "text" | "write" | "add">;
  onEnter: () => void;
};

function MessageInput({ input, placeholder, composer, onEnter }: MessageInputProps) {
  return (
    <Textarea
      ref={input}
      aria-label="Message"
      placeholder={placeholder}
      autosize
      minRows={1}
      maxRows={MOST_ROWS}
      variant="unstyled"
      dir="auto"
      className={classes.input}
      value={composer.text}
      onChange={(event) => composer.write(event.currentTarget.value)}
      onKeyDown={(event: KeyboardEvent) => {
        // While a word is being composed, Enter chooses it.
        if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
        event.preventDefault();
        onEnter();
      }}
      onPaste={({ clipboardData }) => {
        if (clipboardData.files.length > 0) composer.add([...clipboardData.files]);
      }}
    />
  );
}

const SendButton = ({ isSteering, canSend }: { isSteering: boolean; canSend: boolean }) => (
  <ActionIcon
    type="submit"
    size="lg"
    radius="xl"
    aria-label={isSteering ? "Tell the answer" : "Send"}
    disabled={!canSend}
  >
    <IconArrowUp size={18} aria-hidden />
  </ActionIcon>
);

/** What Enter does, or why nothing can be sent just now. */
function Hint({ words }: { words: string }) {
  const { hasEverConnected } = useConvexConnectionState();
  const isConnected = useIsConnected() || !hasEverConnected;
  return (
    <Text size="xs" c="dimmed" className={classes.hint} role="status">
      {isConnected ? words : "You are offline: what you send goes out when you are back."}
    </Text>
  );
}

const placeholderOf = (run: ActiveRun | undefined, way: Way): string => {
  if (run === undefined) return "Ask about your documents";
  return way === "steer" ? "Tell the answer under way" : "Ask the next question";
};

function WayChoice({ way, onChange }: { way: Way; onChange: (way: Way) => void }) {
  return (
    <SegmentedControl
      size="xs"
      mb={6}
      aria-label="While an answer is under way"
      value={way}
      onChange={onChange}
      data={[
        { value: "queue", label: "Ask after this answer" },
        { value: "steer", label: "Tell this answer now" },
      ]}
    />
  );
}

function AttachButton({ onAdd, isDisabled }: { onAdd: (files: File[]) => void; isDisabled: boolean }) {
  const label = isDisabled ? "Files go with a question of their own" : "Attach pictures, PDFs or text";
  return (
    <FileButton multiple accept={ACCEPTED} onChange={onAdd} disabled={isDisabled}>
      {(props) => (
        <Tooltip label={label}>
          <ActionIcon
            {...props}
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={label}
            disabled={isDisabled}
          >
            <IconPaperclip size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </FileButton>
  );
}

const StopButton = ({ onStop }: { onStop: (byKeyboard: boolean) => void }) => (
  <Tooltip label="Stop the answer">
    <ActionIcon
      size="lg"
      radius="xl"
      variant="default"
      aria-label="Stop the answer"
      onClick={({ detail }) => onStop(detail === 0)}
    >
      <IconPlayerStopFilled size={16} aria-hidden />
    </ActionIcon>
  </Tooltip>
);
