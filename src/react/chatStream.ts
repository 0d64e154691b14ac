import type { UIMessageChunk } from "ai";
import { AnswerWriter, type FollowedAnswer } from "./chatAnswer.js";
import type { ThreadStore } from "./threadStore.js";

/**
 * Follows an answer until its run ends or waits. Aborting before that ends the stream, and nothing is watched any more;
 * aborting later means nothing.
 */
export function streamAnswer(
  store: ThreadStore,
  followed: FollowedAnswer,
  { signal, onAbort }: { signal: AbortSignal | undefined; onAbort: () => void },
): ReadableStream<UIMessageChunk> {
  const writer = new AnswerWriter(followed);
  let stop = (): void => {};
  return new ReadableStream({
    start(controller) {
      let isDone = false;
      let isDue = false;
      const end = (): void => {
        if (isDone) return;
        isDone = true;
        stop();
        controller.close();
      };
      const abort = (): void => {
        onAbort();
        end();
      };
      // A change of several queries is told one by one: read once all were told.
      const read = (): void => {
        if (isDue || isDone) return;
        isDue = true;
        queueMicrotask(() => {
          isDue = false;
          if (isDone) return;
          const next = writer.next(store.getSnapshot());
          for (const chunk of next.chunks) controller.enqueue(chunk);
          if (next.isDone) end();
        });
      };
      const unsubscribe = store.subscribe(read);
      signal?.addEventListener("abort", abort);
      stop = () => {
        isDone = true;
        unsubscribe();
        signal?.removeEventListener("abort", abort);
      };
      if (signal?.aborted === true) abort();
      else read();
    },
    cancel: () => stop(),
  });
}
