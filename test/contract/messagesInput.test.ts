import { describe, expect, test } from "vitest";
import {
  APPEND_MAX_MESSAGES,
  METADATA_MAX_BYTES,
  NAME_MAX_CHARACTERS,
  TITLE_MAX_BYTES,
} from "../../src/shared/limits.js";
import type { Part } from "../../src/validators/content.js";
import type { NewMessage } from "../../src/validators/messageWrite.js";
import { aMemory, aThread, call, codeOf, OWNER, said, text } from "../support/aMemory.js";

describe("bad input to messages", () => {
  test.each(["", "   ", "\n\t ", "\u00a0\u3000"])(
    "a prompt of nothing but white space is PROMPT_EMPTY (%j)",
    async (words) => {
      const { ctx, threadId, owner } = await aThread();
      expect(await codeOf(owner.messages.append(ctx, { threadId, messages: [said("user", words)] }))).toBe(
        "PROMPT_EMPTY",
      );
      expect(await owner.threads.get(ctx, { threadId })).toMatchObject({ messages: 0 });
    },
  );

  test("a prompt of a file alone is a prompt", async () => {
    const { ctx, threadId, owner } = await aThread();
    const file: Part = {
      type: "file",
      mediaType: "image/png",
      file: { kind: "url", url: "https://example.com/a.png" },
    };
    expect(
      await codeOf(owner.messages.append(ctx, { threadId, messages: [{ role: "user", parts: [file] }] })),
    ).toBe("ok");
  });

  test("a file that does not exist is FILE_NOT_FOUND, and the message is not written", async () => {
    const { ctx, threadId, owner } = await aThread();
    const file: Part = { type: "file", mediaType: "image/png", file: { kind: "stored", fileId: "nonsense" } };
    const prompt = { role: "user" as const, parts: [text("Look"), file] };
    expect(await codeOf(owner.messages.append(ctx, { threadId, messages: [prompt] }))).toBe("FILE_NOT_FOUND");
    expect(await owner.threads.get(ctx, { threadId })).toMatchObject({ messages: 0 });
  });

  test("tool input with $ref and non-ASCII keys comes back as it was", async () => {
    const { ctx, threadId, owner } = await aThread();
    const input = JSON.stringify({
      $ref: "#/a",
      ключ: ["值", null],
      _x: { "": 1, "a.b": -0.1 },
      "\u0000": "\ud83d\ude00",
    });
    const parts = [call("a", input)];
    await owner.messages.append(ctx, { threadId, messages: [{ role: "assistant", parts }] });
    const { page } = await owner.messages.list(ctx, { threadId, cursor: null });
    expect(page[0]?.parts).toEqual(parts);
  });

  test.each([
    ["no object", "text"],
    ["an unknown type", { type: "image", text: "x" }],
    ["a missing field", { type: "text" }],
    ["a field of another type", { type: "text", text: 1 }],
    ["a field that no part has", { type: "text", text: "x", isAdmin: true }],
    ["a payload of its own", { type: "text", text: "x", payload: { bytes: 1, hash: "h", pieces: 1 } }],
  ])("a part with %s is INVALID_ARGUMENT", async (_name, part) => {
    const { ctx, component, threadId, owner } = await aThread();
    const messages = [{ role: "user" as const, parts: [part] }];
    const append = ctx.runMutation(component.messages.append, { caller: OWNER, threadId, messages });
    expect(await codeOf(append)).toBe("INVALID_ARGUMENT");
    expect(await owner.threads.get(ctx, { threadId })).toMatchObject({ messages: 0 });
  });

  test("no message, too many, one without parts, and names that are too long are INVALID_ARGUMENT", async () => {
    const { ctx, threadId, owner } = await aThread();
    const long = "n".repeat(NAME_MAX_CHARACTERS + 1);
    const refused: NewMessage[][] = [
      [],
      Array.from({ length: APPEND_MAX_MESSAGES + 1 }, () => said("user", "x")),
      [{ role: "assistant", parts: [] }],
      [{ ...said("user", "x"), agentName: long }],
      [{ ...said("user", "x"), model: "" }],
      [{ ...said("user", "x"), metadata: "not json" }],
      [{ ...said("user", "x"), metadata: JSON.stringify("m".repeat(METADATA_MAX_BYTES)) }],
    ];
    for (const messages of refused)
      expect(await codeOf(owner.messages.append(ctx, { threadId, messages }))).toBe("INVALID_ARGUMENT");
    const messages = [said("user", "x")];
    for (const operationId of ["", long])
      expect(await codeOf(owner.messages.append(ctx, { threadId, messages, operationId }))).toBe(
        "INVALID_ARGUMENT",
      );
    expect(await owner.threads.get(ctx, { threadId })).toMatchObject({ messages: 0 });
  });

  test("the limit of a page is a whole number from 1; what is too high is lowered", async () => {
    const { ctx, threadId, owner } = await aThread();
    await owner.messages.append(ctx, {
      threadId,
      messages: Array.from({ length: 200 }, () => said("user", "x")),
    });
    await owner.messages.append(ctx, { threadId, messages: [said("user", "x")] });
    for (const limit of [0, -1, 1.5, NaN, Infinity])
      expect(await codeOf(owner.messages.list(ctx, { threadId, cursor: null, limit }))).toBe(
        "INVALID_ARGUMENT",
      );
    const { page } = await owner.messages.list(ctx, { threadId, cursor: null, limit: 100_000 });
    expect(page).toHaveLength(200);
  });

  test("an edit that leaves nothing said is refused", async () => {
    const { ctx, threadId, owner } = await aThread();
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: [said("user", "Hi"), said("assistant", "Hello")],
    });
    const [prompt, answer] = places.map(({ messageId }) => messageId);
    expect(await codeOf(owner.messages.update(ctx, { messageId: prompt ?? "", parts: [text(" ")] }))).toBe(
      "PROMPT_EMPTY",
    );
    expect(await codeOf(owner.messages.update(ctx, { messageId: answer ?? "", parts: [] }))).toBe(
      "INVALID_ARGUMENT",
    );
  });

  test("a message that is being written cannot be edited or removed", async () => {
    const { ctx, inside, threadId, owner } = await aThread();
    const { places } = await owner.messages.append(ctx, {
      threadId,
      messages: [said("user", "Go"), said("assistant", "…")],
    });
    const messageId = places[1]?.messageId ?? "";
    await inside(async (db) => {
      const id = db.db.normalizeId("messages", messageId);
      if (id !== null) await db.db.patch("messages", id, { state: { kind: "streaming", streamId: "s" } });
    });
    expect(await codeOf(owner.messages.update(ctx, { messageId, parts: [text("x")] }))).toBe("RUN_ACTIVE");
    expect(await codeOf(owner.messages.remove(ctx, { messageId }))).toBe("RUN_ACTIVE");
  });
});

