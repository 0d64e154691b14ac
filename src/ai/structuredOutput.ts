import { Output, type LanguageModelUsage, type OutputInterface } from "ai";
import { memoryError } from "../validators/errors.js";
import { describeError } from "./errors.js";

/** What an answer is to be: `Output.object`, `array`, `choice` or `json` of the AI SDK. */
export type AnswerOutput<Shape = unknown> = Pick<
  OutputInterface<Shape>,
  "name" | "responseFormat" | "parseCompleteOutput"
>;

/** The output as the SDK asks the model for it; it is read by `readOutput`, so that a wrong answer is still kept. */
export const askedOutput = ({
  name,
  responseFormat,
}: AnswerOutput): OutputInterface<string, string, never> => ({
  ...Output.text(),
  name,
  responseFormat,
});

/** Only named in the errors of the SDK, of which we tell the words. */
const NO_USAGE: LanguageModelUsage = {
  inputTokens: undefined,
  inputTokenDetails: { noCacheTokens: undefined, cacheReadTokens: undefined, cacheWriteTokens: undefined },
  outputTokens: undefined,
  outputTokenDetails: { textTokens: undefined, reasoningTokens: undefined },
  totalTokens: undefined,
};

/** The value that an answer stands for. Throws `OUTPUT_INVALID` when it does not fit. */
export async function readOutput<Shape>(output: AnswerOutput<Shape>, text: string): Promise<Shape> {
  try {
    const response = { id: "", timestamp: new Date(0), modelId: "" };
    return await output.parseCompleteOutput({ text }, { response, usage: NO_USAGE, finishReason: "stop" });
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? ` ${describeError(error.cause)}` : "";
    throw memoryError(
      "OUTPUT_INVALID",
      `The answer does not fit the agent's output: ${describeError(error)}${cause} Ask again, or a model that supports structured output.`,
      { output: output.name },
    );
  }
}
