import { describe, expect, test } from "vitest";
import type { NewFact } from "../../src/validators/fact.js";
import { codeOf, OWNER, said } from "../support/aMemory.js";
import { indexed, inUser, known, learn, someFacts, textsOf } from "../support/facts.js";

const YEAR_MS = 365 * 24 * 3_600_000;

describe("a fact is written once", () => {
  test.each([
    ["the same text", "Lives in Oslo."],
    ["another case", "lives in OSLO."],
    ["other spacing", "  Lives   in\nOslo. "],
    ["no mark at its end", "Lives in Oslo"],
    ["another form of the same letters", "Ｌｉｖｅｓ in Oslo."],
  ])("however often it is appended: %s", async (_name, again) => {
    const test = someFacts();
    const first = await learn(test, "Lives in Oslo.");
    expect(first.kind).toBe("written");
    expect(await learn(test, again)).toEqual({ kind: "duplicate", factId: first.factId });
    expect(await known(test)).toEqual(["Lives in Oslo."]);
    expect(await test.facts.count(test.ctx, inUser)).toMatchObject({ active: 1, appends: 2, duplicates: 1 });
  });

  test.each<[string, NewFact]>([
    ["another text", { text: "Lives in Bergen." }],
    ["another key", { text: "Lives in Oslo.", key: "home" }],
    ["another span of time", { text: "Lives in Oslo.", validFrom: 0, validTo: 1 }],
  ])("but %s is another fact", async (_name, other) => {
    const test = someFacts();
    await learn(test, "Lives in Oslo.");
    expect((await learn(test, other)).kind).toBe("written");
    expect(await known(test)).toHaveLength(2);
  });

  test("is found among all facts of the scope, not among the newest", async () => {
    const test = someFacts();
    const first = await learn(test, "The oldest.");
    for (let page = 0; page < 8; page++)
      await test.facts.append(test.ctx, {
        ...inUser,
        facts: Array.from({ length: 50 }, (_, index) => ({ text: `Fact ${page}.${index}` })),
      });
    expect(await learn(test, "the oldest")).toEqual({ kind: "duplicate", factId: first.factId });
    expect((await test.facts.count(test.ctx, inUser)).active).toBe(401);
  });

  test("also when one append names it twice", async () => {
    const { facts, ctx } = someFacts();
    const { facts: written } = await facts.append(ctx, { ...inUser, facts: [{ text: "A" }, { text: "a" }] });
    expect(written.map(({ kind }) => kind)).toEqual(["written", "duplicate"]);
    expect(new Set(written.map(({ factId }) => factId)).size).toBe(1);
  });

  test("with an operationId the first answer comes again, although the fact was retracted since", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const append = { ...inUser, facts: [{ text: "A" }], operationId: "once" };
    const first = await facts.append(ctx, append);
    await facts.retract(ctx, { factId: first.facts[0]?.factId ?? "" });
    expect(await facts.append(ctx, append)).toEqual(first);
    expect(await known(test)).toEqual([]);
    const other = { ...append, facts: [{ text: "B" }] };
    expect(await codeOf(facts.append(ctx, other))).toBe("OPERATION_MISMATCH");
  });

  test("a retracted or superseded fact may become true again", async () => {
    const test = someFacts();
    const { factId } = await learn(test, "Likes tea.");
    await test.facts.retract(test.ctx, { factId });
    const again = await learn(test, "Likes tea.");
    expect(again.kind).toBe("written");
    expect(again.factId).not.toBe(factId);
  });

  test("an append of a candidate's words confirms it", async () => {
    const test = someFacts();
    const { factId } = await learn(test, { text: "Likes tea.", status: "candidate" });
    expect(await indexed(test)).toEqual([]);
    expect(await learn(test, "Likes tea.")).toEqual({ kind: "confirmed", factId });
    expect(await known(test)).toEqual(["Likes tea."]);
    expect(await indexed(test)).toEqual([factId]);
  });
});

