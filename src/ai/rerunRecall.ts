import type { ActionCtx, BoundMemory, RecallKind, Spent } from "../client/index.js";
import type { ContextMaterial } from "../parts/contextMaterial.js";
import { rankedIn } from "../shared/contextTexts.js";
import { PROMPT_STEP } from "../shared/position.js";
import { textOf } from "../shared/messageText.js";
import { withoutUndefined } from "../shared/withoutUndefined.js";
import type { ContextExplanation, ContextItem } from "../validators/context.js";
import { memoryError } from "../validators/errors.js";
import type { ResolvedAgent } from "./definition.js";
import { recallFor } from "./recalled.js";
import { toRecollection } from "./recollection.js";
import type { KeptAgent } from "./rerunAgent.js";
import type { RerunArgs } from "./rerunArgs.js";

/** Something recalled: what `explain` tells of it, and its text. */
export type RecalledItem = { sourceId: string; tokens: number; text: string; item: ContextItem };

/** What was recalled then, of the kinds that are asked for. */
export function recalledThen(
  material: Pick<ContextMaterial, "recalled">,
  { sections }: Pick<ContextExplanation, "sections">,
  kinds?: readonly RecallKind[],
): RecalledItem[] {
  const items = sections.find(({ section }) => section === "recalled")?.items ?? [];
  const asked = new Set<string>(kinds);
  return items.flatMap((item, index) => {
    const text = material.recalled[index];
    if (text === undefined || (kinds !== undefined && !asked.has(item.kind))) return [];
    return [{ sourceId: item.id ?? "", tokens: item.tokens ?? 0, text, item }];
  });
}

type Again = {
  ctx: ActionCtx;
  memory: BoundMemory;
  material: ContextMaterial;
  kept: KeptAgent;
  args: RerunArgs;
  /** Takes what reranking cost. */
  spent: Spent[];
  warnings: string[];
  abortSignal: AbortSignal;
};

/** Recalls for the same prompt in the memory as it is now. Stores nothing: not even the prompt's vector. */
export async function recalledNow(agent: ResolvedAgent, again: Again): Promise<RecalledItem[]> {
  const { ctx, memory, material, kept, args, spent, abortSignal } = again;
  const { turn, messages } = material;
  const prompt = messages.find((message) => message.turn === turn && message.step === PROMPT_STEP);
  if (prompt === undefined) return [];
  const asked = withoutUndefined(args.context?.recall ?? {});
  const recall = { ...agent.recall, ...kept.settings.recall, ...asked };
  const { scopes, maxTokens } = recall;
  if (scopes === undefined || maxTokens === undefined)
    throw memoryError(
      "INVALID_ARGUMENT",
      "The agent recalls nothing by itself: `context.recall` needs `scopes` and `maxTokens`.",
      { messageId: args.messageId },
    );
  const found = await recallFor(
    agent,
    { ...recall, scopes, maxTokens },
    {
      ...{ ctx, memory, turn, spent, abortSignal, pending: [] },
      threadId: prompt.threadId,
      promptText: textOf(prompt.parts),
      shown: new Set(messages.map(({ messageId }) => messageId)),
    },
  );
  again.warnings.push(...found.warnings);
  const entries = await Promise.all(found.hits.map(toRecollection));
  return entries.map(({ kind, sourceId, ranks, tokens, text }) => ({
    ...{ sourceId, tokens, text },
    item: { kind, id: sourceId, ranks, tokens, why: `found now for the prompt${rankedIn(ranks)}` },
  }));
}
