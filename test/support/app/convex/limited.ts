// An agent whose runs wait for each other: two limits of calls, and one of tokens. It answers with the time it was asked.
import { RateLimiter } from "@convex-dev/rate-limiter";
import { defineAgent, type RunReference, type RunTicket } from "convex-agent-memory/ai";
import { scriptedModel } from "convex-agent-memory/test";
import { componentsGeneric, internalMutationGeneric, makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { memory, principal, workflow } from "./memory.js";

type RateLimiterComponent = ConstructorParameters<typeof RateLimiter>[0];
/** The boundary where a component without generated types is the limiter's. */
const component = componentsGeneric().rateLimiter as unknown as RateLimiterComponent;

const limited = defineAgent(memory, {
  name: "limited",
  model: () => scriptedModel([() => ({ text: String(Date.now()) })]),
  instructions: "Say when.",
  stream: false,
  rateLimits: {
    limiter: new RateLimiter(component),
    requests: {
      perUser: { kind: "token bucket", rate: 6, period: 1_000, capacity: 2 },
      perModel: { kind: "fixed window", rate: 5, period: 1_000 },
    },
    tokens: { perTenant: { kind: "token bucket", rate: 100_000, period: 1_000 } },
  },
});

export const { run, step, settle } = limited.durable(workflow);

/** A durable run. */
export const start = internalMutationGeneric({
  args: { threadId: v.string(), prompt: v.string() },
  returns: v.object({ runId: v.string(), messageId: v.string(), turn: v.number(), state: v.string() }),
  handler: async (ctx, args): Promise<RunTicket> => {
    const reference = makeFunctionReference<"mutation">("limited:run") as unknown as RunReference;
    return await limited.start(ctx, reference, { as: await principal(ctx), ...args });
  },
});
