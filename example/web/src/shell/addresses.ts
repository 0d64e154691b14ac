// Where each thing of the app is shown: every link to a thing with an id goes by these.

const at = (...path: string[]): string => `/${path.map(encodeURIComponent).join("/")}`;
const withNamed = (address: string, name: string, id: string | undefined): string =>
  id === undefined ? address : `${address}?${name}=${encodeURIComponent(id)}`;

/** A conversation; with a message of it, the place to which it scrolls. */
export const chatAddress = (threadId: string, messageId?: string): string =>
  withNamed(at("chat", threadId), "message", messageId);

/** The runs of a conversation. */
export const runsAddress = (threadId: string): string => at("runs", threadId);

/** In place of a message's id: the answer with which a run ended. */
export const LAST_ANSWER = "last";

/** A run, step by step; with a message of it, why its model knew what it says there. */
export const runAddress = (run: { threadId: string; runId: string }, messageId?: string): string =>
  withNamed(at("runs", run.threadId, run.runId), "message", messageId);

/** A fact, with all that is known of it. */
export const factAddress = (factId: string): string => withNamed("/memory/facts", "fact", factId);

/** A block of one's own by its label, to be edited. */
export const blockAddress = (label: string): string => withNamed("/memory/blocks", "block", label);

/** A document; with a passage of it, the place to which it scrolls. */
export const documentAddress = (documentKey: string, chunkId?: string): string =>
  withNamed(at("documents", documentKey), "chunk", chunkId);
