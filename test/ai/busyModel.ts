import { vi } from "vitest";
import { CANCEL_POLL_MS } from "../../src/shared/runLimits.js";
import { scriptedModel, type ScriptedModel, type ScriptedTurn } from "../../src/testing/scriptedModel.js";

/** What happens while a model answers, by the number of its call. */
export type During = Record<number, (signal: AbortSignal) => Promise<unknown>>;

/** A scripted model during whose calls something happens before it answers, as it does during those of real ones. */
export function busyModel(script: ScriptedTurn[], during: During): ScriptedModel {
  const model = scriptedModel(script);
  const wait = async (asked: { abortSignal?: AbortSignal }): Promise<void> => {
    await during[model.calls.length]?.(asked.abortSignal ?? new AbortController().signal);
  };
  return {
    ...model,
    doGenerate: async (asked) => {
      await wait(asked);
      return await model.doGenerate(asked);
    },
    doStream: async (asked) => {
      await wait(asked);
      return await model.doStream(asked);
    },
  };
}

/** A model that streams `words` and then nothing more, whatever it was asked. */
export function fallingSilent(words: string, then: (signal: AbortSignal) => Promise<unknown>): ScriptedModel {
  const model = scriptedModel([{ text: words }]);
  return {
    ...model,
    doStream: async (asked) => {
      const { stream } = await model.doStream(asked);
      const silence = new TransformStream<{ type: string }>({
        transform: async (part, controller) => {
          controller.enqueue(part);
          if (part.type === "text-end") await then(asked.abortSignal ?? new AbortController().signal);
        },
      });
      return { stream: stream.pipeThrough(silence) as typeof stream };
    },
  };
}

/** Taken before a test fakes it. */
const realTimeout = globalThis.setTimeout;
/** One leap of the faked clock, after which what it woke is left to run. */
const LEAP_MS = CANCEL_POLL_MS / 4;
const LEAPS_MAX = 500;

/** Lets time pass until what is under way is aborted, as it must be. Needs fake timers. */
export async function untilAborted(signal: AbortSignal): Promise<never> {
  for (let leap = 0; !signal.aborted && leap < LEAPS_MAX; leap++) {
    vi.advanceTimersByTime(LEAP_MS);
    await new Promise((resolve) => realTimeout(resolve, 5));
  }
  throw signal.aborted ? signal.reason : new TypeError("Nobody aborted what was under way.");
}
