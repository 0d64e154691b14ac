import type { ModelMessage } from "ai";
import { renderMaterial, type ContextMaterial } from "../parts/contextMaterial.js";
import { shortHash } from "../shared/canonicalJson.js";
import { planContext, SECTIONS, type LeftOut } from "../shared/contextPlan.js";
import { renderBlock } from "../shared/contextTexts.js";
import { estimateTokens } from "../shared/tokens.js";
import type {
  ContextExplanation,
  ContextItem,
  ContextSection,
  ContextSource,
} from "../validators/context.js";
import { contextBudget } from "../shared/contextBudget.js";
import { toldTokens } from "./agentText.js";
import type { ResolvedAgent } from "./definition.js";
import { toolsTold, type KeptAgent } from "./rerunAgent.js";
import type { RerunArgs } from "./rerunArgs.js";
import type { RecalledItem } from "./rerunRecall.js";

/** A saved call, and what is to be shown in its place. */
export type Asked = {
  material: ContextMaterial;
  explained: ContextExplanation;
  kept: KeptAgent;
  recalled: RecalledItem[];
  args: RerunArgs;
};

/** What the model is shown again. */
export type ContextAgain = {
  instructions: string;
  messages: ModelMessage[];
  text: string;
  sections: ContextSection[];
  tokens: number;
  /** Without the thread's factor: what limits are asked with. */
  estimate: number;
  isSame: boolean;
  /** What was changed since, where the saved call's own context cannot be built again as it was. */
  changed?: ContextSource;
};

/**
 * The context of a saved call, with what is to be another. Planned anew only where its sections are to be others: the
 * plan is of what was shown then, so nothing comes back that was left out. Throws `CONTEXT_TOO_SMALL`.
 */
export async function contextAgain(agent: ResolvedAgent, asked: Asked): Promise<ContextAgain> {
  const { material, explained, args } = asked;
  const tools = toolsTold(asked.kept, args);
  const { instructions } = agent;
  const instructionTokens = toldTokens(instructions, tools);
  const shown =
    args.context === undefined
      ? asItWas(asked, instructionTokens)
      : planned(asked, { instructions: instructionTokens });
  const { rendered, text } = renderMaterial({ ...material, ...shown.content, instructions, tools });
  const tokens = shown.sections.reduce((sum, section) => sum + section.tokens, 0);
  const changed = await changedSince(material);
  return {
    ...(changed === null ? {} : { changed }),
    ...rendered,
    text,
    sections: shown.sections,
    tokens,
    estimate: tokens / explained.tokenFactor,
    isSame: (await shortHash(text)) === material.hash,
  };
}

/** What stands in the way of the very bytes of the saved call; null where nothing does. */
async function changedSince(material: ContextMaterial): Promise<ContextSource | null> {
  const { text } = renderMaterial({ ...material, ...material.agent });
  if ((await shortHash(text)) === material.hash) return null;
  return material.suspects[0]?.source ?? { kind: "rendering" };
}

type Shown = {
  content: Pick<ContextMaterial, "blocks" | "summary" | "messages" | "recalled">;
  sections: ContextSection[];
};

/** All that was shown; only the instructions and tools may be others. */
function asItWas({ material, explained, kept, recalled }: Asked, instructions: number): Shown {
  const { blocks, summary, messages } = material;
  const before = toldTokens(kept.instructions, kept.tools);
  const sections = explained.sections.map((section) =>
    section.section !== "instructions" || instructions === before
      ? section
      : { ...section, tokens: Math.ceil(instructions * explained.tokenFactor) },
  );
  return { content: { blocks, summary, messages, recalled: recalled.map(({ text }) => text) }, sections };
}

function planned(asked: Asked, { instructions }: { instructions: number }): Shown {
  const { material, explained, recalled } = asked;
  const { blocks, summary, messages, turn } = material;
  const plan = planContext({
    instructions,
    blocks: blocks.map((block) => ({ ...block, tokens: estimateTokens(renderBlock(block)) })),
    summary: summary === null ? null : { tokens: estimateTokens(summary) },
    messages,
    turn,
    recalled,
    factor: explained.tokenFactor,
    budget: budgetOf(asked),
  });
  const placed = new Set(plan.messages.map(({ turn: at, step }) => `${at}.${step}`));
  const shownBlocks = new Set(plan.blocks.map(({ blockId }) => blockId));
  const isShown = ({ kind, id = "", place }: ContextItem): boolean => {
    if (place !== undefined) return placed.has(`${place.turn}.${place.step}`);
    return kind === "block" ? shownBlocks.has(id) : kind !== "summary" || plan.hasSummary;
  };
  const sections = SECTIONS.map((name, index): ContextSection => {
    const then = explained.sections.find(({ section }) => section === name);
    const items =
      name === "recalled"
        ? plan.recalled.map(({ item }) => item)
        : (then?.items ?? []).filter((item) => isShown(item));
    const leftOut = plan.leftOut.filter(({ section }) => section === name);
    const before = name === "recalled" && asked.args.context?.recall !== undefined ? [] : then?.leftOut;
    return { section: name, tokens: plan.tokens[index] ?? 0, items, leftOut: joined(before ?? [], leftOut) };
  });
  const content = {
    blocks: plan.blocks,
    summary: plan.hasSummary ? summary : null,
    messages: plan.messages,
    recalled: plan.recalled.map(({ text }) => text),
  };
  return { content, sections };
}

/** As the agent had it then, with what is asked for now. */
function budgetOf({ kept, args: { context = {} } }: Asked) {
  const { context: then = {}, recall } = kept.settings;
  const recalled = context.recall?.maxTokens ?? then.sections?.recalled ?? recall?.maxTokens;
  return contextBudget({
    ...then.sections,
    ...(recalled === undefined ? {} : { recalled }),
    ...context.sections,
    maxTokens: context.maxTokens ?? then.maxTokens,
  });
}

type Left = ContextSection["leftOut"];

/** What was left out then and is now, by reason. */
function joined(then: Left, now: readonly LeftOut[]): Left {
  const byReason = new Map<string, Left[number]>();
  for (const { reason, count, tokens } of [...then, ...now]) {
    const before = byReason.get(reason) ?? { reason, count: 0, tokens: 0 };
    byReason.set(reason, { reason, count: before.count + count, tokens: before.tokens + tokens });
  }
  return [...byReason.values()];
}
