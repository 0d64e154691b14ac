/** Usage, prices, budgets and rate limits as an app writes them; only compiled, as `publicApi.ts`. */
import { MINUTE, RateLimiter } from "@convex-dev/rate-limiter";
import {
  AgentMemory,
  type vBudgetStatus,
  type vUsageSummary,
  type BudgetStatus,
  type ComponentApi,
  type Principal,
  type UsageSeries,
  type UsageSummary,
  type UsageTop,
} from "convex-agent-memory";
import { defineAgent, type Agent } from "convex-agent-memory/ai";
import { starterPrices, starterPricesOf } from "convex-agent-memory/prices";
import type { LanguageModel } from "ai";
import type { Auth, GenericDataModel, GenericMutationCtx, GenericQueryCtx } from "convex/server";
import type { Infer } from "convex/values";
import type { Equal, Holds } from "./publicApi.js";

declare const component: ComponentApi;
declare const query: GenericQueryCtx<GenericDataModel>;
declare const mutation: GenericMutationCtx<GenericDataModel>;
declare const model: LanguageModel;
declare const limiter: ConstructorParameters<typeof RateLimiter>[0];
declare function authorize(ctx: { auth: Auth }): Promise<Principal>;

const limits = {
  limiter: new RateLimiter(limiter),
  requests: { perUser: { kind: "token bucket", rate: 20, period: MINUTE } },
} as const;
const memory = new AgentMemory(component, { budgets: true, rateLimits: limits });
const system = memory.asSystem();

export async function reads(threadId: string) {
  const summary = await system.usage.summary(query, { tenantId: "acme", period: "month", by: "model" });
  const top = await system.usage.top(query, { by: "tenant", measure: "cost" });
  const series = await system.usage.timeseries(query, { from: 0, every: "day" });
  const status = await memory.as({ userId: "ada" }).budgets.status(query, { threadId });
  // @ts-expect-error a week is no period
  await system.usage.summary(query, { period: "week" });
  // @ts-expect-error a series begins somewhere
  await system.usage.timeseries(query, { every: "day" });
  // @ts-expect-error by something
  await system.usage.top(query, {});
  // @ts-expect-error a cost may be unknown: it is not a number yet
  summary.costMicros satisfies number;
  return { summary, top, series, status };
}

export async function writes(): Promise<void> {
  await system.prices.load(mutation, { prices: starterPrices });
  const prices = starterPricesOf("openai", "gpt-5.4-mini") ?? { input: 1, output: 1 };
  await system.prices.set(mutation, { provider: "azure", model: "mini", prices });
  const limit = { unit: "cost", period: "month", limit: 5_000_000, mode: "hard" } as const;
  await system.budgets.set(mutation, { ...limit, per: "user", userId: "ada" });
  // @ts-expect-error a user's budget names the user
  await system.budgets.set(mutation, { ...limit, per: "user" });
  // @ts-expect-error a run has no budget of its own to set: its agent says it
  await system.budgets.set(mutation, { ...limit, per: "run", runId: "r" });
  // @ts-expect-error a query sets nothing
  await system.budgets.set(query, { ...limit, per: "tenant" });
  // @ts-expect-error prices say what output costs
  await system.prices.set(mutation, { provider: "acme", model: "chat", prices: { input: 1 } });
}

const agent = { name: "helper", model: () => model, instructions: "Be brief." };
export const unlimited: Agent = defineAgent(memory, { ...agent, budgets: false, rateLimits: false });
const daily = { kind: "fixed window", rate: 1_000, period: 24 * 60 * MINUTE, capacity: 2_000 } as const;
/** The app's own limiter, which has limits of its own besides. */
const shared = new RateLimiter(limiter, {
  sendMessage: { kind: "token bucket", rate: 20, period: MINUTE, shards: 4, maxReserved: 10 },
  signUp: daily,
});
export const limited: Agent = defineAgent(memory, {
  ...agent,
  rateLimits: {
    limiter: shared,
    requests: { perUser: { kind: "token bucket", rate: 5, period: MINUTE, maxReserved: 0 } },
    tokens: { perTenant: daily, perModel: { ...daily, start: 0 } },
    ...{ name: "support", whenExceeded: "fail", maxWaitMs: 0 },
  },
});
const leaky = { perUser: { ...daily, kind: "leaky" as const } };
// @ts-expect-error there are token buckets and fixed windows
defineAgent(memory, { ...agent, rateLimits: { ...limits, tokens: leaky } });
// @ts-expect-error a client of the component is no limiter
defineAgent(memory, { ...agent, rateLimits: { ...limits, limiter } });
// @ts-expect-error limits are of somebody
defineAgent(memory, { ...agent, rateLimits: { ...limits, requests: { perMinute: 20 } } });

export const { usageSummary, usageTimeseries, budgetStatus } = memory.exposeApi({ authorize });

type Reads = Awaited<ReturnType<typeof reads>>;
export type Inferred = [
  Holds<Equal<Reads["summary"], UsageSummary>>,
  Holds<Equal<Reads["top"], UsageTop>>,
  Holds<Equal<Reads["series"], UsageSeries>>,
  Holds<Equal<Reads["status"], BudgetStatus[]>>,
  Holds<Equal<Infer<typeof vUsageSummary>, UsageSummary>>,
  Holds<Equal<Infer<typeof vBudgetStatus>, BudgetStatus>>,
];
