import { describe, expect, test } from "vitest";
import type { BoundMemory } from "../../src/client/boundMemory.js";
import {
  aThread,
  call,
  codeOf,
  OTHER_TENANT,
  OWNER,
  text,
  WRITER,
  type TestThread,
} from "../support/aMemory.js";
import { used } from "../support/turns.js";

const PEOPLE = ["owner", "writer", "reader", "stranger", "otherTenant"] as const;

/** The code that each person gets; `"ok"` where they may. */
async function codesOf(thread: TestThread, act: (as: BoundMemory) => Promise<unknown>): Promise<string[]> {
  const codes: string[] = [];
  for (const person of PEOPLE) codes.push(await codeOf(act(thread[person])));
  return codes;
}

describe("promise 7: a run goes on only while its user may write", () => {
  test.each(["removed", "made a reader"])("a writer who is %s", async (how) => {
    const { ctx, threadId, owner, writer } = await aThread();
    const turn = { threadId, agentName: "helper", engine: "durable" as const, prompt: [text("Go on.")] };
    const { runId } = await writer.turns.begin(ctx, turn);
    const step = { runId, step: 0, message: { parts: [call("a")] }, results: [], usage: used, finish: false };
    expect((await writer.turns.open(ctx, { runId, step: 0 })).context).toHaveLength(1);
    await writer.turns.saveStep(ctx, step);
    const userId = WRITER.userId;
    if (how === "removed") await owner.threads.removeParticipant(ctx, { threadId, userId });
    else await owner.threads.setParticipant(ctx, { threadId, userId, role: "reader" });
    expect(await codeOf(writer.turns.startTool(ctx, { runId, callId: "a", idempotent: false }))).toBe(
      "FORBIDDEN",
    );
    expect(await codeOf(writer.turns.open(ctx, { runId, step: 1 }))).toBe("FORBIDDEN");
    expect(await codeOf(writer.turns.saveStep(ctx, { ...step, step: 1 }))).toBe("FORBIDDEN");
    const outcome = { kind: "failed" as const, code: "FORBIDDEN", message: "Shut out." };
    expect((await writer.turns.end(ctx, { runId, outcome, usage: used })).state.kind).toBe("failed");
  });

  test("a principal with an empty id is refused, not given what all such share", async () => {
    const { ctx, memory } = await aThread();
    for (const nobody of [{ userId: "" }, { userId: "ada", tenantId: "" }]) {
      expect(await codeOf(memory.as(nobody).threads.list(ctx, { cursor: null }))).toBe("INVALID_ARGUMENT");
      const search = memory.as(nobody).entries.searchText(ctx, { query: "secret" });
      expect(await codeOf(search)).toBe("INVALID_ARGUMENT");
    }
  });
});

