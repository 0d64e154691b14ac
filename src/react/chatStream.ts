import type { UIMessageChunk } from "ai";
import { AnswerWriter, type FollowedAnswer } from "./chatAnswer.js";
import type { ThreadStore } from "./threadStore.js";

/** Follows an answer until its run ends or waits. Aborting ends the stream, and nothing is watched any more. */
export function streamAnswer(
  store: ThreadStore,
  followed: FollowedAnswer,
  signal: AbortSignal | undefined,
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
      signal?.addEventListener("abort", end);
      stop = () => {
        isDone = true;
        unsubscribe();
        signal?.removeEventListener("abort", end);
      };
      if (signal?.aborted === true) end();
      else read();
    },
    cancel: () => stop(),
  });
}
