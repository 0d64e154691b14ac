import type { ComponentApi } from "../component/_generated/component.js";
import { STREAM_CURSOR_QUANTUM } from "../shared/limits.js";
import type { StreamDelta } from "../shared/foldDeltas.js";
import type { Caller } from "../validators/principal.js";
import type { StreamChunk, StreamState } from "../validators/stream.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

export type FollowedStream = { state: StreamState; messageId: string; chunks: StreamChunk[]; more: boolean };

/** Answers while they are written. The message row exists from the first chunk and keeps its id. */
export class StreamsClient {
  constructor(
    private readonly component: ComponentApi,
    private readonly caller: Caller,
  ) {}

  /**
   * Adds deltas under `seq`, counted from 0 without gaps; `alive: false` means that the stream ended (canceled,
   * replaced): stop writing. Safe to retry. Throws `STREAM_NOT_FOUND`, and `INVALID_ARGUMENT` over 256 KiB of text.
   */
  async append(
    ctx: MutationCtx,
    { streamId, seq, deltas }: { streamId: string; seq: number; deltas: StreamDelta[] },
  ): Promise<{ alive: boolean }> {
    const chunk = { streamId, seq, deltas: JSON.stringify(deltas) };
    return await ctx.runMutation(this.component.streams.append, { ...chunk, caller: this.caller });
  }

  /**
   * The chunks from `after` on. `after` is rounded down to a multiple of 8, so that everyone who watches shares one
   * cached query. `more` says that another page follows at once. Throws `STREAM_NOT_FOUND`, also where `threadId` is
   * given and the stream is not of that thread.
   */
  async follow(
    ctx: QueryCtx,
    args: { streamId: string; after: number; threadId?: string },
  ): Promise<FollowedStream> {
    const after = args.after - (args.after % STREAM_CURSOR_QUANTUM);
    return await ctx.runQuery(this.component.streams.follow, { ...args, after, caller: this.caller });
  }
}
