import { describe, expect, test } from "vitest";
import { OWNER, WRITER } from "../support/aMemory.js";
import { upload } from "../support/upload.js";
import { anAgent } from "./support.js";

describe("files in a thread", () => {
  test("reach the model from whoever put them into the thread", async () => {
    const test = await anAgent([{ text: "A cat." }]);
    const { ctx, agent, model, memory, owner, threadId } = test;
    Object.assign(model, { supportedUrls: { "*/*": [/./] } }); // as a provider that fetches files itself
    await owner.threads.setParticipant(ctx, { threadId, userId: WRITER.userId, role: "writer" });
    const writer = memory.as(WRITER);
    const storageId = await upload(test, "cat");
    const { fileId } = await writer.files.register(ctx, { storageId, mediaType: "image/png" });
    const part = { type: "file" as const, mediaType: "image/png", file: { kind: "stored" as const, fileId } };
    await writer.messages.append(ctx, { threadId, messages: [{ role: "user", parts: [part] }] });
    await agent.generate(ctx, { as: OWNER, threadId, prompt: "What is it?" });
    const { url } = await writer.files.get(ctx, { fileId });
    expect(JSON.stringify(model.calls[0]?.prompt)).toContain(JSON.stringify(url));
  });
});
