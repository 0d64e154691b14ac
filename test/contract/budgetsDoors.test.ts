// Who sets budgets, who sees them, and what a budget is named by.
import { componentsGeneric, makeFunctionReference } from "convex/server";
import { describe, expect, test } from "vitest";
import { AgentMemory, memoryError, type BudgetStatus, type ComponentApi } from "../../src/client/index.js";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import type { SetBudget } from "../../src/client/budgets.js";
import { aMemory, codeOf, OWNER, STRANGER } from "../support/aMemory.js";
import { aBudgetScene, asks, rowsIn, rule, usedTokens } from "../support/budgets.js";

const limits = { unit: "tokens", period: "day", limit: 1_000, mode: "hard" } as const;
const olga: SetBudget = { ...limits, per: "user", userId: "olga", tenantId: "acme" };

describe("budgets.set", () => {
  test("is idempotent, and changes limit and mode in place while what is spent stays", async () => {
    const scene = await aBudgetScene();
    const { budgets, ctx, begin, finish, status } = scene;
    const first = await budgets.set(ctx, olga);
    expect(await budgets.set(ctx, olga)).toEqual(first);
    const { runId } = await begin(asks());
    await finish(runId, 0, usedTokens(300));
    expect(await budgets.set(ctx, { ...olga, limit: 200, mode: "soft" })).toEqual(first);
    expect(await rowsIn(scene, "budgets")).toBe(1);
    expect(await status()).toEqual([{ spent: 300, reserved: 0, inFlight: 0, remaining: 0 }]);
  });

  test("makes it hard unless told", async () => {
    const { budgets, ctx } = await aBudgetScene();
    const { mode: _, ...unsaid } = olga;
    await budgets.set(ctx, unsaid);
    expect((await budgets.list(ctx, { cursor: null })).page).toMatchObject([{ mode: "hard" }]);
  });

  test("makes a budget for each unit and each period", async () => {
    const scene = await aBudgetScene();
    for (const unit of ["tokens", "cost"] as const)
      for (const period of ["day", "month", "lifetime"] as const)
        await scene.budgets.set(scene.ctx, { ...olga, unit, period });
    expect(await rowsIn(scene, "budgets")).toBe(6);
    expect(await scene.status()).toHaveLength(6);
  });

  test("takes over what an agent's rule has made, and a rule changes its own", async () => {
    const { budgets, ctx, begin, owner, newThread, inside } = await aBudgetScene();
    const ask = (limit: number) => asks({ rules: [rule({ limit })] });
    await begin(ask(500), { threadId: await newThread() });
    await begin(ask(600), { threadId: await newThread() });
    expect(await owner.budgets.status(ctx, {})).toMatchObject([
      { limit: 600, isByRule: true, reserved: 600 },
    ]);
    await budgets.set(ctx, { ...olga, limit: 2_000 });
    await begin(ask(50), { threadId: await newThread() });
    const [own, ...others] = await owner.budgets.status(ctx, {});
    expect(own).toMatchObject({ limit: 2_000, reserved: 1_000 });
    expect([own?.isByRule, others]).toEqual([undefined, []]);
    // The row keeps that it was a rule's: other runs have not counted in it until now.
    const [row] = await inside(async ({ db }) => await db.query("budgets").collect());
    expect(row?.isByRule).toBe(false);
  });

  test("a rule's budget limits runs of agents with such a rule alone", async () => {
    const { begin, newThread, status } = await aBudgetScene();
    await begin(asks({ rules: [rule({ limit: 100 })] }));
    expect(
      await codeOf(begin(asks({ rules: [rule({ limit: 100 })] }), { threadId: await newThread() })),
    ).toBe("BUDGET_EXCEEDED");
    await begin(asks(), { threadId: await newThread(), agentName: "another" });
    expect(await status()).toMatchObject([{ reserved: 100 }]);
  });

  test.each([
    ["a limit below 0", { ...olga, limit: -1 }],
    ["a limit with a fraction", { ...olga, limit: 1.5 }],
    ["a limit that is not counted exactly", { ...olga, limit: Number.MAX_SAFE_INTEGER + 1 }],
    ["NaN", { ...olga, limit: NaN }],
    ["an empty user", { ...olga, userId: "" }],
    ["no user", { ...limits, per: "user" } as unknown as SetBudget],
    ["no agent", { ...limits, per: "agent" } as unknown as SetBudget],
    ["no thread", { ...limits, per: "thread" } as unknown as SetBudget],
    [
      "a tenant that is named like a user",
      { ...limits, per: "tenant", userId: "olga" } as unknown as SetBudget,
    ],
    [
      "a thread in a tenant",
      { ...limits, per: "thread", threadId: "x", tenantId: "acme" } as unknown as SetBudget,
    ],
    ["a currency that is none", { ...olga, unit: "cost", currency: "dollars" } as const],
  ])("refuses %s", async (_what, args) => {
    const { budgets, ctx } = await aBudgetScene();
    expect(await codeOf(budgets.set(ctx, args))).toBe("INVALID_ARGUMENT");
  });

  test("refuses a thread that is not there", async () => {
    const { budgets, ctx } = await aBudgetScene();
    expect(await codeOf(budgets.set(ctx, { ...limits, per: "thread", threadId: "x" }))).toBe(
      "THREAD_NOT_FOUND",
    );
  });
});

