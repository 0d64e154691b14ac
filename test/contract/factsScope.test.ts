import { describe, expect, test } from "vitest";
import type { Principal } from "../../src/validators/principal.js";
import { aThread, codeOf, OTHER_TENANT, OWNER, READER, said, STRANGER, WRITER } from "../support/aMemory.js";
import { learn, someFacts, textsOf } from "../support/facts.js";

const HELPER: Principal = { ...OWNER, agentName: "helper" };

describe("promise 7: facts belong to a user, an agent, a tenant or a thread", () => {
  test("each scope has its own facts, counts and duplicates", async () => {
    const { memory, ctx } = someFacts();
    const { facts } = memory.as(HELPER);
    for (const scope of ["user", "agent", "tenant"] as const) {
      const { facts: written } = await facts.append(ctx, { scope, facts: [{ text: "Same words." }] });
      expect(written[0]?.kind).toBe("written");
      expect((await facts.list(ctx, { scope, cursor: null })).page).toMatchObject([
        { scope, text: "Same words." },
      ]);
      expect((await facts.count(ctx, { scope })).active).toBe(1);
    }
  });

  test.each<[string, Principal, string[]]>([
    ["a colleague", { ...STRANGER, agentName: "other" }, ["tenant"]],
    ["a colleague with the same agent", { ...STRANGER, agentName: "helper" }, ["agent", "tenant"]],
    ["the same name in another tenant", { ...OTHER_TENANT, agentName: "helper" }, []],
    ["someone without a tenant", { userId: OWNER.userId, agentName: "helper" }, []],
  ])("%s finds what is theirs too, and what is not looks missing", async (_name, who, seen) => {
    const { memory, ctx, countRows } = someFacts();
    const own = memory.as(HELPER).facts;
    const other = memory.as(who).facts;
    for (const scope of ["user", "agent", "tenant"] as const) {
      const { facts } = await own.append(ctx, { scope, facts: [{ text: `In ${scope}.` }] });
      const factId = facts[0]?.factId ?? "";
      const mine = seen.includes(scope);
      expect(await codeOf(other.get(ctx, { factId })), scope).toBe(mine ? "ok" : "FACT_NOT_FOUND");
      expect(await codeOf(other.history(ctx, { factId }))).toBe(mine ? "ok" : "FACT_NOT_FOUND");
      expect(textsOf((await other.list(ctx, { scope, cursor: null })).page)).toEqual(
        mine ? [`In ${scope}.`] : [],
      );
      if (mine) continue;
      const rows = await countRows();
      const append = { scope, facts: [{ text: "Other.", supersedes: factId }] };
      expect(await codeOf(other.append(ctx, append))).toBe("FACT_NOT_FOUND");
      expect(await countRows()).toEqual(rows);
    }
  });

  test("a fact is superseded within its scope only", async () => {
    const { memory, ctx } = someFacts();
    const { facts } = memory.as(HELPER);
    const { facts: written } = await facts.append(ctx, { scope: "tenant", facts: [{ text: "A" }] });
    const other = { text: "B", supersedes: written[0]?.factId ?? "" };
    expect(await codeOf(facts.append(ctx, { scope: "user", facts: [other] }))).toBe("FACT_NOT_FOUND");
  });

  test("the system names whose facts it means, nobody else names another", async () => {
    const test = someFacts();
    const { memory, ctx } = test;
    await learn(test, "A");
    const system = memory.asSystem().facts;
    const list = { scope: "user" as const, cursor: null };
    expect(await codeOf(system.list(ctx, list))).toBe("INVALID_ARGUMENT");
    expect(textsOf((await system.list(ctx, { ...list, owner: OWNER })).page)).toEqual(["A"]);
    const stranger = memory.as(STRANGER).facts;
    expect(await codeOf(stranger.list(ctx, { ...list, owner: OWNER }))).toBe("FORBIDDEN");
  });

  test("an agent's scope needs an agent, a thread's needs its id", async () => {
    const { facts, ctx } = someFacts();
    expect(await codeOf(facts.list(ctx, { scope: "agent", cursor: null }))).toBe("INVALID_ARGUMENT");
    const noThread = { scope: "thread", cursor: null } as never;
    expect(await codeOf(facts.list(ctx, noThread))).toBe("INVALID_ARGUMENT");
  });

  test.each<[string, "agent" | "user", Principal]>([
    ["an agent without a name", "agent", { ...OWNER, agentName: "" }],
    ["half a surrogate pair as the agent", "agent", { ...OWNER, agentName: "\ud83d" }],
    ["half a surrogate pair as the user", "user", { userId: "\ud83d" }],
    ["half a surrogate pair as the tenant", "user", { userId: "olga", tenantId: "\ude00" }],
  ])("%s has no scope", async (_name, scope, who) => {
    const { memory, ctx, countRows } = someFacts();
    const scoped = { scope };
    const { facts, blocks } = memory.as(who);
    expect(await codeOf(facts.append(ctx, { ...scoped, facts: [{ text: "x" }] }))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(blocks.create(ctx, { ...scoped, label: "x" }))).toBe("INVALID_ARGUMENT");
    expect(await countRows()).toEqual({});
  });

  test("to an agent without a name what another agent knows looks missing", async () => {
    const { memory, ctx } = someFacts();
    const { facts } = await memory.as(HELPER).facts.append(ctx, { scope: "agent", facts: [{ text: "x" }] });
    const nameless = memory.as({ ...OWNER, agentName: "" }).facts;
    expect(await codeOf(nameless.get(ctx, { factId: facts[0]?.factId ?? "" }))).toBe("FACT_NOT_FOUND");
  });

  test("a cursor of another's list leads nowhere", async () => {
    const test = someFacts();
    const { memory, ctx, facts } = test;
    for (const text of ["A", "B", "C"]) await learn(test, text);
    const { cursor } = await facts.list(ctx, { scope: "user", cursor: null, limit: 1 });
    for (const who of [STRANGER, OTHER_TENANT])
      expect(await codeOf(memory.as(who).facts.list(ctx, { scope: "user", cursor }))).toBe(
        "INVALID_ARGUMENT",
      );
  });
});

