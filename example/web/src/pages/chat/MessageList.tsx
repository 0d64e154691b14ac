import { Button } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import type { ThreadMessage } from "convex-agent-memory/react";
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type ReactElement,
  type ReactNode,
  type RefObject,
} from "react";
import { VList, type VListHandle } from "virtua";
import classes from "./chat.module.css";

export type MessageListProps = {
  messages: ThreadMessage[];
  /** The message that someone was led to: it is scrolled to, once. */
  namedId?: string | null;
  /** What stands beneath the last message. */
  tail: ReactNode;
  canLoadMore: boolean;
  loadMore: () => Promise<void>;
  children: (message: ThreadMessage) => ReactElement;
};

/** Pixels from the end within which someone reads the newest. */
const NEAR_END_PX = 60;
/** Pixels from the start from which on the page before is loaded. */
const NEAR_START_PX = 900;
const TAIL = "tail";

/**
 * The messages of a thread, of which only those in sight are in the document. It stays at the end while something is
 * written, unless someone has scrolled up; older pages come in above without moving what is read.
 */
export function MessageList(props: MessageListProps) {
  const { messages, namedId = null, tail, canLoadMore, loadMore, children } = props;
  const { list, isAtEnd, onScroll, onResize, toEnd, leaveEnd } = useEnd(messages);
  useShowNamed(messages, { namedId, list, leaveEnd });
  const isPrepended = useIsPrepended(messages);
  const loadAtStart = useLoadAtStart({ canLoadMore, loadMore });
  const rows = [...messages, TAIL] as const;
  return (
    <div className={classes.messages}>
      <VList
        ref={list}
        data={rows}
        shift={isPrepended}
        role="log"
        aria-live="off"
        aria-label="Messages"
        tabIndex={0}
        className={classes.scroll}
        onScroll={(offset) => {
          onScroll(offset);
          if (offset < NEAR_START_PX) loadAtStart();
        }}
        onResize={() => {
          onResize();
          if ((list.current?.scrollOffset ?? Infinity) < NEAR_START_PX) loadAtStart();
        }}
      >
        {(row) => (typeof row === "string" ? <div key={TAIL}>{tail}</div> : children(row))}
      </VList>
      {!isAtEnd && (
        <Button
          className={classes.toEnd}
          size="compact-sm"
          radius="xl"
          variant="default"
          leftSection={<IconArrowDown size={16} aria-hidden />}
          onClick={toEnd}
        >
          To the newest
        </Button>
      )}
    </div>
  );
}

/** Whether someone is at the end, and what keeps them there. */
function useEnd(messages: readonly ThreadMessage[]) {
  const list = useRef<VListHandle>(null);
  const count = messages.length;
  // What someone has just said brings them to the end, wherever they read.
  const saying = messages.at(-1)?.metadata?.isSending === true ? messages.at(-1)?.id : undefined;
  const [isAtEnd, setAtEnd] = useState(true);
  const stays = useRef(true);
  const last = useRef(0);
  const scrollToEnd = useCallback(() => list.current?.scrollToIndex(count, { align: "end" }), [count]);
  useLayoutEffect(() => {
    if (saying !== undefined) stays.current = true;
  }, [saying]);
  useLayoutEffect(() => {
    if (stays.current) scrollToEnd();
  }, [scrollToEnd]);
  const onScroll = (offset: number): void => {
    const { scrollSize = 0, viewportSize = 0 } = list.current ?? {};
    const isNear = scrollSize - offset - viewportSize < NEAR_END_PX;
    // Who scrolls up, however little, wants to read there; what grows only moves the end away.
    if (isNear) stays.current = offset >= last.current || stays.current;
    else if (offset < last.current) stays.current = false;
    last.current = offset;
    setAtEnd(isNear || stays.current);
  };
  const onResize = (): void => {
    if (stays.current) scrollToEnd();
  };
  const toEnd = (): void => {
    stays.current = true;
    setAtEnd(true);
    scrollToEnd();
  };
  const leaveEnd = useCallback(() => (stays.current = false), []);
  return { list, isAtEnd, onScroll, onResize, toEnd, leaveEnd };
}

/** Frames in which a message is brought into sight, and after how many of them it is scrolled to anew. */
const MOST_FRAMES = 120;
const FRAMES_OF_A_SCROLL = 10;
/** Frames in which it must stay in sight: a row that moves may be made anew, and loses the focus. */
const FRAMES_IN_SIGHT = 20;

type Showing = { namedId: string | null; list: RefObject<VListHandle | null>; leaveEnd: () => void };

/**
 * Scrolls to the message that someone was led to, and lets a screen reader go on from it. What is loaded or measured
 * meanwhile moves it: so it is scrolled to until it is in sight.
 */
function useShowNamed(messages: readonly ThreadMessage[], { namedId, list, leaveEnd }: Showing): void {
  const latest = useRef(messages);
  useLayoutEffect(() => {
    latest.current = messages;
  });
  const isThere = namedId !== null && messages.some(({ id }) => id === namedId);
  useEffect(() => {
    if (namedId === null || !isThere) return;
    let [frames, inSight] = [0, 0];
    let frame = requestAnimationFrame(function approach() {
      leaveEnd();
      const row = document.querySelector<HTMLElement>(`[data-message="${CSS.escape(namedId)}"]`);
      if (row !== null && isInSight(row)) {
        row.focus({ preventScroll: true });
        inSight += 1;
      } else if (frames % FRAMES_OF_A_SCROLL === 0) {
        const index = latest.current.findIndex(({ id }) => id === namedId);
        list.current?.scrollToIndex(index, { align: "start" });
      }
      if (++frames < MOST_FRAMES && inSight < FRAMES_IN_SIGHT) frame = requestAnimationFrame(approach);
    });
    return () => cancelAnimationFrame(frame);
  }, [namedId, isThere, list, leaveEnd]);
}

function isInSight(row: HTMLElement): boolean {
  const [place, sight] = [row.getBoundingClientRect(), row.closest("[role=log]")?.getBoundingClientRect()];
  return sight !== undefined && place.height > 0 && place.top < sight.bottom && place.bottom > sight.top;
}

/** True for a list of messages that begins earlier than the one before. */
function useIsPrepended(messages: ThreadMessage[]): boolean {
  const [known, setKnown] = useState({ messages, isPrepended: false });
  if (known.messages === messages) return known.isPrepended;
  const before = known.messages[0]?.id;
  const isPrepended =
    before !== undefined && messages[0]?.id !== before && messages.some(({ id }) => id === before);
  setKnown({ messages, isPrepended });
  return isPrepended;
}

/** Loads the page before, one at a time; a page that fails is asked for again by the next scroll. */
function useLoadAtStart({ canLoadMore, loadMore }: Pick<MessageListProps, "canLoadMore" | "loadMore">) {
  const isLoading = useRef(false);
  return (): void => {
    if (!canLoadMore || isLoading.current) return;
    isLoading.current = true;
    void loadMore()
      .catch(() => undefined)
      .finally(() => (isLoading.current = false));
  };
}
