import type {
  LanguageModel,
  LanguageModelCallOptions,
  ModelMessage,
  PrepareStepResult,
  StepResult,
  ToolSet,
} from "ai";
import type { RenderedContext, ToolDescription } from "../parts/contextMessages.js";

/** What is known before a call of the model. */
export type StepToPrepare = {
  /** From 0, over all steps of the run, also those of earlier actions. */
  stepNumber: number;
  /** The steps before. Of those that another action took only how many there were is known: each is there, empty. */
  steps: StepResult<ToolSet>[];
  model: LanguageModel;
  instructions: string;
  messages: ModelMessage[];
  threadId: string;
  runId: string;
};

/** What to change for one call; what is left out stays as the agent has it. */
export type PreparedStep = LanguageModelCallOptions &
  Pick<
    NonNullable<PrepareStepResult<ToolSet>>,
    "model" | "toolChoice" | "activeTools" | "toolOrder" | "instructions" | "messages" | "providerOptions"
  >;

/** Called before each call of the model; as the SDK's, with what a run in pieces can know. */
export type PrepareStep = (
  step: StepToPrepare,
) => PreparedStep | undefined | PromiseLike<PreparedStep | undefined>;

type Preparing = {
  steps: StepResult<ToolSet>[];
  rendered: RenderedContext;
  tools: readonly ToolDescription[];
  place: { threadId: string; runId: string };
};

/** What one call is sent; `isChanged` when that is not what was rendered. */
export type SentStep = { prepared: PreparedStep; tools: readonly ToolDescription[]; isChanged: boolean };

/** Asks the agent's `prepareStep` what to change. */
export async function prepare(
  agent: { model: () => LanguageModel; prepareStep?: PrepareStep },
  { steps, rendered, tools, place }: Preparing,
): Promise<SentStep> {
  if (agent.prepareStep === undefined) return { prepared: {}, tools, isChanged: false };
  const { instructions, messages } = rendered;
  const known = { stepNumber: steps.length, steps: [...steps], model: agent.model() };
  const prepared =
    (await agent.prepareStep({ ...known, instructions, messages: [...messages], ...place })) ?? {};
  const told = toolsTold(tools, prepared.activeTools);
  const isChanged =
    prepared.instructions !== undefined || prepared.messages !== undefined || told.length < tools.length;
  return { prepared, tools: told, isChanged };
}

const toolsTold = (
  tools: readonly ToolDescription[],
  active: readonly string[] | undefined,
): readonly ToolDescription[] =>
  active === undefined ? tools : tools.filter(({ name }) => active.includes(name));
