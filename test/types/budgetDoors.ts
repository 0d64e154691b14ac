/** Budgets as the app's own code sets and reads them; only compiled, as `publicApi.ts`. */
import type {
  ActionCtx,
  AgentMemory,
  Budget,
  BudgetStatus,
  ExposedApi,
  SetBudget,
} from "convex-agent-memory";
import type { RegisteredQuery } from "convex/server";
import type { Equal, Holds } from "./publicApi.js";

declare const ctx: ActionCtx;
declare const memory: AgentMemory;
const { budgets } = memory.asSystem();
const limits = { unit: "tokens", period: "day", limit: 1_000, mode: "hard" } as const;

export async function setAll(): Promise<void> {
  await budgets.set(ctx, { ...limits, per: "tenant" });
  await budgets.set(ctx, { ...limits, per: "user", userId: "olga", tenantId: "acme" });
  await budgets.set(ctx, { ...limits, per: "agent", agentName: "helper", unit: "cost", currency: "USD" });
  await budgets.set(ctx, { ...limits, per: "thread", threadId: "x" });
  // @ts-expect-error -- whose it is must be named
  await budgets.set(ctx, { ...limits, per: "user" });
  // @ts-expect-error -- a thread is in no tenant
  await budgets.set(ctx, { ...limits, per: "thread", threadId: "x", tenantId: "acme" });
  // @ts-expect-error -- a run's own limit is a rule of its agent
  await budgets.set(ctx, { ...limits, per: "run" });
  // @ts-expect-error -- there are no weeks
  await budgets.set(ctx, { ...limits, per: "tenant", period: "week" });
}

type Status = Awaited<ReturnType<typeof budgets.status>>;
type Listed = Awaited<ReturnType<typeof budgets.list>>["page"];
type Exposed =
  ExposedApi["budgetStatus"] extends RegisteredQuery<"public", infer Args, infer Result>
    ? [Args, Awaited<Result>]
    : never;

export const checks: [
  Holds<Equal<Status, BudgetStatus[]>>,
  Holds<Equal<Listed, Budget[]>>,
  Holds<Equal<BudgetStatus["resetsAt"], number | null>>,
  Holds<Equal<SetBudget["mode"], "hard" | "soft" | undefined>>,
  Holds<Equal<Exposed, [{ agentName?: string; threadId?: string }, BudgetStatus[]]>>,
] = [true, true, true, true, true];
