import type { HookHandles } from "../validators/hook.js";
import type { LogLevel } from "../validators/run.js";

/** What an app sets for all of a memory, as its clients need it. */
export type ClientSettings = {
  /** The handles to hand to a door that saves. */
  handles: () => Promise<{ hooks?: HookHandles }>;
  logs: LogLevel;
};

/** Tells nobody. */
const noHandles = () => Promise.resolve({});

/** Of an app that sets nothing. */
export const DEFAULT_SETTINGS: ClientSettings = { handles: noHandles, logs: "errors" };
