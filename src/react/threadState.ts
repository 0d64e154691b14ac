import {
  decisionsIn,
  groupMessages,
  toUIMessage,
  type Decisions,
  type MessageGroup,
  type ThreadMessage,
} from "../parts/uiMessages.js";
import { comparePositions } from "../shared/position.js";
import type { Part } from "../validators/content.js";
import type { Message } from "../validators/message.js";
import type { Run } from "../validators/run.js";
import { isSameList, keepSame, keepSameItems } from "./keepSame.js";
import { isSending, keysOfSent, type SentKeys } from "./sentMessages.js";
import { addStreamPage, shownParts, takingOver, UNSEEN_STREAM, type FollowedStream } from "./streamState.js";
import type { MessagePage, StreamPage } from "./threadApi.js";

/**
 * What is known of a thread. `recent` is the newest page, which is live, and `older` what stands before it: pages
 * that were asked for once, and messages that slid out of the newest page. Both in order, without a gap between.
 */
export type ThreadState = {
  recent: readonly Message[] | null;
  older: readonly Message[];
  /** Where the page before `older` begins; `null` when nothing stands there. */
  cursor: string | null;
  streams: Readonly<Record<string, FollowedStream>>;
  run: Run | null;
  /** Under which ids messages are shown that were sent from here. */
  sent: SentKeys;
};

export type ThreadEvent =
  | ({ kind: "recentPage" } & MessagePage)
  /** `after` is the cursor with which the page was asked for. */
  | ({ kind: "olderPage"; after: string } & MessagePage)
  | { kind: "streamPage"; streamId: string; page: StreamPage }
  | { kind: "run"; run: Run | null };

export const EMPTY_THREAD: ThreadState = {
  recent: null,
  older: [],
  cursor: null,
  streams: {},
  run: null,
  sent: {},
};

/** The thread after an event; the same object where the event changes nothing. */
export function reduceThread(state: ThreadState, event: ThreadEvent): ThreadState {
  switch (event.kind) {
    case "recentPage":
      return withRecentPage(state, event);
    case "olderPage":
      return event.after === state.cursor ? withOlderPage(state, event) : state;
    case "streamPage": {
      const known = state.streams[event.streamId] ?? UNSEEN_STREAM;
      const stream = addStreamPage(known, event.page);
      return stream === known ? state : { ...state, streams: { ...state.streams, [event.streamId]: stream } };
    }
    case "run": {
      const run = keepSame(state.run, event.run);
      return run === state.run ? state : { ...state, run };
    }
  }
}

function withRecentPage(state: ThreadState, { page, cursor }: MessagePage): ThreadState {
  const known = knownIn(state);
  const recent = keepSameItems(known, inOrder(page), ({ messageId }) => messageId);
  const sent = keysOfSent(state.sent, { known, page: recent });
  const before = messagesBefore(state, recent);
  const streams = liveStreams(state, recent);
  const rest = before.length === 0 ? { older: [], cursor } : { older: before, cursor: state.cursor };
  return { ...state, recent, streams, sent, ...rest };
}

const knownIn = ({ older, recent }: ThreadState): Message[] => [...older, ...(recent ?? [])];

/** The streams of the page, as far as they are known. One on the row of another goes on from what that had said. */
function liveStreams(state: ThreadState, recent: readonly Message[]): Record<string, FollowedStream> {
  const before = new Map(
    streamsIn(state.recent ?? []).map(({ messageId, streamId }) => [messageId, streamId]),
  );
  const streams: Record<string, FollowedStream> = {};
  for (const { streamId, messageId } of streamsIn(recent)) {
    const known = state.streams[streamId];
    const replaced = state.streams[before.get(messageId) ?? streamId];
    if (known !== undefined) streams[streamId] = known;
    else if (replaced !== undefined) streams[streamId] = takingOver(UNSEEN_STREAM, replaced);
  }
  return streams;
}

/**
 * The known messages that stand before the newest page. None where messages may lie in between, as after a long
 * time offline, or where one was last seen unfinished: they are to be loaded again.
 */
function messagesBefore(state: ThreadState, recent: readonly Message[]): Message[] {
  const [oldest] = recent;
  if (oldest === undefined) return [];
  const known = knownIn(state).filter((message) => !isSending(message));
  const before = known.filter((message) => comparePositions(message, oldest) < 0);
  const isKnown = known.some(({ messageId }) => messageId === oldest.messageId);
  const joins = isKnown || isRightBehind(oldest, before.at(-1));
  return joins && streamsIn(before).length === 0 ? before : [];
}

