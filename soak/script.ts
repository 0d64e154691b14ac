// What a run is to do, as text in its prompt: the scripted model plays it, the audit knows it.

/** The plain tools; `note`, `slow` and `boom` must not run twice. */
export const TOOL_NAMES = ["look", "note", "boom", "slow"] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/** Another agent as a tool: it is given a script of its own. */
export const ASK_TOOL = "ask";
/** Wait for somebody's approval or result; nobody comes in time for the last two. */
export const WAITING_TOOLS = ["sign", "wait", "hurry", "fade"] as const;
export type WaitingTool = (typeof WAITING_TOOLS)[number];
export type AskedTool = ToolName | WaitingTool | typeof ASK_TOOL;

export type Script = {
  /** Names the run in the log of calls. */
  key: string;
  /** The tools that each step asks for; the step after them answers. */
  steps: AskedTool[][];
  /** Words of the answer. */
  words: number;
  /** Where the provider fails. */
  fault?: ProviderFault;
};

export type ProviderFault = {
  /** The step whose call fails. */
  step: number;
  /** Before the first token, in the middle of the text, or behind the last part. */
  at: "first" | "middle" | "last";
  /** So many calls fail, then it is well again; absent: an error that would only come again. */
  times?: number;
};

const MARK = "Play this script: ";

/** The prompt that makes the model play a script. */
export const promptOf = (script: Script): string => `${MARK}${JSON.stringify(script)}`;

/** The script in a text, or null. */
export function scriptIn(text: string): Script | null {
  const start = text.indexOf(MARK);
  if (start < 0) return null;
  const [line = ""] = text.slice(start + MARK.length).split("\n", 1);
  return JSON.parse(line) as Script; // written by `promptOf`
}

/** The id of a call of a tool. */
export const callIdOf = (key: string, step: number, index: number): string => `${key}-${step}-${index}`;

/** What an agent plays that is asked by the call at `index` of a step. */
export const askedScript = (key: string, step: number, index: number): Script => ({
  key: `${key}>${step}.${index}`,
  steps: [["look", "note"]],
  words: 6,
});

/** What the model says in a step: always the same, and nowhere else. Behind its answer it answers who steered it. */
export function textOf({ key, steps, words }: Script, step: number): string {
  if (step < steps.length) return `${key} step ${step} asks ${steps[step]!.length} tools.`;
  if (step > steps.length) return `${key} minds that too, in step ${step}.`;
  const said = Array.from({ length: words }, (_, word) => `${key}/${word}`);
  return `${said.join(" ")}.`;
}

/** The calls of model steps in which a script is played to its end. */
export const stepsOf = ({ steps }: Script): number => steps.length + 1;

/** What a step's call uses. */
export const usageOf = (script: Script, step: number): { inputTokens: number; outputTokens: number } => ({
  inputTokens: 100 + 10 * step + script.words,
  outputTokens: 5 + step + script.steps.length,
});
