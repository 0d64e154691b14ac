import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTail, wholeTurn } from "../../src/component/model/messages.js";
import {
  CONTEXT_MAX_BYTES,
  CONTEXT_PART_MAX_BYTES,
  INLINE_PART_MAX_BYTES,
  MESSAGE_INLINE_MAX_BYTES,
  MESSAGE_MAX_BYTES,
  MESSAGE_MAX_PARTS,
  PREVIEW_BYTES,
} from "../../src/shared/limits.js";
import { splitText, utf8Bytes } from "../../src/shared/utf8.js";
import type { Part } from "../../src/validators/content.js";
import type { NewMessage } from "../../src/validators/messageWrite.js";
import { aThread, call, codeOf, result, said, text } from "../support/aMemory.js";
import { idOfThread } from "../support/component.js";
import { costOf } from "../support/cost.js";

/** Text of characters of one, two, three and four bytes, so that cuts fall inside some of them. */
function mixedText(bytes: number): string {
  const unit = "aé€😀 ";
  return unit.repeat(Math.ceil(bytes / utf8Bytes(unit)));
}

async function appended(messages: NewMessage[]) {
  const thread = await aThread();
  const { places } = await thread.owner.messages.append(thread.ctx, { threadId: thread.threadId, messages });
  return { ...thread, messageId: places.at(-1)?.messageId ?? "" };
}

const toolResult = (output: string): NewMessage[] => [
  said("user", "Fetch it"),
  { role: "assistant", parts: [call("a")] },
  { role: "tool", parts: [result("a", output)] },
];

describe("long parts", () => {
  test("a tool result of 5 MB is kept whole and read back byte for byte", async () => {
    const output = mixedText(5_000_000);
    const { ctx, owner, messageId } = await appended(toolResult(output));
    expect(await owner.messages.read(ctx, { messageId, part: 0 })).toBe(output);
  });

  test("lists and single messages carry its start, its size and its hash", async () => {
    const output = mixedText(100_000);
    const { ctx, threadId, owner, messageId } = await appended(toolResult(output));
    const [part] = (await owner.messages.get(ctx, { messageId })).parts;
    const { page } = await owner.messages.list(ctx, { threadId, cursor: null, limit: 1 });
    expect(page[0]?.parts).toEqual([part]);
    if (part?.type !== "toolResult") throw new Error("not a result");
    expect(output.startsWith(part.output)).toBe(true);
    expect(utf8Bytes(part.output)).toBeLessThanOrEqual(PREVIEW_BYTES);
    expect(part.payload).toMatchObject({ bytes: utf8Bytes(output), pieces: 1 });
    expect(part.payload?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("16 KiB stay in the row, one byte more does not", async () => {
    const at = "x".repeat(INLINE_PART_MAX_BYTES);
    const { ctx, owner, messageId } = await appended([{ role: "user", parts: [text(at), text(`${at}x`)] }]);
    const { parts } = await owner.messages.get(ctx, { messageId });
    expect(parts[0]).toEqual(text(at));
    expect(parts[1]).toMatchObject({ payload: { bytes: INLINE_PART_MAX_BYTES + 1 } });
    expect(await owner.messages.read(ctx, { messageId, part: 0 })).toBe(at);
    expect(await owner.messages.read(ctx, { messageId, part: 1 })).toBe(`${at}x`);
  });

  test("a row stays small: the longest of many parts move out until the rest fits", async () => {
    const parts = Array.from({ length: 400 }, (_, index) => text(`${index}:${"y".repeat(12_000 + index)}`));
    const { ctx, inside, owner, messageId } = await appended([{ role: "user", parts }]);
    const cost = await costOf({ inside }, async (db) => {
      const id = db.db.normalizeId("messages", messageId);
      return id === null ? null : await db.db.get("messages", id);
    });
    expect(cost.bytesRead).toBeLessThan(MESSAGE_INLINE_MAX_BYTES + 1_000);
    for (const part of [0, 57, 399])
      expect([await owner.messages.read(ctx, { messageId, part })]).toEqual([
        (parts[part] as { text: string }).text,
      ]);
  });

  test("a message that is too large is refused whole", async () => {
    const thread = await aThread();
    const { ctx, threadId, owner } = thread;
    const before = await thread.countRows();
    const tooMuch: Part[][] = [
      [text("x".repeat(MESSAGE_MAX_BYTES))],
      Array.from({ length: MESSAGE_MAX_PARTS + 1 }, () => text("x")),
      [{ type: "text", text: "x", provider: "y".repeat(MESSAGE_INLINE_MAX_BYTES) }],
    ];
    for (const parts of tooMuch)
      expect(
        await codeOf(owner.messages.append(ctx, { threadId, messages: [{ role: "user", parts }] })),
      ).toBe("MESSAGE_TOO_LARGE");
    const two = { role: "user" as const, parts: [text("x".repeat(5_000_000))] };
    expect(await codeOf(owner.messages.append(ctx, { threadId, messages: [two, two] }))).toBe(
      "MESSAGE_TOO_LARGE",
    );
    expect(await thread.countRows()).toEqual(before);
  });

  test("a preview cannot be written back as if it were the whole part", async () => {
    const { ctx, owner, messageId } = await appended(toolResult("z".repeat(20_000)));
    const { parts } = await owner.messages.get(ctx, { messageId });
    expect(await codeOf(owner.messages.update(ctx, { messageId, parts }))).toBe("INVALID_ARGUMENT");
    expect(await owner.messages.read(ctx, { messageId, part: 0 })).toBe("z".repeat(20_000));
  });

  test("an edit replaces what was long by what is short, and the other way round", async () => {
    const { ctx, countRows, owner, messageId } = await appended([said("user", "a".repeat(600_000))]);
    await owner.messages.update(ctx, { messageId, parts: [text("short")] });
    expect(await owner.messages.read(ctx, { messageId, part: 0 })).toBe("short");
    expect(await countRows()).not.toHaveProperty("payloads");
    const long = mixedText(700_000);
    await owner.messages.update(ctx, { messageId, parts: [text(long)] });
    expect(await owner.messages.read(ctx, { messageId, part: 0 })).toBe(long);
  });

  test("only parts with text are read, from places that exist", async () => {
    const file: Part = {
      type: "file",
      mediaType: "image/png",
      file: { kind: "url", url: "https://example.com/a.png" },
    };
    const { ctx, component, owner, messageId } = await appended([{ role: "user", parts: [file] }]);
    for (const part of [0, 1, -1, 0.5])
      expect(await codeOf(owner.messages.read(ctx, { messageId, part }))).toBe("INVALID_ARGUMENT");
    const caller = "system" as const;
    const plain = await appended([said("user", "Hi")]);
    for (const cursor of [1, -1, 0.5, NaN])
      expect(
        await codeOf(
          plain.ctx.runQuery(component.messages.read, {
            caller,
            messageId: plain.messageId,
            part: 0,
            cursor,
          }),
        ),
      ).toBe("INVALID_ARGUMENT");
  });

  test("pieces are cut between characters and together are the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 120 }),
        fc.integer({ min: 4, max: 40 }),
        (whole, maxBytes) => {
          const pieces = splitText(whole, maxBytes);
          expect(pieces.join("")).toBe(whole);
          for (const piece of pieces) {
            expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(maxBytes);
            expect(Buffer.from(piece).toString()).toBe(piece);
            expect(utf8Bytes(piece)).toBe(Buffer.byteLength(piece));
          }
        },
      ),
    );
  });
});

