import type { AgentBudgets, AgentMemory } from "../client/index.js";
import { agentBudgetProblems, budgetTerms, countProblem, type BudgetTerms } from "../shared/agentBudgets.js";
import { memoryError } from "../validators/errors.js";

/** What an agent may spend, by its own word and its memory's. Throws `AGENT_INVALID`. */
export function spendingOf(
  { budgets: ofMemory }: Pick<AgentMemory, "budgets">,
  { name: agentName, budgets: own }: { name: string; budgets?: AgentBudgets },
): BudgetTerms | null {
  refuse(agentBudgetProblems(own), agentName);
  const terms = budgetTerms(ofMemory, own);
  refuse(countProblem(terms?.rules ?? []), agentName);
  return terms;
}

function refuse(problems: Record<string, boolean>, agentName: string): void {
  for (const [message, holds] of Object.entries(problems))
    if (holds) throw memoryError("AGENT_INVALID", message, { agentName });
}
