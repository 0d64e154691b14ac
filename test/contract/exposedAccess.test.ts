// Every function that an app exposes, as it is called by who may, by others of both tenants, and by nobody.
import { componentsGeneric, makeFunctionReference } from "convex/server";
import { describe, expect, test } from "vitest";
import {
  AgentMemory,
  memoryError,
  type ComponentApi,
  type Operation,
  type Principal,
} from "../../src/client/index.js";
import schema from "../../src/component/schema.js";
import {
  aMemory,
  codeOf,
  OTHER_TENANT,
  OWNER,
  STRANGER,
  text,
  call,
  type TestMemory,
} from "../support/aMemory.js";
import { used } from "../support/turns.js";
import { held, later } from "../support/waitingRun.js";

/** Has neither the owner's id nor their tenant. */
const FAR: Principal = { tenantId: "other", userId: "zoe" };
const FOREIGN = [STRANGER, OTHER_TENANT, FAR];

const DAY_MS = 24 * 60 * 60 * 1000;
type Ids = { threadId: string; runId: string; streamId: string };
type Case = {
  kind: "query" | "mutation";
  /** Of the owner's. */
  args: (ids: Ids) => Record<string, unknown>;
  /** What others get: a code, or an answer that holds nothing of the owner's. */
  foreign: "THREAD_NOT_FOUND" | "RUN_NOT_FOUND" | "STREAM_NOT_FOUND" | "own";
};

/** The compiler asks for a line for each function that is added. */
const cases: Record<Operation, Case> = {
  listThreads: { kind: "query", args: () => ({ cursor: null }), foreign: "own" },
  listMessages: {
    kind: "query",
    args: ({ threadId }) => ({ threadId, cursor: null }),
    foreign: "THREAD_NOT_FOUND",
  },
  followStream: {
    kind: "query",
    args: ({ threadId, streamId }) => ({ threadId, streamId, after: 0 }),
    foreign: "STREAM_NOT_FOUND",
  },
  getRun: { kind: "query", args: ({ threadId }) => ({ threadId }), foreign: "THREAD_NOT_FOUND" },
  createThread: { kind: "mutation", args: () => ({ title: "New", operationId: "same" }), foreign: "own" },
  listWaiting: { kind: "query", args: ({ runId }) => ({ runId }), foreign: "RUN_NOT_FOUND" },
  decideApproval: {
    kind: "mutation",
    args: ({ runId }) => ({ runId, callId: "held", approved: true }),
    foreign: "RUN_NOT_FOUND",
  },
  answerTool: {
    kind: "mutation",
    args: ({ runId }) => ({ runId, callId: "late", output: 1 }),
    foreign: "RUN_NOT_FOUND",
  },
  budgetStatus: { kind: "query", args: ({ threadId }) => ({ threadId }), foreign: "THREAD_NOT_FOUND" },
  usageSummary: { kind: "query", args: ({ threadId }) => ({ threadId }), foreign: "THREAD_NOT_FOUND" },
  usageTimeseries: {
    kind: "query",
    args: ({ threadId }) => ({ threadId, from: Date.now() - DAY_MS, every: "day" }),
    foreign: "THREAD_NOT_FOUND",
  },
  cancelRun: { kind: "mutation", args: ({ runId }) => ({ runId }), foreign: "RUN_NOT_FOUND" },
};
/** Other ways to ask the same functions. */
const more: (Case & { name: Operation })[] = [
  { name: "budgetStatus", kind: "query", args: () => ({ agentName: "a" }), foreign: "own" },
  { name: "usageSummary", kind: "query", args: ({ runId }) => ({ runId }), foreign: "RUN_NOT_FOUND" },
  { name: "usageSummary", kind: "query", args: () => ({ period: "month", by: "model" }), foreign: "own" },
  {
    ...{ name: "usageTimeseries", kind: "query", foreign: "RUN_NOT_FOUND" },
    args: ({ runId }) => ({ runId, from: Date.now() - DAY_MS, every: "hour" }),
  },
  {
    ...{ name: "usageTimeseries", kind: "query", foreign: "own" },
    args: () => ({ from: Date.now() - DAY_MS, every: "hour", by: "model" }),
  },
];
const all = [...(Object.keys(cases) as Operation[]).map((name) => ({ name, ...cases[name] })), ...more].map(
  (tried, number) => ({ ...tried, number }),
);
type Tried = (typeof all)[number];