describe("promise 7: budgets", () => {
  test("are set, listed and removed by the app alone", async () => {
    const { budgets, ctx, owner, stranger } = await aBudgetScene();
    const { budgetId } = await budgets.set(ctx, olga);
    for (const as of [owner, stranger]) {
      expect(await codeOf(as.budgets.set(ctx, { ...olga, limit: 10 ** 9 }))).toBe("FORBIDDEN");
      expect(await codeOf(as.budgets.list(ctx, { cursor: null }))).toBe("FORBIDDEN");
      expect(await codeOf(as.budgets.remove(ctx, { budgetId }))).toBe("FORBIDDEN");
    }
    expect(await codeOf(budgets.remove(ctx, { budgetId: "x" }))).toBe("BUDGET_NOT_FOUND");
  });

  test("are seen by whom they limit: its tenant's, its own, the agent's and the thread's that it names", async () => {
    const { budgets, ctx, owner, writer, stranger, otherTenant, threadId } = await aBudgetScene();
    const sets: SetBudget[] = [
      { ...limits, per: "tenant", tenantId: "acme", limit: 1 },
      { ...olga, limit: 2 },
      { ...limits, per: "agent", agentName: "helper", tenantId: "acme", limit: 3 },
      { ...limits, per: "thread", threadId, limit: 4 },
      { ...limits, per: "user", userId: "olga", limit: 5 },
      { ...limits, per: "tenant", limit: 6 },
    ];
    for (const set of sets) await budgets.set(ctx, set);
    const seen = async (as: BoundMemory, where: Parameters<BoundMemory["budgets"]["status"]>[1]) =>
      (await as.budgets.status(ctx, where)).map(({ per, limit }) => `${per} ${limit}`);
    expect(await seen(owner, {})).toEqual(["tenant 1", "user 2"]);
    expect(await seen(owner, { agentName: "helper", threadId })).toEqual([
      ...["tenant 1", "user 2", "agent 3", "thread 4"],
    ]);
    expect(await seen(writer, { agentName: "other", threadId })).toEqual(["tenant 1", "thread 4"]);
    expect(await seen(otherTenant, { agentName: "helper" })).toEqual([]);
    expect(await codeOf(stranger.budgets.status(ctx, { threadId }))).toBe("THREAD_NOT_FOUND");
    expect(await codeOf(stranger.budgets.status(ctx, { userId: "olga" }))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(stranger.budgets.status(ctx, { tenantId: "other" }))).toBe("INVALID_ARGUMENT");
    const named = (where: Parameters<BoundMemory["budgets"]["status"]>[1]) =>
      codeOf(budgets.status(ctx, where));
    expect([await named({}), await named({ tenantId: "acme" })]).toEqual([
      "INVALID_ARGUMENT",
      "INVALID_ARGUMENT",
    ]);
    const all = await budgets.status(ctx, { userId: "olga", tenantId: "acme", threadId });
    expect(all.map(({ limit }) => limit)).toEqual([1, 2, 4]);
    expect((await budgets.status(ctx, { threadId })).map(({ limit }) => limit)).toEqual([1, 2, 4]);
    expect((await budgets.status(ctx, { userId: "olga" })).map(({ limit }) => limit)).toEqual([6, 5]);
  });

  test("are drawn from by whoever asks, not by the owner of the thread; for the system the owner's are", async () => {
    const { budgets, ctx, begin, owner, writer, memory, threadId } = await aBudgetScene();
    await budgets.set(ctx, olga);
    await budgets.set(ctx, { ...limits, per: "user", userId: "wendy", tenantId: "acme" });
    const { runId } = await begin(asks(), { as: writer });
    expect(await owner.budgets.status(ctx, {})).toMatchObject([{ reserved: 0 }]);
    expect(await writer.budgets.status(ctx, {})).toMatchObject([{ reserved: 400 }]);
    await writer.runs.cancel(ctx, { runId });
    await begin(asks(), { as: memory.asSystem(), threadId });
    expect(await owner.budgets.status(ctx, {})).toMatchObject([{ reserved: 400 }]);
  });
});