describe("superseding", () => {
  test("a fact of the same key closes nothing by itself", async () => {
    const test = someFacts();
    await learn(test, { text: "Oslo", key: "city" });
    await learn(test, { text: "Bergen", key: "city" });
    expect((await known(test)).sort()).toEqual(["Bergen", "Oslo"]);
  });

  test("closes the old fact when the new one begins, and keeps its key", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const old = await learn(test, { text: "Oslo", key: "city", validFrom: 0 });
    const { facts: written } = await facts.supersede(ctx, {
      factId: old.factId,
      facts: [{ text: "Bergen", validFrom: YEAR_MS }],
    });
    const by = written[0]?.factId ?? "";
    expect(await facts.get(ctx, { factId: old.factId })).toMatchObject({
      state: { kind: "superseded", by },
      validTo: YEAR_MS,
    });
    expect(await facts.get(ctx, { factId: by })).toMatchObject({ key: "city", supersedes: old.factId });
    expect(await known(test)).toEqual(["Bergen"]);
    expect(await indexed(test)).toEqual([by]);
    const then = async (validAt: number) =>
      textsOf((await facts.asOf(ctx, { ...inUser, key: "city", validAt, cursor: null })).page);
    expect(await then(YEAR_MS - 1)).toEqual(["Oslo"]);
    expect(await then(YEAR_MS)).toEqual(["Bergen"]);
  });

  test("takes a chain, link by link, in one transaction", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const { factId } = await learn(test, { text: "Oslo", key: "city", validFrom: 0 });
    const chain = ["Bergen", "Tromsø", "Bodø"].map((text, at) => ({ text, validFrom: (at + 1) * YEAR_MS }));
    const { facts: written } = await facts.supersede(ctx, { factId, facts: chain });
    expect(await known(test)).toEqual(["Bodø"]);
    for (const one of [factId, ...written.map((write) => write.factId)])
      expect(textsOf((await facts.history(ctx, { factId: one })).facts)).toEqual([
        "Oslo",
        "Bergen",
        "Tromsø",
        "Bodø",
      ]);
    expect(await facts.count(ctx, inUser)).toMatchObject({ active: 1, superseded: 3 });
  });

  test("by a fact that is there already closes the old one by that", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const oslo = await learn(test, { text: "Oslo", key: "city" });
    const bergen = await learn(test, { text: "Bergen", key: "city" });
    expect(await learn(test, { text: "bergen", supersedes: oslo.factId })).toEqual({
      kind: "duplicate",
      factId: bergen.factId,
    });
    expect(await facts.get(ctx, { factId: oslo.factId })).toMatchObject({
      state: { kind: "superseded", by: bergen.factId },
    });
  });

  test("repeated without an id it finds what it wrote; with another text it is refused and names the successor", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const { factId } = await learn(test, { text: "Oslo", key: "city" });
    const supersede = { factId, facts: [{ text: "Bergen" }] };
    const first = await facts.supersede(ctx, supersede);
    expect((await facts.supersede(ctx, supersede)).facts[0]).toEqual({
      ...first.facts[0],
      kind: "duplicate",
    });
    const late = facts.supersede(ctx, { factId, facts: [{ text: "Bodø" }] });
    await expect(late).rejects.toMatchObject({
      data: { code: "FACT_CLOSED", details: { state: "superseded", by: first.facts[0]?.factId } },
    });
    expect(await known(test)).toEqual(["Bergen"]);
  });

  test("by itself closes nothing", async () => {
    const test = someFacts();
    const { factId } = await learn(test, "Oslo");
    expect(await learn(test, { text: "Oslo", supersedes: factId })).toEqual({ kind: "duplicate", factId });
    expect(await known(test)).toEqual(["Oslo"]);
  });

  test("by a candidate waits for its confirmation", async () => {
    const test = someFacts();
    const { facts, ctx } = test;
    const old = await learn(test, "Oslo");
    const next = await learn(test, { text: "Bergen", supersedes: old.factId, status: "candidate" });
    expect(await known(test)).toEqual(["Oslo"]);
    await facts.confirm(ctx, { factId: next.factId });
    expect(await known(test)).toEqual(["Bergen"]);
    expect(await indexed(test)).toEqual([next.factId]);
  });
});

describe("sources", () => {
  test("a duplicate lets the fact rest on one more message, and a word of the app's own counts as one", async () => {
    const test = someFacts();
    const { facts, ctx, owner } = test;
    const { threadId } = await owner.threads.create(ctx);
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: [said("user", "a"), said("user", "b")],
    });
    const [one = "", two = ""] = places.map(({ messageId }) => messageId);
    const on = (messageId: string): NewFact => ({ text: "A", sources: [{ kind: "message", messageId }] });
    const { factId } = await learn(test, on(one));
    await learn(test, on(one));
    await learn(test, on(two));
    await learn(test, "A");
    expect((await facts.get(ctx, { factId })).sources).toEqual([
      { kind: "message", messageId: one, threadId },
      { kind: "message", messageId: two, threadId },
      { kind: "app", ref: "append" },
    ]);
    expect(await test.countRows()).toMatchObject({ facts: 1, factSources: 2 });
  });

  test("a run stands for the prompt that it answers", async () => {
    const test = someFacts();
    const { ctx, owner } = test;
    const { threadId } = await owner.threads.create(ctx);
    const { runId, promptMessageId } = await owner.turns.begin(ctx, {
      threadId,
      agentName: "helper",
      engine: "action",
      prompt: [{ type: "text", text: "I ski." }],
    });
    const { factId } = await learn(test, { text: "Skis.", sources: [{ kind: "run", runId }] });
    expect((await test.facts.get(ctx, { factId })).sources).toEqual([
      { kind: "message", messageId: promptMessageId, threadId },
    ]);
  });

  test("an agent's fact is told from the app's", async () => {
    const { memory, ctx, facts } = someFacts();
    const agent = memory.as({ ...OWNER, agentName: "helper" }).facts;
    await agent.append(ctx, { ...inUser, facts: [{ text: "by the agent" }] });
    await facts.append(ctx, { ...inUser, facts: [{ text: "by the app" }] });
    const { page } = await facts.list(ctx, { ...inUser, cursor: null });
    expect(page.map(({ origin, text }) => `${origin}: ${text}`)).toEqual([
      "app: by the app",
      "agent: by the agent",
    ]);
  });
});