describe("the end of a thread with long messages", () => {
  const LIMITS = { maxMessages: 100, maxBytes: CONTEXT_MAX_BYTES, maxTokens: 1_000_000 };

  test("fifty messages of 340 KB are read as previews, bounded in bytes", async () => {
    const { ctx, inside, threadId, owner } = await aThread();
    for (let index = 0; index < 50; index++)
      await owner.messages.append(ctx, {
        threadId,
        messages: [said("user", `${index} ${"w".repeat(340_000)}`)],
      });
    const cost = await costOf({ inside }, (db) => readTail(db, idOfThread(threadId), LIMITS));
    expect(cost.output).toMatchObject({ messages: { length: 50 }, isCut: false });
    expect(cost.bytesRead).toBeLessThanOrEqual(CONTEXT_MAX_BYTES);
  });

  test("rows full of parts just under 16 KiB stop by bytes", async () => {
    const { ctx, inside, threadId, owner } = await aThread();
    const parts = Array.from({ length: 5 }, () => text("v".repeat(16_000)));
    for (let index = 0; index < 20; index++)
      await owner.messages.append(ctx, { threadId, messages: [{ role: "user", parts }] });
    const cost = await costOf({ inside }, (db) => readTail(db, idOfThread(threadId), LIMITS));
    expect(cost.output).toMatchObject({ messages: { length: 6 }, isCut: true });
    expect(cost.bytesRead).toBeLessThanOrEqual(CONTEXT_MAX_BYTES + MESSAGE_INLINE_MAX_BYTES);
  });

  test("the current turn is shown further than the older ones", async () => {
    const whole = mixedText(CONTEXT_PART_MAX_BYTES - 100);
    const { ctx, inside, threadId, owner } = await aThread();
    for (const output of [whole, `${whole}${whole}`])
      await owner.messages.append(ctx, { threadId, messages: toolResult(output) });
    const shown = await inside(async (db) => {
      const { messages: tail } = await readTail(db, idOfThread(threadId), LIMITS);
      return { old: await wholeTurn(db, tail, 0), current: await wholeTurn(db, tail, 1) };
    });
    const part = (messages: typeof shown.old, turn: number) =>
      messages.messages.find((message) => message.turn === turn && message.role === "tool")?.parts[0];
    expect(part(shown.old, 0)).toEqual(result("a", whole));
    const cut = part(shown.current, 1);
    if (cut?.type !== "toolResult") throw new Error("not a result");
    expect(cut.payload?.bytes).toBe(2 * utf8Bytes(whole));
    expect(utf8Bytes(cut.output)).toBeGreaterThan(CONTEXT_PART_MAX_BYTES - 4);
    expect(utf8Bytes(cut.output)).toBeLessThanOrEqual(CONTEXT_PART_MAX_BYTES);
    expect(part(shown.current, 0)).toMatchObject({ payload: { bytes: utf8Bytes(whole) } });
  });
});