describe("budgets.list", () => {
  test("pages all budgets with whose they are, or those of one subject", async () => {
    const { budgets, ctx, threadId } = await aBudgetScene();
    const strange = { ...limits, per: "agent", agentName: "a|b:c%", tenantId: "t|x" } as const;
    const sets: SetBudget[] = [
      olga,
      { ...olga, period: "month" },
      strange,
      { ...limits, per: "thread", threadId },
    ];
    for (const set of [...sets, { ...limits, per: "tenant" } as const]) await budgets.set(ctx, set);
    const found: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof budgets.list>> = await budgets.list(ctx, { cursor, limit: 2 });
      found.push(...page.page);
      cursor = page.cursor;
    } while (cursor !== null);
    expect(found).toHaveLength(5);
    for (const { mode, limit, ...set } of sets)
      expect(found).toContainEqual(expect.objectContaining({ ...set, mode, limit }));
    const owner = { per: "user", userId: "olga", tenantId: "acme" } as const;
    const { page } = await budgets.list(ctx, { owner, cursor: null });
    expect(page.map(({ period }) => period)).toEqual(["day", "month"]);
    expect(page[0]).toMatchObject({ spent: 0, reserved: 0, isWarned: false });
  });
});

describe("budgets.status", () => {
  test("looks at so many open runs at most, and says when there are more", async () => {
    const { budgets, ctx, begin, owner, inside } = await aBudgetScene();
    const { budgetId } = await budgets.set(ctx, { ...olga, limit: 10 ** 6 });
    const { runId } = await begin(asks());
    await owner.usage.record(ctx, { usage: usedTokens(30), runId });
    await inside(async ({ db }) => {
      const id = db.normalizeId("budgets", budgetId);
      const [slab] = await db.query("slabs").collect();
      const [run] = await db.query("runs").collect();
      if (id === null || slab === undefined || run === undefined) throw new TypeError("No run.");
      const { _id, _creationTime, ...copy } = run;
      for (let index = 0; index < 210; index++) {
        const other = await db.insert("runs", copy);
        const drawn = { budgetId: id, amount: 400, startedAt: slab.startedAt, expiresAt: slab.expiresAt + 1 };
        await db.insert("slabs", { ...drawn, runId: other });
      }
    });
    const [status] = await owner.budgets.status(ctx, {});
    expect(status).toMatchObject({ inFlight: 200 * 30, isCut: true });
  });
});

describe("exposeApi", () => {
  test("gives a principal its own budgets, after it asked who that is", async () => {
    const component = componentsGeneric()["agentMemory"] as unknown as ComponentApi;
    const door = { isOpen: true, user: OWNER };
    const exposed = new AgentMemory(component).exposeApi({
      authorize: async (_ctx, operation) => {
        if (!door.isOpen) throw memoryError("UNAUTHENTICATED", `Sign in for ${operation}.`);
        return door.user;
      },
    });
    const { memory, ctx, t } = aMemory({ "./chat.ts": async () => ({ ...exposed }) });
    const { budgets } = memory.asSystem();
    await budgets.set(ctx, olga);
    const { threadId } = await memory.as(OWNER).threads.create(ctx, {});
    await budgets.set(ctx, { ...limits, per: "thread", threadId, limit: 7 });
    const query = makeFunctionReference<"query", { threadId?: string; userId?: string }, BudgetStatus[]>(
      "chat:budgetStatus",
    );
    expect((await t.query(query, { threadId })).map(({ limit }) => limit)).toEqual([1_000, 7]);
    await expect(t.query(query, { userId: "wendy" })).rejects.toThrow(/extra field|userId/);
    door.user = STRANGER;
    expect(await t.query(query, {})).toEqual([]);
    expect(await codeOf(t.query(query, { threadId }))).toBe("THREAD_NOT_FOUND");
    door.isOpen = false;
    expect(await codeOf(t.query(query, {}))).toBe("UNAUTHENTICATED");
  });
});
