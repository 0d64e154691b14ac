import type { LanguageModel } from "ai";
import type { BudgetAsk } from "../client/index.js";
import { BUDGET_OUTPUT_TOKENS } from "../shared/ledgerLimits.js";
import { memoryError } from "../validators/errors.js";
import { agentText } from "./agentText.js";
import type { ResolvedAgent } from "./definition.js";
import { describeError } from "./errors.js";

type Asking = { budgets?: BudgetAsk };

/**
 * What `begin` is told of an agent's budgets; nothing for an agent without. A durable run may wait for room. `model`:
 * where a loop of the caller's own has it.
 */
export async function budgetAsk(
  agent: ResolvedAgent,
  engine: "action" | "durable",
  model?: LanguageModel,
): Promise<Asking> {
  const { spending } = agent;
  if (spending === null) return {};
  const { rules, slabCalls, whenExceeded } = spending;
  return {
    budgets: {
      rules,
      inputTokens: await inputTokens(agent),
      outputTokens: outputCap(agent),
      ...billedAs(agent, model),
      ...(slabCalls === undefined ? {} : { slabCalls }),
      ...(whenExceeded === undefined || engine === "action" ? {} : { whenExceeded }),
    },
  };
}

/** Output tokens that one call is held to use. */
export function outputCap({ settings: { maxOutputTokens } }: ResolvedAgent): number {
  const isCap = maxOutputTokens !== undefined && Number.isFinite(maxOutputTokens) && maxOutputTokens >= 1;
  return isCap ? Math.ceil(maxOutputTokens) : BUDGET_OUTPUT_TOKENS;
}

/**
 * The cap of one call, which was reserved and holds whatever the step asks for: else what is in flight could pass a
 * budget by more. Also where the agent's own rules are all soft: those that the app has set hold beside them.
 */
export function cappedOutput(agent: ResolvedAgent, asked: number | undefined): { maxOutputTokens?: number } {
  if (agent.spending === null) return {};
  const cap = outputCap(agent);
  return { maxOutputTokens: asked === undefined ? cap : Math.min(asked, cap) };
}

/** What a call is shown besides what the component reads: instructions, tools, and what may be recalled at most. */
async function inputTokens(agent: ResolvedAgent): Promise<number> {
  const { recall, budget } = agent;
  const { tokens } = await agentText(agent);
  return tokens + (recall === undefined ? 0 : budget.recalled);
}

/** Whose prices are meant: as the model names itself, as its usage will. Nothing is asked of it. */
function billedAs(
  agent: ResolvedAgent,
  known: LanguageModel | undefined,
): Pick<BudgetAsk, "provider" | "model"> {
  const { name: agentName, spending } = agent;
  if (spending?.pricedAs !== undefined) return spending.pricedAs;
  try {
    return nameOf(known ?? agent.model());
  } catch (error) {
    throw memoryError(
      "AGENT_INVALID",
      `The model cannot be named where its budget is asked for: say \`budgets.pricedAs\`. ${describeError(error)}`,
      { agentName },
    );
  }
}

/** A model that is only named is the gateway's, as the SDK has it. */
export const nameOf = (model: LanguageModel): Pick<BudgetAsk, "provider" | "model"> =>
  typeof model === "string"
    ? { provider: "gateway", model }
    : { provider: model.provider, model: model.modelId };
