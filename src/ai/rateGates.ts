import type { LanguageModel } from "ai";
import type { MutationCtx, Principal, QueryCtx, RateLimit, RateLimits } from "../client/index.js";
import { capacityOf, isGivenBack, limitProblem } from "../shared/rateWindows.js";
import { tenantScope, userScope } from "../shared/scope.js";
import { billedProvider } from "../shared/usageCost.js";
import { withoutUndefined } from "../shared/withoutUndefined.js";
import { memoryError } from "../validators/errors.js";

const KINDS = ["requests", "tokens"] as const;
const PER = { perUser: "user", perTenant: "tenant", perModel: "model" } as const;
type Per = keyof typeof PER;

/** One limit that a call has to pass: what it counts, whose it is, and where the limiter keeps it. */
export type Gate = {
  kind: (typeof KINDS)[number];
  per: (typeof PER)[Per];
  name: string;
  key: string;
  config: RateLimit;
};

/** Whose limits hold: without a model only those of the user and the tenant. It is made where a limit is the model's. */
export type Asking = { as: Principal; model?: () => LanguageModel };

/** The limits of an agent: its own, else its memory's. Throws `AGENT_INVALID`. */
export function rateLimitsOf(
  memory: { rateLimits: RateLimits | undefined },
  { rateLimits = memory.rateLimits, name: agentName }: { rateLimits?: RateLimits | false; name: string },
): RateLimits | undefined {
  if (rateLimits === false || rateLimits === undefined) return undefined;
  const problems = isRecord(rateLimits) ? problemsOf(rateLimits) : { [NO_LIMITS]: true };
  for (const [message, holds] of Object.entries(problems))
    if (holds) throw memoryError("AGENT_INVALID", message, { agentName });
  return rateLimits;
}

const NO_LIMITS = "`rateLimits` is an object with your `limiter` and its limits, or false.";
const FIELDS = ["limiter", "requests", "tokens", "name", "whenExceeded", "maxWaitMs"];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function problemsOf(limits: RateLimits): Record<string, boolean> {
  const { limiter, whenExceeded = "wait", maxWaitMs = 0, name = "x" } = limits;
  const methods = ["check", "limit", "getValue"];
  const found = KINDS.flatMap((kind) => kindProblems(kind, limits[kind]));
  const unknown = Object.keys(limits).find((field) => !FIELDS.includes(field));
  return {
    [`\`rateLimits.${unknown}\` is unknown: there are ${FIELDS.join(", ")}.`]: unknown !== undefined,
    "`rateLimits.limiter` is your `new RateLimiter(components.rateLimiter)`.": methods.some(
      (method) => typeof Reflect.get(Object(limiter), method) !== "function",
    ),
    '`rateLimits.whenExceeded` is "wait" or "fail".': whenExceeded !== "wait" && whenExceeded !== "fail",
    "`rateLimits.maxWaitMs` is a number from 0.": !(maxWaitMs >= 0 && Number.isFinite(maxWaitMs)),
    "`rateLimits.name` is a text that is not empty.": typeof name !== "string" || name === "",
    [`${found[0]}.`]: found.length > 0,
  };
}

function kindProblems(kind: string, limits: unknown): string[] {
  if (limits === undefined) return [];
  if (!isRecord(limits)) return [`\`rateLimits.${kind}\` names limits: perUser, perTenant, perModel`];
  return Object.entries(limits).flatMap(([per, limit]) => limitProblems(`${kind}.${per}`, per, limit));
}

function limitProblems(place: string, per: string, limit: unknown): string[] {
  if (!Object.hasOwn(PER, per))
    return [`\`rateLimits.${place}\` holds for nobody: name perUser, perTenant or perModel`];
  const problem = limit === undefined ? null : limitProblem(limit);
  return problem === null ? [] : [`\`rateLimits.${place}\`: ${problem}`];
}

/** The limits that a call has to pass. */
export function gatesOf(limits: RateLimits, asking: Asking): Gate[] {
  return KINDS.flatMap((kind) =>
    (Object.keys(PER) as Per[]).flatMap((by): Gate[] => {
      const limit = limits[kind]?.[by];
      const key = limit === undefined ? null : keyOf(by, asking);
      if (limit === undefined || key === null) return [];
      const per = PER[by];
      const name = ["agentMemory", ...(limits.name === undefined ? [] : [limits.name]), kind, per].join(":");
      return [{ kind, per, name, key, config: configOf(limit) }];
    }),
  );
}

/** Scopes are encoded, so that no id can pass for another's. */
function keyOf(by: Per, { as, model }: Asking): string | null {
  if (by === "perUser") return userScope(as);
  if (by === "perTenant") return tenantScope(as);
  const made = model?.();
  if (made === undefined) return null;
  const named = typeof made === "string" ? { provider: "gateway", modelId: made } : made;
  return `m:${encodeURIComponent(billedProvider(named.provider))}|${encodeURIComponent(named.modelId)}`;
}

/** The limiter takes 0 for any amount. */
const NOTHING_RESERVED = 1e-9;