/** True when nothing can stand between two messages. Before what steers a run, messages are still written. */
const isRightBehind = (message: Message, before: Message | undefined): boolean =>
  before?.turn === message.turn && before.step === message.step - 1;

function withOlderPage(state: ThreadState, { page, cursor }: MessagePage): ThreadState {
  const known = new Set(knownIn(state).map(({ messageId }) => messageId));
  const added = inOrder(page).filter(({ messageId }) => !known.has(messageId));
  return { ...state, older: [...added, ...state.older], cursor };
}

const inOrder = (page: readonly Message[]): Message[] => [...page].sort(comparePositions);

/** The streams that are to be followed, and from which chunk on. */
export function streamsToFollow(state: ThreadState): { streamId: string; after: number }[] {
  return streamsIn(state.recent ?? []).map(({ streamId }) => ({
    streamId,
    after: (state.streams[streamId] ?? UNSEEN_STREAM).after,
  }));
}

const streamsIn = (messages: readonly Message[]): { streamId: string; messageId: string }[] =>
  messages.flatMap(({ state, messageId }) =>
    state.kind === "streaming" ? [{ streamId: state.streamId, messageId }] : [],
  );

type ShownGroup = {
  group: MessageGroup;
  streamed: readonly (readonly Part[])[];
  /** What its turn's run waits for. */
  waiting: Run["waiting"];
  /** What was answered to its questions in later turns. */
  decided: readonly Part[];
  message: ThreadMessage;
};

/**
 * Shows the messages of a thread, and gives the same object for each that has not changed since the last time, so
 * that a list that streams draws one message anew and not all.
 */
export function createView(): (state: ThreadState) => ThreadMessage[] {
  let last = new Map<string, ShownGroup>();
  const ids: ShownIds = new Map();
  return (state) => {
    const streamed: Record<string, readonly Part[]> = {};
    for (const { streamId, messageId } of streamsIn(state.recent ?? []))
      streamed[messageId] = shownParts(state.streams[streamId] ?? UNSEEN_STREAM);
    const messages = withoutClaimed(knownIn(state), state.sent);
    const decisions = decisionsIn(messages);
    const shown = groupMessages(messages).map((group): ShownGroup => {
      const live = group.flatMap(({ messageId }) =>
        [streamed[messageId]].filter((parts) => parts !== undefined),
      );
      const { run } = state;
      const waiting = run?.turn === group[0].turn ? run.waiting : undefined;
      const known = last.get(group[0].messageId);
      const decided = decidedIn(group, decisions);
      const isKnown = known?.waiting === waiting && isSameList(known?.group ?? [], group);
      if (
        known !== undefined &&
        isKnown &&
        isSameList(known.streamed, live) &&
        isSameList(known.decided, decided)
      )
        return known;
      const whole = toUIMessage(group, streamed, { run, decisions });
      const message = shownAs(whole, shownId(ids, { group, headId: whole.id, sent: state.sent }));
      return { group, streamed: live, waiting, decided, message };
    });
    last = new Map(shown.map((item) => [item.group[0].messageId, item]));
    return shown.map(({ message }) => message);
  };
}

const decidedIn = (group: MessageGroup, decisions: Decisions): Part[] =>
  group.flatMap(({ parts }) =>
    parts.flatMap((part) => {
      const decided = part.type === "approvalRequest" ? decisions.get(part.approvalId) : undefined;
      return decided === undefined ? [] : [decided];
    }),
  );

/** The messages but those that are still on their way although their rows are there. */
function withoutClaimed(messages: Message[], sent: SentKeys): Message[] {
  const claimed = new Set(Object.values(sent));
  return claimed.size === 0 ? messages : messages.filter(({ messageId }) => !claimed.has(messageId));
}

/** Under which id a message was shown first, by the row that it began with then. */
type ShownIds = Map<string, string>;

/** One id for a message for as long as it is shown, also when its earlier steps are loaded later. */
function shownId(
  ids: ShownIds,
  { group, headId, sent }: { group: MessageGroup; headId: string; sent: SentKeys },
): string {
  const known = group.find(({ messageId }) => ids.has(messageId))?.messageId ?? headId;
  const id = ids.get(known) ?? sent[headId] ?? headId;
  ids.set(known, id);
  return id;
}

/** A message under the id by which it is known here, with that of its row beside it. */
function shownAs({ id: rowId, metadata, ...message }: ThreadMessage, id: string): ThreadMessage {
  if (metadata === undefined) return { id, ...message };
  const row = isSending({ messageId: rowId }) ? { isSending: true } : { messageId: rowId };
  return { id, metadata: { ...metadata, ...row }, ...message };
}
