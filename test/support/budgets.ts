import type { BudgetAsk, BudgetRule } from "../../src/validators/budgetRun.js";
import type { Part } from "../../src/validators/content.js";
import type { RunEngine } from "../../src/validators/run.js";
import type { Usage } from "../../src/validators/usage.js";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import { aThread, call, text, type TestMemory, type TestThread } from "./aMemory.js";
import { used } from "./turns.js";

/** A call that is held to use 100 tokens: 60 of input beside a context of nothing, 40 of output. */
export const asks = (more: Partial<BudgetAsk> = {}): BudgetAsk => ({
  ...{ rules: [], inputTokens: 60, outputTokens: 40, provider: "test", model: "scripted" },
  ...more,
});

export const rule = (more: Partial<BudgetRule> = {}): BudgetRule => ({
  ...{ per: "user", unit: "tokens", period: "day", limit: 1_000, mode: "hard" },
  ...more,
});

/** A call that used so many tokens: input but for ten of them. */
export const usedTokens = (tokens: number, more: Partial<Usage> = {}): Usage => ({
  ...{ ...used, inputTokens: tokens - 10, outputTokens: 10 },
  ...more,
});

export type Begun = { as?: BoundMemory; threadId?: string; engine?: RunEngine; agentName?: string };

/** What runs do that budgets limit. Their prompts are a file, which counts no tokens, so that estimates are round. */
export function budgetActs({ ctx, memory, threadId, owner }: TestThread) {
  const { budgets } = memory.asSystem();
  const begin = (ask: BudgetAsk | undefined, { as = owner, ...where }: Begun = {}) =>
    as.turns.begin(ctx, {
      ...{ threadId, agentName: "helper", engine: "action" as const, ...where },
      prompt: NO_WORDS,
      ...(ask === undefined ? {} : { budgets: ask }),
    });
  const save = (runId: string, step: number, usage: Usage) =>
    owner.turns.saveStep(ctx, {
      ...{ runId, step, results: [], usage, finish: false },
      message: { parts: [call(`call ${step}`)] },
    });
  const finish = (runId: string, step: number, usage: Usage) =>
    owner.turns.saveStep(ctx, {
      ...{ runId, step, results: [], usage, finish: true },
      message: { parts: [text("Done")] },
    });
  const status = async (where: { agentName?: string; threadId?: string } = {}) =>
    (await owner.budgets.status(ctx, where)).map(({ spent, reserved, inFlight, remaining }) => ({
      ...{ spent, reserved, inFlight, remaining },
    }));
  const newThread = async () => (await owner.threads.create(ctx, {})).threadId;
  return { budgets, begin, save, finish, status, newThread };
}

const NO_WORDS: Part[] = [
  { type: "file", mediaType: "image/png", file: { kind: "url", url: "https://files.invalid/a.png" } },
];

/** The acts, in a fresh thread. */
export async function aBudgetScene() {
  const thread = await aThread();
  return { ...thread, ...budgetActs(thread) };
}

/** How many rows a table has. */
export const rowsIn = ({ inside }: Pick<TestMemory, "inside">, table: "slabs" | "budgets"): Promise<number> =>
  inside(async ({ db }) => (await db.query(table).collect()).length);
