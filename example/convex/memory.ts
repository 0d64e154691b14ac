import { MINUTE, RateLimiter } from "@convex-dev/rate-limiter";
import { defineEvent, WorkflowManager } from "@convex-dev/workflow";
import { AgentMemory, memoryError, type Principal, type QueryCtx } from "convex-agent-memory";
import type { Auth, UserIdentity } from "convex/server";
import { v } from "convex/values";
import { components, internal } from "./_generated/api.js";

// This module knows no model and no AI SDK, so the queries and mutations that import it stay small.

// The type stands here because `internal` has it from modules that have this one.
export const memory: AgentMemory = new AgentMemory(components.agentMemory, {
  hooks: { onRunFinished: () => internal.activity.onRunFinished },
  // Runs draw on what admins have set (costs.ts): where nobody has set anything, nothing limits what they spend.
  budgets: true,
  rateLimits: {
    limiter: new RateLimiter(components.rateLimiter),
    // A question takes about four calls of a model: each user may ask ten at once, then twenty a minute.
    requests: { perUser: { kind: "token bucket", rate: 80, period: MINUTE, capacity: 40 } },
    // Who asks beyond that is told so; a run that has begun waits for its turn.
    whenExceeded: "fail",
  },
});
export const workflow = new WorkflowManager(components.workflow);

/** What a brief waits for: a person's decision about its sources. */
export const approval = defineEvent({
  name: "approval",
  validator: v.object({ approved: v.boolean(), note: v.optional(v.string()) }),
});

/** Whoever's identity names no tenant belongs to this one, as all do in the demo. */
const DEFAULT_TENANT = "demo";
/** The claim `role` of who may see, and limit, what everyone of their tenant spends. */
const ADMIN_ROLE = "admin";

/** A principal of this app always has a tenant. */
export type Member = Principal & { tenantId: string };

/**
 * Who asks, by their identity; without one nothing is allowed. The tenant is a claim that the identity provider signs:
 * never an argument, which a client could edit.
 */
export async function principal(ctx: { auth: Auth }): Promise<Member> {
  return memberOf(await identityOf(ctx));
}

/** As `principal`, for an admin of their tenant; refuses everyone else. */
export async function admin(ctx: { auth: Auth }): Promise<Member> {
  const identity = await identityOf(ctx);
  if (identity["role"] !== ADMIN_ROLE)
    throw memoryError("FORBIDDEN", "Only an admin of your tenant may do this.");
  return memberOf(identity);
}

/**
 * As `principal`, for what asks a model outside of a run: it is counted when it has happened, and no run is there to stop
 * it. Refuses with BUDGET_EXCEEDED whom a hard budget leaves nothing.
 */
export async function payer(ctx: { auth: Auth } & QueryCtx): Promise<Member> {
  const as = await principal(ctx);
  const budgets = await memory.as(as).budgets.status(ctx, {});
  const spent = budgets.find(({ mode, remaining }) => mode === "hard" && remaining <= 0);
  if (spent === undefined) return as;
  const { per, unit, period, limit, resetsAt } = spent;
  throw memoryError("BUDGET_EXCEEDED", `The ${period} budget of the ${per} is spent.`, {
    ...{ per, unit, period, limit, resetsAt, spent: spent.spent, reserved: spent.reserved },
    budgetId: spent.budgetId,
  });
}

/** As `principal`, for who puts or removes documents of the whole tenant: here every member; an app lets fewer in. */
export const documentWriter = principal;

/** As `principal`, for exposed functions that read documents and those that write them. */
export const documentMember = (ctx: { auth: Auth }, operation: string): Promise<Member> =>
  operation === "removeDocument" ? documentWriter(ctx) : principal(ctx);

async function identityOf(ctx: { auth: Auth }): Promise<UserIdentity> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw memoryError("UNAUTHENTICATED", "Sign in first: this app serves nobody else.");
  return identity;
}

function memberOf({ tokenIdentifier, tenant }: UserIdentity): Member {
  return { tenantId: typeof tenant === "string" ? tenant : DEFAULT_TENANT, userId: tokenIdentifier };
}
