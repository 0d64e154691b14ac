// A conversation of which a call is made again, and what a re-run may change of the tables: the ledger alone.
import type { AgentDefinition, RerunArgs } from "../../src/ai/index.js";
import schema from "../../src/component/schema.js";
import type { ScriptedTurn } from "../../src/testing/scriptedModel.js";
import { OWNER } from "../support/aMemory.js";
import { answersOf } from "./replays.js";
import { anAgent, type TestAgent } from "./support.js";

/** Where money is counted: nothing else may change. */
const LEDGER = /^(usage|budgets|sweeps|operations)/;

/** Every row outside of the ledger, as text. */
export const rowsOf = ({ inside }: Pick<TestAgent, "inside">): Promise<string> =>
  inside(async ({ db }) => {
    const rows: unknown[] = [];
    for (const table of Object.keys(schema.tables) as (keyof (typeof schema)["tables"])[])
      if (!LEDGER.test(table)) rows.push(table, await db.query(table).collect());
    return JSON.stringify(rows);
  });

export type Answered = TestAgent & { answers: string[]; again: Again };
type Again = (args?: Partial<RerunArgs>) => ReturnType<TestAgent["agent"]["rerun"]>;

type Scene = {
  script: ScriptedTurn[];
  prompts?: string[];
  definition?: Partial<AgentDefinition>;
  before?: (helper: TestAgent) => Promise<unknown>;
};

/** An agent that has answered; `again` makes its last call again. */
export async function answered({
  script,
  prompts = ["Who are you?"],
  definition = {},
  before,
}: Scene): Promise<Answered> {
  const helper = await anAgent(script, definition);
  await before?.(helper);
  for (const prompt of prompts)
    await helper.agent.generate(helper.ctx, { as: OWNER, threadId: helper.threadId, prompt });
  const answers = await answersOf(helper.ctx, helper.owner, helper.threadId);
  const again: Again = (args) =>
    helper.agent.rerun(helper.ctx, { as: OWNER, messageId: answers.at(-1) ?? "", ...args });
  return { ...helper, answers, again };
}

/** Facts about the owner. */
export const knowing =
  (...texts: string[]) =>
  async ({ owner, ctx }: TestAgent) => {
    await owner.facts.append(ctx, { scope: "user", facts: texts.map((text) => ({ text })) });
  };
