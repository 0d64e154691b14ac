export type Prompt = { text: string; fileIds: string[] };

/** The run that is under way, and what can be done about it. */
export type ActiveRun = {
  steer: (prompt: string) => Promise<unknown>;
  cancel: () => Promise<unknown>;
};

export type ComposerProps = {
  /** What the draft is kept under. */
  draftKey: string;
  onSend: (prompt: Prompt) => Promise<void>;
  run?: ActiveRun;
  /** The place to write has the focus as soon as it is there. */
  isFocused?: boolean;
};

/** What becomes of what is said while an answer is under way: it waits for its turn, or that answer is told. */
export type Way = "queue" | "steer";