/** What a client might try in order to ask as somebody, or to put something below what is another's. */
const SMUGGLED: Record<string, unknown>[] = [
  { userId: OWNER.userId },
  { tenantId: OWNER.tenantId },
  { as: OWNER },
  { principal: OWNER },
  { caller: "system" },
  { parentThreadId: "any" },
];

type App = TestMemory & { ids: Ids; door: { user: Principal | null } };

/** An app, and a run of the owner's that streams, and waits for a decision and for a result. */
async function anApp(): Promise<App> {
  const door: App["door"] = { user: OWNER };
  const exposed = new AgentMemory(componentsGeneric()["agentMemory"] as unknown as ComponentApi).exposeApi({
    authorize: () => {
      if (door.user === null) throw memoryError("UNAUTHENTICATED", "Sign in.");
      return Promise.resolve(door.user);
    },
  });
  const app = aMemory({ "./chat.ts": async () => ({ ...exposed }) });
  const { ctx, memory } = app;
  const owner = memory.as(OWNER);
  const budget = { ...OWNER, unit: "tokens" as const, period: "day" as const, mode: "hard" as const };
  await memory.asSystem().budgets.set(ctx, { ...budget, per: "user", limit: 1_000 });
  const { threadId } = await owner.threads.create(ctx, { title: "Secret of Olga" });
  const begin = { threadId, agentName: "a", engine: "action" as const, prompt: [text("Secret of Olga")] };
  const { runId, streamId = "" } = await owner.turns.begin(ctx, { ...begin, stream: true });
  const message = { parts: [call("held"), call("late")] };
  const waits = [held("held"), later("late")];
  await owner.turns.saveStep(ctx, {
    runId,
    step: 0,
    message,
    results: [],
    usage: used,
    finish: false,
    waits,
  });
  return { ...app, ids: { threadId, runId, streamId }, door };
}

/** Calls an exposed function as somebody, with what is added to its arguments. */
function callAs(app: App, tried: Tried, { user, more: added }: { user: Principal | null; more?: object }) {
  const { t, door, ids } = app;
  door.user = user;
  const { name, kind, args } = tried;
  const given = { ...args(ids), ...added };
  return kind === "query"
    ? t.query(makeFunctionReference<"query">(`chat:${name}`), given)
    : t.mutation(makeFunctionReference<"mutation">(`chat:${name}`), given);
}

/** What is stored in all, to the byte. */
async function dump({ inside }: App): Promise<string> {
  const rows: unknown[] = [];
  for (const table of Object.keys(schema.tables) as (keyof typeof schema.tables)[])
    rows.push(await inside((ctx) => ctx.db.query(table).collect()));
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

describe("each function that an app exposes", () => {
  test.each(all)("$name ($number) serves the owner, so that a refusal means something", async (tried) => {
    const app = await anApp();
    expect(await codeOf(callAs(app, tried, { user: OWNER }))).toBe("ok");
  });

  test.each(all)(
    "$name ($number) gives others of both tenants nothing of hers, and writes nothing of hers",
    async (tried) => {
      const app = await anApp();
      const { ids } = app;
      if (tried.foreign === "own") {
        const hers: unknown = await callAs(app, tried, { user: OWNER });
        for (const user of FOREIGN) {
          const answer = JSON.stringify(await callAs(app, tried, { user }));
          for (const secret of ["Secret", "olga", ids.threadId, ids.runId])
            expect(answer, `${tried.name} of ${user.tenantId}/${user.userId}`).not.toContain(secret);
          expect(answer).not.toBe(JSON.stringify(hers));
        }
        return;
      }
      const before = await dump(app);
      for (const user of FOREIGN)
        expect(await codeOf(callAs(app, tried, { user })), `${user.tenantId}/${user.userId}`).toBe(
          tried.foreign,
        );
      expect(await dump(app)).toBe(before);
    },
  );

  test.each(all)("$name ($number) refuses whom authorize refuses, before it does anything", async (tried) => {
    const app = await anApp();
    const before = await dump(app);
    expect(await codeOf(callAs(app, tried, { user: null }))).toBe("UNAUTHENTICATED");
    expect(await dump(app)).toBe(before);
  });

  test.each(all)("$name ($number) takes nobody's word for who they are", async (tried) => {
    const app = await anApp();
    const before = await dump(app);
    for (const smuggled of SMUGGLED) {
      const attempt = callAs(app, tried, { user: FAR, more: smuggled });
      await expect(attempt, JSON.stringify(smuggled)).rejects.toThrow(/Unexpected field/);
    }
    expect(await dump(app)).toBe(before);
  });
});