describe("promise 7: a thread is open to its owner and participants only", () => {
  test("everyone in it may read it; to all others it does not exist", async () => {
    const thread = await aThread();
    const { ctx, threadId } = thread;
    const read = ["ok", "ok", "ok", "THREAD_NOT_FOUND", "THREAD_NOT_FOUND"];
    expect(await codesOf(thread, (as) => as.threads.get(ctx, { threadId }))).toEqual(read);
    expect(await codesOf(thread, (as) => as.threads.listParticipants(ctx, { threadId }))).toEqual(read);
  });

  test("its owner alone may change it, and say who may open it", async () => {
    const thread = await aThread();
    const { ctx, threadId } = thread;
    const own = ["ok", "FORBIDDEN", "FORBIDDEN", "THREAD_NOT_FOUND", "THREAD_NOT_FOUND"];
    expect(await codesOf(thread, (as) => as.threads.update(ctx, { threadId, title: "Bergen" }))).toEqual(own);
    const newcomer = { threadId, userId: "nina", role: "reader" as const };
    expect(await codesOf(thread, (as) => as.threads.setParticipant(ctx, newcomer))).toEqual(own);
    const leaver = { threadId, userId: "nina" };
    expect(await codesOf(thread, (as) => as.threads.removeParticipant(ctx, leaver))).toEqual(own);
  });

  test("a participant cannot make themselves an owner", async () => {
    const { ctx, threadId, writer } = await aThread();
    const promotion = { threadId, userId: "wendy", role: "owner" as const };
    expect(await codeOf(writer.threads.setParticipant(ctx, promotion))).toBe("FORBIDDEN");
  });

  test("a participant with the role of an owner may do what the owner may", async () => {
    const { ctx, threadId, owner, writer } = await aThread();
    await owner.threads.setParticipant(ctx, { threadId, userId: "wendy", role: "owner" });
    await writer.threads.remove(ctx, { threadId });
    expect(await codeOf(owner.threads.get(ctx, { threadId }))).toBe("THREAD_NOT_FOUND");
  });

  test("only the owner may remove it", async () => {
    const thread = await aThread();
    const { ctx, threadId } = thread;
    const codes = await codesOf({ ...thread, owner: thread.stranger }, (as) =>
      as.threads.remove(ctx, { threadId }),
    );
    expect(codes).toEqual([
      "THREAD_NOT_FOUND",
      "FORBIDDEN",
      "FORBIDDEN",
      "THREAD_NOT_FOUND",
      "THREAD_NOT_FOUND",
    ]);
    expect(await codeOf(thread.owner.threads.remove(ctx, { threadId }))).toBe("ok");
  });

  test("who is removed from it, or leaves it, cannot open it again", async () => {
    const { ctx, threadId, owner, writer, reader } = await aThread();
    await owner.threads.removeParticipant(ctx, { threadId, userId: "wendy" });
    await reader.threads.removeParticipant(ctx, { threadId, userId: "ron" });
    expect(await codeOf(writer.threads.get(ctx, { threadId }))).toBe("THREAD_NOT_FOUND");
    expect(await codeOf(reader.threads.get(ctx, { threadId }))).toBe("THREAD_NOT_FOUND");
    expect(await owner.threads.listParticipants(ctx, { threadId })).toEqual([]);
  });

  test("a participant is a user of the thread's own tenant, whatever their name elsewhere", async () => {
    const { ctx, memory, threadId } = await aThread();
    const namesake = memory.as({ tenantId: "other", userId: "wendy" });
    expect(await codeOf(namesake.threads.get(ctx, { threadId }))).toBe("THREAD_NOT_FOUND");
    expect(await codeOf(memory.as({ userId: "wendy" }).threads.get(ctx, { threadId }))).toBe(
      "THREAD_NOT_FOUND",
    );
  });

  test("lists and counts hold the caller's own threads and nobody else's", async () => {
    const thread = await aThread();
    const { ctx, threadId } = thread;
    for (const person of PEOPLE) {
      const { page } = await thread[person].threads.list(ctx, { cursor: null });
      expect(page.map((listed) => listed.threadId)).toEqual(person === "owner" ? [threadId] : []);
      expect(await thread[person].threads.count(ctx)).toBe(person === "owner" ? 1 : 0);
    }
  });

  test("a cursor of another owner's list is refused", async () => {
    const { ctx, owner, stranger, threadId } = await aThread();
    await owner.threads.create(ctx);
    const { cursor } = await owner.threads.list(ctx, { cursor: null, limit: 1 });
    expect(cursor).not.toBeNull();
    for (const forged of [cursor, "", "{}", "[1]", "null", threadId])
      expect(await codeOf(stranger.threads.list(ctx, { cursor: forged }))).toBe("INVALID_ARGUMENT");
  });

  test("only the system may act for another owner, and it must name one", async () => {
    const { ctx, memory, owner } = await aThread();
    expect(await codeOf(owner.threads.create(ctx, { owner: OTHER_TENANT }))).toBe("FORBIDDEN");
    expect(await codeOf(owner.threads.list(ctx, { cursor: null, owner: OTHER_TENANT }))).toBe("FORBIDDEN");
    expect(await codeOf(memory.asSystem().threads.create(ctx))).toBe("INVALID_ARGUMENT");
    const { threadId } = await memory.asSystem().threads.create(ctx, { owner: OWNER });
    expect(await codeOf(owner.threads.get(ctx, { threadId }))).toBe("ok");
  });

  test("a thread cannot hang under one that the caller may not write in", async () => {
    const { ctx, threadId: parentThreadId, owner, reader, stranger } = await aThread();
    expect(await codeOf(stranger.threads.create(ctx, { parentThreadId }))).toBe("THREAD_NOT_FOUND");
    expect(await codeOf(reader.threads.create(ctx, { parentThreadId }))).toBe("FORBIDDEN");
    const { threadId } = await owner.threads.create(ctx, { parentThreadId });
    expect(await owner.threads.get(ctx, { threadId })).toMatchObject({ parentThreadId });
  });

  test("a caller that is smuggled in with the arguments changes nothing", async () => {
    const { ctx, stranger, threadId } = await aThread();
    const smuggled = { threadId, caller: "system" };
    expect(await codeOf(stranger.threads.get(ctx, smuggled))).toBe("THREAD_NOT_FOUND");
    expect(await codeOf(stranger.messages.list(ctx, { ...smuggled, cursor: null }))).toBe("THREAD_NOT_FOUND");
  });

  test("unknown, malformed and foreign ids look the same", async () => {
    const { ctx, memory, owner, threadId } = await aThread();
    const foreign = await memory.as(OTHER_TENANT).threads.create(ctx);
    await owner.messages.append(ctx, {
      threadId,
      messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
    });
    const { page } = await owner.messages.list(ctx, { threadId, cursor: null });
    const ofAnotherTable = page[0]?.messageId ?? "";
    for (const id of ["", "nonsense", foreign.threadId, ofAnotherTable])
      expect(await codeOf(owner.threads.get(ctx, { threadId: id }))).toBe("THREAD_NOT_FOUND");
  });
});
