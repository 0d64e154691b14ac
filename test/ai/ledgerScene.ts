// What the ledger holds, to be compared with what a provider bills.
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { z } from "zod";
import { defineTool } from "../../src/ai/index.js";
import type { ActionCtx, AgentMemory, UsageEvent } from "../../src/client/index.js";
import type { BilledModel } from "./billedModel.js";

export type Ledger = { memory: AgentMemory; ctx: ActionCtx };

/** All events, oldest first. */
export async function eventsIn({ memory, ctx }: Ledger): Promise<UsageEvent[]> {
  const { page } = await memory.asSystem().usage.list(ctx, { cursor: null, limit: 200 });
  return page.toReversed();
}

/** What the ledger says was used by the provider. */
export async function ledgerOf(app: Ledger) {
  const events = (await eventsIn(app)).filter(({ provider }) => provider === "biller");
  return {
    calls: events.length,
    inputTokens: events.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    outputTokens: events.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
  };
}

export const look = defineTool({ description: "Looks.", inputSchema: z.object({}), execute: () => "seen" });

type Happens = (asked: LanguageModelV4CallOptions) => Promise<unknown>;

/** The model, in whose n-th request something happens before it answers. */
export function during(model: BilledModel, request: number, happens: Happens): BilledModel {
  const wait = async (asked: LanguageModelV4CallOptions) =>
    model.requests + 1 === request ? await happens(asked) : null;
  return {
    ...model,
    doGenerate: async (asked) => {
      await wait(asked);
      return await model.doGenerate(asked);
    },
    doStream: async (asked) => {
      await wait(asked);
      return await model.doStream(asked);
    },
  };
}