/** As the limiter takes it. Windows begin at a moment that is known here too. */
function configOf(limit: RateLimit): RateLimit {
  const { rate, period, capacity, shards } = limit;
  const maxReserved = limit.maxReserved === 0 ? NOTHING_RESERVED : limit.maxReserved;
  const named = { rate, period, ...withoutUndefined({ capacity, maxReserved, shards }) };
  return limit.kind === "fixed window"
    ? { kind: limit.kind, ...named, start: limit.start ?? 0 }
    : { kind: limit.kind, ...named };
}

/** How a limit stands to a call: whether it lets it pass, and how long that is to wait. */
type Room = { ok: boolean; gate: Gate | undefined; waitMs: number };

/** How much a call takes of a limit. */
export const countOf = ({ kind }: Gate, tokens: number): number => (kind === "requests" ? 1 : tokens);

/** Throws `RATE_LIMITED` for a call that no waiting helps. */
export function checkFits(gates: readonly Gate[], tokens: number): void {
  const gate = gates.find((each) => countOf(each, tokens) > capacityOf(each.config));
  if (gate === undefined) return;
  const { kind, per, config } = gate;
  throw memoryError(
    "RATE_LIMITED",
    `One call takes ${countOf(gate, tokens)} ${kind} by estimate, and the limit per ${per} has room for ${capacityOf(config)} at most: raise it, show less, or set \`settings.maxOutputTokens\`.`,
    { limit: kind, per, tokens, capacity: capacityOf(config) },
  );
}

/** What a caller is thrown where a limit refuses. */
export const rateLimited = (gate: Gate | undefined, retryAfterMs: number) =>
  memoryError(
    "RATE_LIMITED",
    `The limit of ${gate?.kind} per ${gate?.per} is used up: try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    { limit: gate?.kind ?? "requests", per: gate?.per ?? "model", retryAfterMs },
  );

/** The limit that would refuse a call now, for the longest; null when it would pass. Nothing is taken. */
export async function findRefusal(
  { limiter }: RateLimits,
  ctx: QueryCtx,
  { gates, tokens }: { gates: readonly Gate[]; tokens: number },
): Promise<Room | null> {
  const rooms = await Promise.all(
    gates.map(async (gate): Promise<Room> => {
      const { name, key, config } = gate;
      const count = countOf(gate, tokens);
      return roomOf(gate, await limiter.check(ctx, name, { key, config, count }));
    }),
  );
  return longest(rooms.filter(({ ok }) => !ok));
}

/**
 * Takes what a call needs of every limit, or nothing: what one gave is given back where another refuses. `ahead` stands
 * in line instead: the call may be made after `waitMs`, and nobody who comes later overtakes it.
 */
export async function pass(
  limits: RateLimits,
  ctx: MutationCtx,
  { gates, tokens, ahead }: { gates: readonly Gate[]; tokens: number; ahead: boolean },
): Promise<Room> {
  const takenAt = Date.now();
  const tried = await Promise.allSettled(
    gates.map(async (gate): Promise<Room> => {
      const { name, key, config } = gate;
      const count = countOf(gate, tokens);
      const reserve = ahead ? { reserve: true } : {};
      return roomOf(gate, await limits.limiter.limit(ctx, name, { key, config, count, ...reserve }));
    }),
  );
  const rooms = tried.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failed = tried.find((each) => each.status === "rejected");
  const refusal = longest(rooms.filter(({ ok }) => !ok));
  if (failed === undefined && refusal === null)
    return longest(rooms) ?? { ok: true, gate: undefined, waitMs: 0 };
  const given = rooms.flatMap(({ ok, gate }) => (ok && gate !== undefined ? [gate] : []));
  const back = given.map((gate) => ({ gate, count: -countOf(gate, tokens), takenAt }));
  await correct(limits, ctx, back);
  if (refusal === null) throw failed?.reason;
  return refusal;
}

const roomOf = (gate: Gate, { ok, retryAfter = 0 }: { ok: boolean; retryAfter?: number }): Room => ({
  ok,
  gate,
  waitMs: Math.max(0, Math.ceil(retryAfter)),
});

const longest = (rooms: readonly Room[]): Room | null =>
  rooms.reduce<Room | null>((most, room) => (most === null || room.waitMs > most.waitMs ? room : most), null);

/** What is to be taken besides, or given back where it is below 0. */
export type Correction = { gate: Gate; count: number; takenAt: number };

/** Corrects what was taken: nothing of it is refused, however full a limit is by now. */
export async function correct(
  { limiter }: RateLimits,
  ctx: MutationCtx,
  corrections: readonly Correction[],
): Promise<void> {
  const now = Date.now();
  const due = corrections.filter(
    ({ gate, count, takenAt }) => count > 0 || (count < 0 && isGivenBack(gate.config, takenAt, now)),
  );
  await Promise.all(
    due.map(async ({ gate: { name, key, config }, count }) => {
      const { maxReserved: _, ...unbounded } = config;
      await limiter.limit(ctx, name, { key, count, reserve: true, config: unbounded });
    }),
  );
}
