import { type LanguageModelV4CallOptions, type LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { ANSWER_SENTENCES, answerSentences } from "./answerLength.js";
import { answerFrom, answerFromMemory, passagesOf, summaryOf } from "./composeAnswer.js";
import { decideForgetting } from "./forgetting.js";
import { callsToKeep, planKeeping, tellKept } from "./keeping.js";
import { isPersonal } from "./questionParts.js";
import { readTurn, type Turn } from "./readTurn.js";
import {
  callableTools,
  planReading,
  planRequired,
  planSearches,
  splitByMemory,
  type PlannedCall,
} from "./toolCalls.js";

/** What to do where the turn stands: calls of tools, or the text of the answer. */
export function decide(
  options: LanguageModelV4CallOptions,
  mostSentences = ANSWER_SENTENCES,
): PlannedCall[] | string {
  const sentences = answerSentences(options, mostSentences);
  const callable = callableTools(options);
  const all = (options.tools ?? []).filter((tool) => tool.type === "function");
  const plan = planKeeping(readTurn(options.prompt), all);
  if (plan.keepings.length === 0)
    return decideAnswer(options, { turn: plan.turn, tools: callable, sentences });
  const keepers = new Set(plan.keepings.map(({ call }) => call?.toolName));
  const calls = callsToKeep(plan).filter(({ toolName }) => callable.some(({ name }) => name === toolName));
  if (calls.length > 0) return calls;
  const kept = tellKept(plan);
  if (plan.turn.question === "") return kept;
  const outputs = plan.turn.outputs.filter(({ toolName }) => !keepers.has(toolName));
  const others = callable.filter(({ name }) => !keepers.has(name));
  const decision = decideAnswer(options, { turn: { ...plan.turn, outputs }, tools: others, sentences });
  return typeof decision === "string" ? `${kept}\n\n${decision}` : decision;
}

type Deciding = { turn: Turn; tools: LanguageModelV4FunctionTool[]; sentences: number };

/** Forget, answer from memory, search, read more, or answer: the first that fits. */
function decideAnswer(
  options: LanguageModelV4CallOptions,
  { turn, tools, sentences }: Deciding,
): PlannedCall[] | string {
  const forgetting = decideForgetting(turn, tools);
  if (forgetting !== null) return forgetting;
  const required = planRequired(options, tools, turn.question);
  const remembered = required.length > 0 ? null : answerFromMemory(turn, sentences);
  if (remembered !== null) return remembered;
  const [first, second] = searchOrder(turn, tools);
  const searches = planSearches(turn, first);
  if (searches.length > 0) return searches;
  if (required.length > 0) return required;
  const answer = answerFrom(turn, passagesOf(turn), sentences);
  const further = answer.isThin ? planReading(turn, tools, passagesOf(turn)) : [];
  if (further.length === 0 && !answer.isFound) further.push(...planSearches(turn, second));
  if (further.length > 0) return further;
  return turn.outputs.length === 0 && !answer.isFound ? summaryOf(turn, sentences) : answer.text;
}

/** Where to search first, and where then if that gave nothing: who asks about themselves is looked up in memory. */
function searchOrder(turn: Turn, tools: LanguageModelV4FunctionTool[]) {
  const { memory, others } = splitByMemory(tools);
  return isPersonal(turn.question) ? ([memory, others] as const) : ([others, memory] as const);
}
