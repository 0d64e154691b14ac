import { describe, expect, test } from "vitest";
import type { Principal } from "../../src/validators/principal.js";
import {
  aMemory,
  aThread,
  codeOf,
  OTHER_TENANT,
  OWNER,
  READER,
  STRANGER,
  WRITER,
} from "../support/aMemory.js";

const AGENT: Principal = { ...OWNER, agentName: "helper" };
const human = { scope: "user" as const, label: "human" };
const set = (value: string) => ({ kind: "set" as const, value });

function someBlocks() {
  const test = aMemory();
  return { ...test, blocks: test.memory.as(OWNER).blocks, agent: test.memory.as(AGENT).blocks };
}

describe("a block", () => {
  test("stands once under its label, with its defaults", async () => {
    const { blocks, ctx } = someBlocks();
    const { blockId, version } = await blocks.create(ctx, { ...human, description: "About Olga." });
    expect(version).toBe(1);
    expect(await blocks.get(ctx, human)).toMatchObject({
      blockId,
      ...{ scope: "user", label: "human", description: "About Olga.", value: "", tokens: 0 },
      ...{ maxTokens: 500, readOnly: false, version: 1 },
    });
    await expect(blocks.create(ctx, human)).rejects.toMatchObject({
      data: { code: "BLOCK_EXISTS", details: { blockId, version: 1 } },
    });
    expect(await blocks.get(ctx, { ...human, label: "other" })).toBeNull();
  });

  test("is set, grows line by line, and has a passage replaced", async () => {
    const { blocks, ctx } = someBlocks();
    await blocks.create(ctx, human);
    const edit = async (how: Parameters<typeof blocks.update>[1]["edit"]) => {
      await blocks.update(ctx, { ...human, edit: how });
      return (await blocks.get(ctx, human))?.value;
    };
    expect(await edit({ kind: "append", text: "Skis." })).toBe("Skis.");
    expect(await edit({ kind: "append", text: "Sails." })).toBe("Skis.\nSails.");
    expect(await edit({ kind: "replace", from: "Skis", to: "Swims $&" })).toBe("Swims $&.\nSails.");
    expect(await edit(set("Anew."))).toBe("Anew.");
    const twice = { ...human, edit: { kind: "replace" as const, from: "e", to: "x" } };
    await blocks.update(ctx, { ...human, edit: set("e e") });
    for (const from of ["e", "nowhere", ""])
      expect(await codeOf(blocks.update(ctx, { ...twice, edit: { ...twice.edit, from } }))).toBe(
        "INVALID_ARGUMENT",
      );
  });

  test("is written only at the version that was read; the error names the one that stands", async () => {
    const { blocks, ctx } = someBlocks();
    await blocks.create(ctx, { ...human, value: "A" });
    expect(await blocks.update(ctx, { ...human, edit: set("B"), version: 1 })).toEqual({ version: 2 });
    await expect(blocks.update(ctx, { ...human, edit: set("C"), version: 1 })).rejects.toMatchObject({
      data: { code: "VERSION_MISMATCH", details: { version: 2, given: 1 } },
    });
    expect(await blocks.get(ctx, human)).toMatchObject({ value: "B", version: 2 });
    const same = await blocks.update(ctx, { ...human, edit: set("B"), version: 2 });
    expect(same, "a value that says the same is no version").toEqual({ version: 2 });
  });

  test("repeated with an operationId an append is done once", async () => {
    const { blocks, ctx } = someBlocks();
    await blocks.create(ctx, human);
    const update = { ...human, edit: { kind: "append" as const, text: "Skis." }, operationId: "once" };
    expect(await blocks.update(ctx, update)).toEqual({ version: 2 });
    await blocks.update(ctx, { ...human, edit: { kind: "append", text: "Sails." } });
    expect(await blocks.update(ctx, update)).toEqual({ version: 2 });
    expect(await blocks.get(ctx, human)).toMatchObject({ value: "Skis.\nSails.", version: 3 });
    const other = { ...update, edit: { kind: "append" as const, text: "Other." } };
    expect(await codeOf(blocks.update(ctx, other))).toBe("OPERATION_MISMATCH");
  });

  test("never passes its limit; the error names limit, tokens and overrun", async () => {
    const { blocks, ctx } = someBlocks();
    await blocks.create(ctx, { ...human, maxTokens: 10, value: "x".repeat(40) });
    const tooLong = { data: { code: "BLOCK_TOO_LARGE", details: { maxTokens: 10, tokens: 13, overrun: 3 } } };
    const longer = { kind: "append" as const, text: "y".repeat(11) };
    await expect(blocks.update(ctx, { ...human, edit: longer })).rejects.toMatchObject(tooLong);
    expect(await codeOf(blocks.create(ctx, { ...human, label: "b", maxTokens: 1, value: "too long" }))).toBe(
      "BLOCK_TOO_LARGE",
    );
    await blocks.update(ctx, { ...human, maxTokens: 20, edit: longer });
    expect(await blocks.get(ctx, human)).toMatchObject({ tokens: 13, maxTokens: 20, version: 2 });
    await blocks.update(ctx, { ...human, maxTokens: 5 });
    expect(await blocks.get(ctx, human), "a lower limit is held against the next value").toMatchObject({
      ...{ tokens: 13, maxTokens: 5, version: 2 },
    });
    expect(await codeOf(blocks.update(ctx, { ...human, edit: set("x".repeat(24)) }))).toBe("BLOCK_TOO_LARGE");
    expect(await codeOf(blocks.update(ctx, { ...human, edit: set("short") }))).toBe("ok");
  });

  test.each([0, -1, 1.5, NaN, 4_001])("takes no limit of %d tokens", async (maxTokens) => {
    const { blocks, ctx } = someBlocks();
    expect(await codeOf(blocks.create(ctx, { ...human, maxTokens }))).toBe("INVALID_ARGUMENT");
  });

  test.each(["", "l".repeat(513), "\ud83d"])("takes no label %j", async (label) => {
    const { blocks, ctx } = someBlocks();
    expect(await codeOf(blocks.create(ctx, { ...human, label }))).toBe("INVALID_ARGUMENT");
  });

  test("over a limit that was lowered stays as it is; no other value that long comes in its place", async () => {
    const { blocks, ctx } = someBlocks();
    await blocks.create(ctx, { ...human, value: "x".repeat(80) });
    await blocks.update(ctx, { ...human, edit: set("y".repeat(80)) });
    const lower = { ...human, maxTokens: 15, edit: set("y".repeat(80)) };
    expect(await blocks.update(ctx, lower), "the value that stands").toEqual({ version: 2 });
    expect(await codeOf(blocks.restore(ctx, { ...human, from: 1, version: 2 }))).toBe("BLOCK_TOO_LARGE");
    expect(await codeOf(blocks.update(ctx, { ...human, edit: set("z".repeat(61)) }))).toBe("BLOCK_TOO_LARGE");
    expect(await blocks.get(ctx, human)).toMatchObject({ value: "y".repeat(80), version: 2, maxTokens: 15 });
  });

  test("half an emoji is replaced, not refused", async () => {
    const { blocks, ctx } = someBlocks();
    const cut = `cut ${"😀".slice(0, 1)}`;
    await blocks.create(ctx, { ...human, value: cut, description: cut });
    expect(await blocks.get(ctx, human)).toMatchObject({ value: "cut \uFFFD", description: "cut \uFFFD" });
    await blocks.update(ctx, { ...human, description: `${cut}!` });
    expect(await blocks.get(ctx, human)).toMatchObject({ description: "cut \uFFFD!" });
  });

  test("that is read-only is written by the app, and left alone by agents", async () => {
    const { blocks, agent, ctx, memory } = someBlocks();
    await blocks.create(ctx, { ...human, readOnly: true, value: "A" });
    const codes = [
      await codeOf(agent.update(ctx, { ...human, edit: set("B") })),
      await codeOf(agent.restore(ctx, { ...human, from: 1, version: 1 })),
      await codeOf(agent.remove(ctx, human)),
    ];
    expect(codes).toEqual(["BLOCK_READ_ONLY", "BLOCK_READ_ONLY", "BLOCK_READ_ONLY"]);
    await blocks.update(ctx, { ...human, edit: set("B") });
    await memory.asSystem().blocks.update(ctx, { ...human, owner: OWNER, edit: set("C") });
    expect((await agent.get(ctx, human))?.value).toBe("C");
    await blocks.update(ctx, { ...human, readOnly: false });
    await agent.update(ctx, { ...human, edit: set("D") });
    const { page } = await blocks.history(ctx, { ...human, cursor: null });
    expect(page.map(({ value, writtenBy }) => `${value} ${writtenBy}`)).toEqual([
      "D helper",
      "C undefined",
      "B olga",
      "A olga",
    ]);
  });

  test("an agent does not set its own limits", async () => {
    const { blocks, agent, ctx } = someBlocks();
    await blocks.create(ctx, human);
    for (const settings of [{ maxTokens: 4_000 }, { readOnly: true }, { description: "Mine." }])
      expect(await codeOf(agent.update(ctx, { ...human, ...settings }))).toBe("FORBIDDEN");
    expect(await codeOf(agent.update(ctx, { ...human, edit: set("fine") }))).toBe("ok");
  });

  test("keeps its last fifty values, in pages, and goes back to any of them", async () => {
    const { blocks, ctx, countRows } = someBlocks();
    await blocks.create(ctx, { ...human, value: "value 1" });
    for (let index = 2; index <= 60; index++)
      await blocks.update(ctx, { ...human, edit: set(`value ${index}`) });
    expect(await countRows()).toMatchObject({ blockVersions: 50 });
    const first = await blocks.history(ctx, { ...human, cursor: null, limit: 30 });
    const rest = await blocks.history(ctx, { ...human, cursor: first.cursor, limit: 30 });
    expect([...first.page, ...rest.page].map(({ version }) => version)).toEqual(
      Array.from({ length: 50 }, (_, index) => 60 - index),
    );
    expect(await codeOf(blocks.restore(ctx, { ...human, from: 10, version: 60 }))).toBe("BLOCK_NOT_FOUND");
    expect(await codeOf(blocks.restore(ctx, { ...human, from: 20, version: 59 }))).toBe("VERSION_MISMATCH");
    expect(await blocks.restore(ctx, { ...human, from: 20, version: 60 })).toEqual({ version: 61 });
    expect(await blocks.get(ctx, human)).toMatchObject({ value: "value 20", version: 61 });
  });

  test("is removed with its history, and its label is free again", async () => {
    const { blocks, ctx, countRows } = someBlocks();
    await blocks.create(ctx, human);
    await blocks.update(ctx, { ...human, edit: set("x") });
    await blocks.remove(ctx, human);
    expect(await countRows()).toEqual({ scopeCounts: 1 });
    for (const call of [
      blocks.remove(ctx, human),
      blocks.update(ctx, { ...human, edit: set("x") }),
      blocks.history(ctx, { ...human, cursor: null }),
    ])
      expect(await codeOf(call)).toBe("BLOCK_NOT_FOUND");
    expect((await blocks.create(ctx, human)).version).toBe(1);
  });

  test("has 31 others beside it at most", async () => {
    const { blocks, ctx } = someBlocks();
    for (let index = 0; index < 32; index++) await blocks.create(ctx, { ...human, label: `b${index}` });
    expect(await codeOf(blocks.create(ctx, human))).toBe("INVALID_ARGUMENT");
    expect(await blocks.list(ctx, { scope: "user" })).toHaveLength(32);
    await blocks.remove(ctx, { ...human, label: "b0" });
    expect(await codeOf(blocks.create(ctx, human))).toBe("ok");
  });
});

