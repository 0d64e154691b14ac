/**
 * How often an answer is written while it streams, in ms between two writes, for an agent's `throttleMs`: what each
 * costs stands in `docs/streaming.md`. Any other number from 0 will do.
 *
 * - `instant`: each delta of the model on its own.
 * - `smooth`: ten times a second, which the eye takes for flowing. The default.
 * - `steady`: four times a second, a few words at a time.
 * - `frugal`: once a second, for many watchers or long texts that nobody reads along.
 *
 * @example defineAgent(memory, { name: "clerk", model, throttleMs: STREAM_PRESETS.frugal });
 */
export const STREAM_PRESETS = { instant: 0, smooth: 100, steady: 250, frugal: 1_000 } as const;
