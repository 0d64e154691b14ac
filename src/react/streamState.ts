import { foldDeltas, parseDeltas, type StreamDelta } from "../shared/foldDeltas.js";
import { STREAM_CURSOR_QUANTUM } from "../shared/limits.js";
import type { Part } from "../validators/content.js";
import type { StreamPage } from "./threadApi.js";

/** What has arrived of one stream: its chunks, what they fold to, and from where to follow it. */
export type FollowedStream = {
  chunks: ReadonlyMap<number, StreamDelta[]>;
  parts: readonly Part[];
  after: number;
  /** What an earlier try of the same answer had said, until this one has said as much. */
  instead?: readonly Part[];
};

export const UNSEEN_STREAM: FollowedStream = { chunks: new Map(), parts: [], after: 0 };

/** What is shown of a stream. */
export const shownParts = ({ instead, parts }: FollowedStream): readonly Part[] => instead ?? parts;

/** A stream that takes the place of another, whose words stay until it has caught up: nobody sees an answer shrink. */
export function takingOver(stream: FollowedStream, before: FollowedStream): FollowedStream {
  const instead = shownParts(before);
  return hasCaughtUp(stream.parts, instead) ? stream : { ...stream, instead };
}

const hasCaughtUp = (parts: readonly Part[], instead: readonly Part[]): boolean =>
  lengthOf(parts) >= lengthOf(instead) && parts.length >= instead.length;

const lengthOf = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + charactersOf(part), 0);

function charactersOf(part: Part): number {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text.length;
    case "toolCall":
      return part.input.length;
    case "toolResult":
    case "file":
    case "reasoningFile":
    case "source":
    case "approvalRequest":
    case "approvalResponse":
    case "custom":
    case "data":
      return 0;
  }
}

/** Adds a page of a stream; gives the same stream where the page brings nothing new. */
export function addStreamPage(
  stream: FollowedStream,
  { chunks: received, more }: StreamPage,
): FollowedStream {
  const fresh = received.filter(({ seq }) => !stream.chunks.has(seq));
  const last = received.at(-1)?.seq;
  const chunks = new Map(stream.chunks);
  for (const { seq, deltas } of fresh) chunks.set(seq, parseDeltas(deltas));
  const after = nextCursor(chunks, { after: stream.after, beyond: more ? last : undefined });
  if (fresh.length === 0) return after === stream.after ? stream : { ...stream, after };
  const inOrder = [...chunks].sort(([left], [right]) => left - right);
  const parts = foldDeltas(inOrder.flatMap(([, deltas]) => deltas));
  const { instead } = stream;
  const held = instead === undefined || hasCaughtUp(parts, instead) ? {} : { instead };
  return { chunks, parts, after, ...held };
}

/**
 * From where to follow: behind all chunks that came without a gap, in steps of 8, so that everyone who watches asks
 * the same. A page that is not the last is passed whole, or a gap in it would be asked for forever.
 */
function nextCursor(
  chunks: ReadonlyMap<number, unknown>,
  { after, beyond }: { after: number; beyond: number | undefined },
): number {
  let next = after;
  while (chunks.has(next)) next++;
  const reached = Math.max(next, beyond === undefined ? 0 : beyond + 1);
  return Math.max(after, reached - (reached % STREAM_CURSOR_QUANTUM));
}