describe("promise 7: blocks belong to a user, an agent, a tenant or a thread", () => {
  test.each<[string, Principal, string[]]>([
    ["a colleague with another agent", { ...STRANGER, agentName: "other" }, ["tenant"]],
    ["a colleague with the same agent", { ...STRANGER, agentName: "helper" }, ["agent", "tenant"]],
    ["the same name in another tenant", { ...OTHER_TENANT, agentName: "helper" }, []],
  ])("%s sees what is theirs too", async (_name, who, seen) => {
    const { agent, memory, ctx } = someBlocks();
    const other = memory.as(who).blocks;
    for (const scope of ["user", "agent", "tenant"] as const) {
      await agent.create(ctx, { scope, label: "a", value: scope });
      const found = seen.includes(scope);
      expect((await other.get(ctx, { scope, label: "a" }))?.value).toBe(found ? scope : undefined);
      expect(await other.list(ctx, { scope })).toHaveLength(found ? 1 : 0);
      const update = other.update(ctx, { scope, label: "a", edit: set("x") });
      expect(await codeOf(update)).toBe(found ? "ok" : "BLOCK_NOT_FOUND");
    }
  });

  test("of a thread: participants read it, writers write it, others find no thread", async () => {
    const { memory, ctx, threadId, owner } = await aThread();
    const notes = { scope: "thread" as const, threadId, label: "notes" };
    await owner.blocks.create(ctx, notes);
    const codes = async (who: Principal) => [
      await codeOf(memory.as(who).blocks.get(ctx, notes)),
      await codeOf(memory.as(who).blocks.update(ctx, { ...notes, edit: set("x") })),
    ];
    expect(await codes(WRITER)).toEqual(["ok", "ok"]);
    expect(await codes(READER)).toEqual(["ok", "FORBIDDEN"]);
    for (const who of [STRANGER, OTHER_TENANT])
      expect(await codes(who)).toEqual(["THREAD_NOT_FOUND", "THREAD_NOT_FOUND"]);
  });
});