describe("facts of a thread", () => {
  test("participants read them, writers write them, others find nothing there", async () => {
    const { memory, ctx, threadId, writer } = await aThread();
    const inThread = { scope: "thread" as const, threadId };
    const { facts } = await writer.facts.append(ctx, {
      ...inThread,
      facts: [{ text: "We meet on Friday." }],
    });
    const factId = facts[0]?.factId ?? "";
    const codes = async (who: Principal) => {
      const other = memory.as(who).facts;
      return [
        await codeOf(other.get(ctx, { factId })),
        await codeOf(other.list(ctx, { ...inThread, cursor: null })),
        await codeOf(other.update(ctx, { factId, pinned: true })),
        await codeOf(other.append(ctx, { ...inThread, facts: [{ text: "x" }] })),
      ];
    };
    expect(await codes(OWNER)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(await codes(WRITER)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(await codes(READER)).toEqual(["ok", "ok", "FORBIDDEN", "FORBIDDEN"]);
    for (const who of [STRANGER, OTHER_TENANT])
      expect(await codes(who)).toEqual([
        "FACT_NOT_FOUND",
        "THREAD_NOT_FOUND",
        "FACT_NOT_FOUND",
        "THREAD_NOT_FOUND",
      ]);
  });
});

describe("a source that the caller may not read", () => {
  test.each([
    ["another user's message", STRANGER],
    ["a message of another tenant's user of the same name", OTHER_TENANT],
  ])("%s looks like a missing one, and nothing is written", async (_name, who) => {
    const { memory, ctx, threadId, owner, countRows } = await aThread({ shared: false });
    const begin = {
      threadId,
      agentName: "a",
      engine: "action" as const,
      prompt: [{ type: "text" as const, text: "x" }],
    };
    const { runId, promptMessageId } = await owner.turns.begin(ctx, begin);
    const rows = await countRows();
    const append = (source: { kind: "message"; messageId: string } | { kind: "run"; runId: string }) =>
      memory.as(who).facts.append(ctx, { scope: "user", facts: [{ text: "x", sources: [source] }] });
    const codes = [];
    for (const messageId of [promptMessageId, "nonsense", threadId, ""])
      codes.push(await codeOf(append({ kind: "message", messageId })));
    expect(codes).toEqual(codes.map(() => "MESSAGE_NOT_FOUND"));
    for (const id of [runId, "nonsense", ""])
      expect(await codeOf(append({ kind: "run", runId: id }))).toBe("RUN_NOT_FOUND");
    expect(await countRows()).toEqual(rows);
  });

  test("a reader of a shared thread may cite it", async () => {
    const { ctx, threadId, owner, reader } = await aThread();
    const { places } = await owner.messages.append(ctx, { threadId, messages: [said("user", "x")] });
    const sources = [{ kind: "message" as const, messageId: places[0]?.messageId ?? "" }];
    expect(await codeOf(reader.facts.append(ctx, { scope: "user", facts: [{ text: "x", sources }] }))).toBe(
      "ok",
    );
  });
});
