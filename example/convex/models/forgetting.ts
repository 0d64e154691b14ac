import { type LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import { passagesOf } from "./composeAnswer.js";
import { type Turn } from "./readTurn.js";
import {
  asRecord,
  fillSchema,
  planSearches,
  splitByMemory,
  stringField,
  type PlannedCall,
} from "./toolCalls.js";
import { stemsOf } from "./words.js";

/** "Forget that …", "Please erase what …"; what follows says which fact is meant. */
const ASKS_TO_FORGET = /^(?:please\s+)?(?:forget|erase)\b(?:\s+(?:that|what|about)\b)*[\s:,]+([^]+)$/i;
const FORGETS = /^(?:forget|erase)/i;
const FACT_FIELD = "factId";
/** Share of what someone names that a fact must have to be the one that is meant. */
const LEAST_SHARE = 0.5;

/**
 * What to do where someone asks to forget something and there is a tool for that: look the fact up, have it erased,
 * tell what came of it. Null where nobody asks for that.
 */
export function decideForgetting(
  turn: Turn,
  tools: LanguageModelV4FunctionTool[],
): PlannedCall[] | string | null {
  const what = ASKS_TO_FORGET.exec(turn.question)?.[1];
  const tool = tools.find(
    ({ name, inputSchema }) => FORGETS.test(name) && stringField(inputSchema, [FACT_FIELD]) !== null,
  );
  if (what === undefined || tool === undefined) return null;
  const done = turn.outputs.find(({ toolName }) => toolName === tool.name);
  if (done !== undefined)
    return done.error === null
      ? `I forgot this: “${what}”`
      : `I did not forget this: “${what}” ${done.error}`;
  const searches = planSearches(turn, splitByMemory(tools).memory);
  if (searches.length > 0) return searches;
  const factId = factMeant(turn, what);
  if (factId === null) return `I know nothing of this: “${what}”`;
  const input = { ...asRecord(fillSchema(tool.inputSchema, what)), [FACT_FIELD]: factId };
  return [{ toolName: tool.name, input }];
}

/** The fact among what was found that has most of the words; null where none has enough of them. */
function factMeant(turn: Turn, what: string): string | null {
  const named = new Set(stemsOf(what));
  const facts = passagesOf(turn).flatMap(({ text, fields }) => {
    const factId = fields[FACT_FIELD];
    const shared = new Set(stemsOf(text).filter((stem) => named.has(stem)));
    return typeof factId === "string" ? [{ factId, share: shared.size / named.size }] : [];
  });
  const best = facts.toSorted((left, right) => right.share - left.share)[0];
  return best !== undefined && best.share >= LEAST_SHARE ? best.factId : null;
}