describe("bad input to threads", () => {
  test("titles, metadata and ids have limits", async () => {
    const { ctx, memory } = aMemory();
    const long = "n".repeat(NAME_MAX_CHARACTERS + 1);
    const refused = [
      { title: "t".repeat(TITLE_MAX_BYTES + 1) },
      { metadata: "{" },
      { metadata: JSON.stringify("m".repeat(METADATA_MAX_BYTES)) },
      { operationId: "" },
      { operationId: long },
    ];
    for (const args of refused)
      expect(await codeOf(memory.as(OWNER).threads.create(ctx, args))).toBe("INVALID_ARGUMENT");
    for (const userId of ["", long])
      expect(await codeOf(memory.as({ userId }).threads.create(ctx))).toBe("INVALID_ARGUMENT");
  });

  test("the owner of a thread is no participant of it", async () => {
    const { ctx, threadId, owner } = await aThread();
    const role = { threadId, userId: OWNER.userId, role: "reader" as const };
    expect(await codeOf(owner.threads.setParticipant(ctx, role))).toBe("INVALID_ARGUMENT");
  });

  test("an update changes what is named and takes away what is empty", async () => {
    const { ctx, threadId, owner } = await aThread();
    await owner.threads.update(ctx, { threadId, metadata: '{"color":"red"}', status: "archived" });
    expect(await owner.threads.get(ctx, { threadId })).toMatchObject({
      title: "Oslo",
      metadata: '{"color":"red"}',
      status: "archived",
    });
    await owner.threads.update(ctx, { threadId, title: "", metadata: "null" });
    const thread = await owner.threads.get(ctx, { threadId });
    expect([thread.title, thread.metadata, thread.status]).toEqual([undefined, undefined, "archived"]);
    expect((await owner.threads.list(ctx, { cursor: null, status: "active" })).page).toEqual([]);
    expect((await owner.threads.list(ctx, { cursor: null, status: "archived" })).page).toHaveLength(1);
  });
});
