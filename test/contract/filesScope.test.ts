import { describe, expect, test } from "vitest";
import { aThread, codeOf, text } from "../support/aMemory.js";
import { used } from "../support/turns.js";
import { upload } from "../support/upload.js";

const stored = (fileId: string) => ({
  type: "file" as const,
  mediaType: "image/png",
  file: { kind: "stored" as const, fileId },
});
const OTHERS = ["writer", "reader", "stranger", "otherTenant"] as const;

/** A shared thread, and a file of its owner. */
async function aFile() {
  const thread = await aThread();
  const storageId = await upload(thread, "bytes");
  const { fileId } = await thread.owner.files.register(thread.ctx, { storageId });
  return { ...thread, storageId, fileId };
}

describe("promise 7: a file is its owner's", () => {
  test("to all others it does not exist", async () => {
    const { ctx, fileId, ...people } = await aFile();
    for (const person of OTHERS) {
      const { files } = people[person];
      expect(await codeOf(files.get(ctx, { fileId }))).toBe("FILE_NOT_FOUND");
      expect(await codeOf(files.remove(ctx, { fileId }))).toBe("FILE_NOT_FOUND");
      expect((await files.list(ctx, { cursor: null })).page).toEqual([]);
    }
    expect(await codeOf(people.memory.asSystem().files.get(ctx, { fileId }))).toBe("ok");
  });

  test("whoever may read a message may read the file that it holds, and no other", async () => {
    const { ctx, fileId, threadId, owner, ...test } = await aFile();
    const part = { type: "file" as const, mediaType: "image/png", file: { kind: "stored" as const, fileId } };
    const message = { role: "user" as const, parts: [part] };
    const { places } = await owner.messages.append(ctx, { threadId, messages: [message] });
    const messageId = places[0]?.messageId;
    const other = await owner.files.register(ctx, { storageId: await upload(test, "other bytes") });
    const codes: string[] = [];
    for (const person of OTHERS) {
      const { files } = test[person];
      codes.push(await codeOf(files.get(ctx, { fileId, messageId })));
      expect(await codeOf(files.get(ctx, { fileId: other.fileId, messageId }))).toBe("FILE_NOT_FOUND");
    }
    expect(codes).toEqual(["ok", "ok", "FILE_NOT_FOUND", "FILE_NOT_FOUND"]);
    await owner.messages.remove(ctx, { messageId: messageId ?? "" });
    const afterwards = test.reader.files.get(ctx, { fileId, messageId });
    expect(await codeOf(afterwards)).toBe("FILE_NOT_FOUND");
  });

  test("nobody else can register its bytes as their own by its storage id", async () => {
    const { ctx, storageId, ...people } = await aFile();
    for (const person of OTHERS) {
      expect(await codeOf(people[person].files.register(ctx, { storageId }))).toBe("FILE_NOT_FOUND");
    }
  });

  test("the same bytes of another user are another file", async () => {
    const { ctx, fileId, writer, ...test } = await aFile();
    const own = await writer.files.register(ctx, { storageId: await upload(test, "bytes") });
    expect(own.deduplicated).toBe(false);
    expect(own.fileId).not.toBe(fileId);
  });

  test("nobody else can attach it, and nothing of the message is written", async () => {
    const { ctx, fileId, threadId, writer, owner } = await aFile();
    const part = { type: "file" as const, mediaType: "image/png", file: { kind: "stored" as const, fileId } };
    const append = writer.messages.append(ctx, {
      threadId,
      messages: [{ role: "user", parts: [text("mine?"), part] }],
    });
    expect(await codeOf(append)).toBe("FILE_NOT_FOUND");
    expect((await owner.messages.list(ctx, { threadId, cursor: null })).page).toEqual([]);
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 0 });
  });

  test("nobody else can attach it to an answer either, streamed or not", async () => {
    const { ctx, fileId, threadId, writer, owner } = await aFile();
    const parts = [text("Look: "), stored(fileId)];
    const append = writer.messages.append(ctx, { threadId, messages: [{ role: "assistant", parts }] });
    expect(await codeOf(append)).toBe("FILE_NOT_FOUND");
    for (const stream of [true, false]) {
      const turn = {
        threadId,
        agentName: "helper",
        engine: "action" as const,
        prompt: [text("Go.")],
        stream,
      };
      const { runId } = await writer.turns.begin(ctx, turn);
      const step = { runId, step: 0, message: { parts }, results: [], usage: used, finish: true };
      expect(await codeOf(writer.turns.saveStep(ctx, step))).toBe("FILE_NOT_FOUND");
      await writer.runs.cancel(ctx, { runId });
    }
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 0 });
  });

  test("who runs an agent can attach their own to its answer, and it counts as used", async () => {
    const { ctx, threadId, writer, ...test } = await aFile();
    const { fileId } = await writer.files.register(ctx, { storageId: await upload(test, "writer's bytes") });
    for (const stream of [true, false]) {
      const turn = {
        threadId,
        agentName: "helper",
        engine: "action" as const,
        prompt: [text("Go.")],
        stream,
      };
      const { runId } = await writer.turns.begin(ctx, turn);
      const message = { parts: [stored(fileId)] };
      await writer.turns.saveStep(ctx, { runId, step: 0, message, results: [], usage: used, finish: true });
    }
    expect(await writer.files.get(ctx, { fileId })).toMatchObject({ uses: 2 });
  });

  test("an edit may keep a file that the message holds, and adds only the editor's own", async () => {
    const { ctx, fileId, threadId, writer, owner, ...test } = await aFile();
    const storageId = await upload(test, "writer's bytes");
    const { fileId: writers } = await writer.files.register(ctx, { storageId });
    const secret = await writer.files.register(ctx, { storageId: await upload(test, "writer's secret") });
    const message = { role: "user" as const, parts: [stored(writers)] };
    const { places } = await writer.messages.append(ctx, { threadId, messages: [message] });
    const messageId = places[0]?.messageId ?? "";
    const edit = (...ids: string[]) =>
      codeOf(owner.messages.update(ctx, { messageId, parts: [text("Two."), ...ids.map(stored)] }));
    expect(await edit(writers, secret.fileId)).toBe("FILE_NOT_FOUND");
    expect(await edit(writers, fileId)).toBe("ok");
    expect(await owner.files.get(ctx, { fileId })).toMatchObject({ uses: 1 });
    expect(await writer.files.get(ctx, { fileId: writers })).toMatchObject({ uses: 1 });
  });

  test("malformed ids, and ids of other tables, are not found", async () => {
    const { ctx, owner, threadId } = await aFile();
    for (const id of ["", "nonsense", threadId]) {
      expect(await codeOf(owner.files.get(ctx, { fileId: id }))).toBe("FILE_NOT_FOUND");
      expect(await codeOf(owner.files.register(ctx, { storageId: id }))).toBe("FILE_NOT_FOUND");
    }
  });

  test("a cursor of another user is refused", async () => {
    const { ctx, owner, stranger, ...test } = await aFile();
    await owner.files.register(ctx, { storageId: await upload(test, "more bytes") });
    const { cursor } = await owner.files.list(ctx, { cursor: null, limit: 1 });
    expect(await codeOf(stranger.files.list(ctx, { cursor }))).toBe("INVALID_ARGUMENT");
    expect(await codeOf(owner.files.list(ctx, { cursor }))).toBe("ok");
  });
});
