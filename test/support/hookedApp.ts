// An app whose hooks write what they are told into its own tables.
import {
  internalMutationGeneric,
  makeFunctionReference,
  type FunctionReference,
  type GenericDataModel,
  type GenericMutationCtx,
} from "convex/server";
import { v } from "convex/values";
import { expect } from "vitest";
import {
  AgentMemory,
  memoryError,
  vBudgetWarning,
  vMessage,
  vRun,
  type BudgetWarning,
  type Message,
  type MemorySettings,
  type Run,
} from "../../src/client/index.js";
import { codeOf, listAll, OWNER, said, text } from "./aMemory.js";
import { aComponent } from "./component.js";

type Told = { messages: Message[][]; runs: Run[]; budgets: BudgetWarning[] };
type Row = { messages?: Message[]; run?: Run; budget?: BudgetWarning };

/** An app whose hooks write into its own tables; `refuse` throws after the write when it says so. */
export async function aHookedApp(refuse: (told: Row) => boolean = () => false) {
  const note = async (ctx: GenericMutationCtx<GenericDataModel>, told: Row) => {
    await ctx.db.insert("told", { text: JSON.stringify(told) });
    if (refuse(told)) throw memoryError("INVALID_ARGUMENT", "The words of a secret message.");
    return null;
  };
  const onMessage = internalMutationGeneric({
    args: { messages: v.array(vMessage) },
    handler: (ctx, args) => note(ctx as GenericMutationCtx<GenericDataModel>, args),
  });
  const onRunFinished = internalMutationGeneric({
    args: { run: vRun },
    handler: (ctx, args) => note(ctx as GenericMutationCtx<GenericDataModel>, args),
  });
  const onBudgetWarning = internalMutationGeneric({
    args: { budget: vBudgetWarning },
    handler: (ctx, args) => note(ctx as GenericMutationCtx<GenericDataModel>, args),
  });
  const search: Record<string, unknown> = { onMessage, onRunFinished, onBudgetWarning };
  const test = aComponent({ "./search.ts": async () => search });
  const hook = <Args extends Record<string, unknown>>(name: string) =>
    makeFunctionReference<"mutation">(name) as unknown as FunctionReference<"mutation", "internal", Args>;
  let made = 0;
  const settings: MemorySettings = {
    hooks: {
      onMessage: () => (made++, hook<{ messages: Message[] }>("search:onMessage")),
      onRunFinished: () => hook<{ run: Run }>("search:onRunFinished"),
      onBudgetWarning: () => hook<{ budget: BudgetWarning }>("search:onBudgetWarning"),
    },
  };
  const memory = new AgentMemory(test.component, settings);
  const owner = memory.as(OWNER);
  const { threadId } = await owner.threads.create(test.ctx, {});
  // Handles are made inside of a function only: of the first call, which is refused.
  const refused = { threadId: "none", messages: [said("user", "Hello.")] };
  expect(await test.t.action((ctx) => codeOf(owner.messages.append(ctx, refused)))).toBe("THREAD_NOT_FOUND");
  const told = async (): Promise<Told> => {
    const rows = await test.t.run(
      (ctx) => ctx.db.query("told" as never).collect() as Promise<{ text: string }[]>,
    );
    const all = rows.map((row) => JSON.parse(row.text) as Row);
    return {
      messages: all.flatMap(({ messages }) => (messages === undefined ? [] : [messages])),
      runs: all.flatMap(({ run }) => run ?? []),
      budgets: all.flatMap(({ budget }) => budget ?? []),
    };
  };
  return { ...test, search, memory, owner, threadId, told, handlesMade: () => made };
}

export type HookedApp = Awaited<ReturnType<typeof aHookedApp>>;
/** What stands in its thread. */
export const listed = ({ owner, ctx, threadId }: HookedApp) =>
  listAll(owner.messages, ctx, { threadId, order: "asc", limit: 50 });
export const begin = ({ owner, ctx, threadId }: HookedApp, more: { stream?: boolean } = {}) =>
  owner.turns.begin(ctx, {
    threadId,
    agentName: "helper",
    engine: "action",
    prompt: [text("Oslo?")],
    ...more,
  });
