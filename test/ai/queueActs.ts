// What tests of waiting durable runs do and look at.
import { vi } from "vitest";
import { stateOf, type DurableApp } from "./durableApp.js";
import { messagesOf, transcript } from "./support.js";

/** What was said, in order. */
export const spoken = async (app: DurableApp) => transcript(await messagesOf(app));
/** The name of a run's state. */
export const kindOf = async (app: DurableApp, { runId }: { runId: string }) =>
  (await stateOf(app, runId)).kind;
/** Does something while the model is asked for the first time. */
export function duringFirstCall({ model }: DurableApp, act: () => Promise<unknown>): void {
  const doStream = model.doStream.bind(model);
  let calls = 0;
  model.doStream = async (options) => {
    if (calls++ === 0) await act();
    return await doStream(options);
  };
}
/** Runs what is due now, and no timer that lies further ahead. */
export const settleNow = async (app: DurableApp, ms = 2_000) => {
  for (let passed = 0; passed < ms; passed += 100) {
    await vi.advanceTimersByTimeAsync(100);
    await app.t.finishInProgressScheduledFunctions();
  }
};
