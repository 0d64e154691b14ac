import { Button } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import type { ThreadMessage } from "convex-agent-memory/react";
import {
  useCallback,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  type ReactElement,
  type ReactNode,
} from "react";
import { VList, type VListHandle } from "virtua";
import classes from "./chat.module.css";
import { useWantedFocus } from "./useWantedFocus.js";

export type MessageListProps = {
  messages: ThreadMessage[];
  /** The message to be read first, in the place of the newest. */
  wantedId?: string | undefined;
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
  const { messages, tail, canLoadMore, loadMore, children } = props;
  const { list, isAtEnd, onScroll, onScrollEnd, onResize, leaveEnd, toEnd } = useEnd(props);
  const isPrepended = useIsPrepended(messages);
  useWantedFocus(props.wantedId);
  // A page that fails is asked for again by the next scroll.
  const loadAtStart = (): void => {
    if (canLoadMore) loadMore().catch(() => undefined);
  };
  const rows = [...messages, TAIL] as const;
  return (
    <div className={classes.messages} onClickCapture={({ target }) => isFold(target) && leaveEnd()}>
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
        onScrollEnd={onScrollEnd}
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

/** True for what unfolds something: who opens it wants to read it from its start. */
const isFold = (target: EventTarget): boolean =>
  target instanceof Element && target.closest("[aria-expanded]") !== null;

/** Whether someone is at the end, and what keeps them there; or at the message that they came for. */
function useEnd({ messages, wantedId }: Pick<MessageListProps, "messages" | "wantedId">) {
  const list = useRef<VListHandle>(null);
  const count = messages.length;
  // What someone has just said brings them to the end, wherever they read.
  const saying = messages.at(-1)?.metadata?.isSending === true ? messages.at(-1)?.id : undefined;
  const [isAtEnd, setAtEnd] = useState(true);
  const stays = useRef(true);
  const last = useRef(0);
  // While the list moves to a message, passing the end does not bind to it.
  const isMoving = useRef(false);
  const scrollToEnd = useCallback(() => list.current?.scrollToIndex(count, { align: "end" }), [count]);
  useLayoutEffect(() => {
    if (saying === undefined) return;
    stays.current = true;
    isMoving.current = false;
  }, [saying]);
  useLayoutEffect(() => {
    if (stays.current) scrollToEnd();
  }, [scrollToEnd]);
  const wanted = wantedId === undefined ? -1 : messages.findIndex(({ id }) => id === wantedId);
  const isThere = wanted >= 0;
  const toWanted = useEffectEvent(() => {
    stays.current = false;
    isMoving.current = true;
    list.current?.scrollToIndex(wanted, { align: "center" });
  });
  // Once a message: its place changes as others come in above.
  useLayoutEffect(() => {
    if (isThere) toWanted();
  }, [wantedId, isThere]);
  const onScroll = (offset: number): void => {
    const { scrollSize = 0, viewportSize = 0 } = list.current ?? {};
    const isNear = scrollSize - offset - viewportSize < NEAR_END_PX;
    // Who scrolls up, however little, wants to read there; what grows only moves the end away.
    if (isNear) stays.current = (offset >= last.current && !isMoving.current) || stays.current;
    else if (offset < last.current) stays.current = false;
    last.current = offset;
    setAtEnd(isNear || stays.current);
  };
  const onResize = (): void => {
    if (stays.current) scrollToEnd();
  };
  const onScrollEnd = (): void => {
    isMoving.current = false;
  };
  const leaveEnd = (): void => {
    stays.current = false;
  };
  const toEnd = (): void => {
    stays.current = true;
    setAtEnd(true);
    scrollToEnd();
  };
  return { list, isAtEnd, onScroll, onScrollEnd, onResize, leaveEnd, toEnd };
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
