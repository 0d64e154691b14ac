import type { LanguageModel } from "ai";
import type { Principal, RecallKind } from "../client/index.js";
import { memoryError } from "../validators/errors.js";
import type { AgentContext, AgentRecall, ModelSettings } from "./definition.js";
import { contextProblems } from "./resolveAgent.js";

/** What of a context is to be another when a call is made again. What is left out stays as it was. */
export type RerunContext = {
  /** Tokens of everything, and of one section; 0 leaves the section out. Only what the call was shown can be shown. */
  maxTokens?: number;
  sections?: NonNullable<AgentContext["sections"]>;
  /** Of what was recalled then only these kinds: `["message"]` leaves facts and passages out. */
  kinds?: RecallKind[];
  /** Recalls anew for the same prompt, in the memory as it is now; what is left out is as the agent recalled then. */
  recall?: Partial<Omit<AgentRecall, "rerank">>;
};

export type RerunArgs = {
  /** Who asks. The app has authenticated them; they pay. */
  as: Principal;
  /** The message that the call wrote. */
  messageId: string;
  /** Instead of the instructions that the agent had then. */
  instructions?: string;
  /** Instead of the agent's model. */
  model?: LanguageModel | (() => LanguageModel);
  /** Instead of those settings that the agent had then. */
  settings?: ModelSettings;
  /** The tools that the model is told of, by name; those that it was told of then unless told, none for `[]`. */
  activeTools?: string[];
  context?: RerunContext;
  abortSignal?: AbortSignal;
};

/** Throws `INVALID_ARGUMENT` for what every call would be refused for. */
export function checkRerun({ messageId, settings = {}, context = {} }: RerunArgs): void {
  const { maxOutputTokens, temperature, topP } = settings;
  const problems = {
    ...contextProblems(context, []),
    "`settings.maxOutputTokens` must be an integer from 1.":
      maxOutputTokens !== undefined && !(Number.isInteger(maxOutputTokens) && maxOutputTokens >= 1),
    "`settings.temperature` and `settings.topP` must be numbers from 0.": [temperature, topP].some(
      (value) => value !== undefined && !(Number.isFinite(value) && value >= 0),
    ),
    "`context.kinds` is for what was recalled then: with `context.recall` name them there.":
      context.kinds !== undefined && context.recall !== undefined,
  };
  for (const [message, holds] of Object.entries(problems))
    if (holds) throw memoryError("INVALID_ARGUMENT", message, { messageId });
}
