import type { Evidence, Finding } from "./evidence.js";

/** Streams that nobody ends, and what the sweep was to take away. */
export function orphanStreams({ streams, chunks, messages }: Evidence): Finding[] {
  const there = new Set(streams.map(({ _id }) => _id));
  return [
    ...streams.map(({ _id, state }) =>
      state.kind === "streaming" ? `stream ${_id} was never ended` : `stream ${_id} was not swept`,
    ),
    ...[...new Set(chunks.map(({ streamId }) => streamId))]
      .filter((streamId) => !there.has(streamId))
      .map((streamId) => `chunks of stream ${streamId}, which is gone`),
    ...messages
      .filter(({ state }) => state?.kind === "streaming")
      .map(({ _id }) => `message ${_id} is still being written`),
  ];
}
