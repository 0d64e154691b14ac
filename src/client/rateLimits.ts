import type { RateLimit } from "../shared/rateWindows.js";
import type { MutationCtx, QueryCtx } from "./ctx.js";

export type { RateLimit } from "../shared/rateWindows.js";

/** Whom a limit holds for: each of them has one of its own. */
export type RateLimitsPer = {
  perUser?: RateLimit;
  /** All users of a tenant together; those without a tenant count as one. */
  perTenant?: RateLimit;
  /** All calls of one model of one provider, whoever makes them: what the provider allows the app's key. */
  perModel?: RateLimit;
};

type Taking = { key?: string; count?: number; reserve?: boolean; config: RateLimit };
type Room = { ok: boolean; retryAfter?: number | undefined };

/** What is needed of the app's `RateLimiter` of `@convex-dev/rate-limiter`; any instance of it fits. */
export type AgentRateLimiter = {
  check(ctx: QueryCtx, name: string, options: Taking): Promise<Room>;
  limit(ctx: MutationCtx, name: string, options: Taking): Promise<Room>;
  getValue(
    ctx: QueryCtx,
    name: string,
    options: { key?: string; config: RateLimit },
  ): Promise<{ value: number; ts: number }>;
};

/** How often an agent may ask its model, and for how many tokens. */
export type RateLimits = {
  /** `new RateLimiter(components.rateLimiter)`: no limit needs a name in it. */
  limiter: AgentRateLimiter;
  /** Calls of the model; each step of a run is one. */
  requests?: RateLimitsPer;
  /** Tokens in and out: reserved by an estimate before the call, then corrected by what the provider counted. */
  tokens?: RateLimitsPer;
  /** Agents with one name count together: unless told all that have one limiter. */
  name?: string;
  /** What `agent.start` does over the limits of its user or tenant: the run waits (unless told), or it throws `RATE_LIMITED`. */
  whenExceeded?: "wait" | "fail";
  /** How long an action waits for its turn in the middle of a run, in ms: 10 s unless told. */
  maxWaitMs?: number;
};
